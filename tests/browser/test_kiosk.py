"""The kiosk on an upright screen: from the first touch to the number, paid on a phone, and nothing left behind."""

import re
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.browser import look
from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.open_house import MERCHANT, STORE
from tests.browser.running import Demo
from tests.browser.test_desk import take_up

HEIGHT = 1920
PORTRAIT: dict[str, Any] = {
    "viewport": {"width": 1080, "height": HEIGHT},
    "device_scale_factor": 1,
    "reduced_motion": "reduce",
}
LARGE = 64
HOME = f"/r/{MERCHANT}/{STORE}/"


def pair(people: People, demo: Demo, device: Diner, email: str, name: str) -> None:
    """A manager makes a kiosk at the desk, and the device types its code."""
    boss = people(viewport={"width": 1024, "height": 768}, is_mobile=False)
    take_up(boss, demo, email, ("Choose a password", "Open the desk"))
    boss.page.goto(f"{demo.site}/desk/{MERCHANT}/s/{STORE}/kiosks")
    boss.page.get_by_label("Name").fill(name)
    boss.page.get_by_role("button", name="Make a kiosk").click()
    code = boss.page.locator(".desk-code code").inner_text()
    look.check(boss.page, f"desk-kiosks-{name}", shots=look.wanted())
    device.page.goto(f"{demo.site}/kiosk")
    device.page.get_by_label("One-time code").fill(code)
    device.page.get_by_role("button", name="Make this device a kiosk").click()
    device.page.wait_for_url(f"**{HOME}kiosk")


def right(page: Page, name: str) -> None:
    """Axe, both colours, large text, narrow screens; and every target as large as a kiosk's must be."""
    small = page.evaluate(look.SMALL_TARGETS, LARGE)
    assert not small, f"{name}: {small}"
    if shots := look.wanted():
        shots.mkdir(parents=True, exist_ok=True)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=shots / f"kiosk-{name}-{scheme}.png")
    look.check(page, f"kiosk-{name}", shots=look.wanted())


def reach(page: Page, button: str) -> None:
    """The main action is in the lower half of the screen."""
    box = page.get_by_role("button", name=button).or_(page.get_by_role("link", name=button)).first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] / 2 > HEIGHT / 2, (button, box)


def test_a_guest_orders_pays_on_a_phone_and_leaves_nothing(people: People, demo: Demo) -> None:
    device = people(**PORTRAIT)
    page, number = device.page, demo.member(64)
    pair(people, demo, device, "kim@example.org", "Kiosk 1")
    reach(page, "Eat here")
    right(page, "start")
    page.get_by_role("button", name="Eat here").click()
    device.add("DES-FAR")
    device.expect_basket(1, "€5.20")
    right(page, "menu")
    device.basket()
    right(page, "basket")
    device.go_on()
    for figure in number.replace(" ", ""):
        page.get_by_role("button", name=figure, exact=True).click()
    expect(page.locator("#phone")).to_have_value(number.replace(" ", ""))
    right(page, "number")
    reach(page, "Use this number")
    page.get_by_role("button", name="Use this number").last.click()
    device.title("Check and pay")
    expect(page.get_by_role("main")).to_contain_text(f"ending {number[-2:]}")
    page.goto(f"{demo.site}{HOME}loyalty")
    expect(page.get_by_role("main")).to_contain_text("64")
    right(page, "points")
    page.goto(f"{demo.site}{HOME}checkout")
    right(page, "checkout")
    device.go_on()
    page.wait_for_url(f"{demo.site}/pay/*")
    right(page, "handover")
    phone = people()
    phone.page.goto(page.url)
    phone.at_bank("pay")
    shown = phone.paid()
    page.wait_for_url(f"{demo.site}/o/*", timeout=30_000)
    expect(page.locator(".kiosk-ticket")).to_have_text(shown)
    right(page, "order")
    order = page.url
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(f"**{HOME}kiosk")
    nothing_left(device, order, number)


def nothing_left(device: Diner, order: str, number: str) -> None:
    """Cookies, storage and the way back know nobody."""
    page = device.page
    names = {one["name"] for one in page.context.cookies()}
    assert names <= {"kiosk", "passe"}, names
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    for _step in range(4):
        page.go_back()
        page.wait_for_load_state()
        expect(page.get_by_role("heading", name="Touch to order")).to_be_visible()
        assert number[-2:] not in re.sub(r"[^0-9 ]", "", page.locator("main").inner_text()).split()
    page.goto(order)
    expect(page.get_by_role("heading", name="Touch to order")).to_be_visible()


def test_a_screen_left_alone_asks_counts_and_forgets(people: People, demo: Demo) -> None:
    device = people(**PORTRAIT)
    page = device.page
    pair(people, demo, device, "lou@example.org", "Kiosk 2")
    page.clock.install()
    page.get_by_role("button", name="Take away").click()
    device.add("DES-FAR")
    device.expect_basket(1, "€5.20")
    page.clock.run_for(61_000)
    expect(page.get_by_role("heading", name="Still there?")).to_be_visible()
    page.get_by_role("button", name="I am still here").click()
    device.expect_basket(1, "€5.20")
    page.clock.run_for(70_000)
    expect(page.locator("[data-count]")).to_have_text(re.compile(r"^(9|10|11)$"))
    page.clock.run_for(12_000)
    page.wait_for_url(f"**{HOME}kiosk")
    page.go_back()
    expect(page.get_by_role("heading", name="Touch to order")).to_be_visible()
    page.get_by_role("button", name="Eat here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paris République")
    expect(page.get_by_role("main")).not_to_contain_text("See the basket")


# Linux's Chromium reads no codes itself: this stands in for it, and finds the pass once the camera's pictures move.
READER = """
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) { return video.videoWidth && !video.paused ? [{ rawValue: "%s" }] : []; }
};"""


def scan(page: Page, code: str, url: str) -> None:
    """A reader that types, wherever the focus is; held up again should the machine have been too busy to keep pace."""
    for _time in range(4):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        try:
            page.wait_for_url(url, timeout=4_000)
        except PlaywrightError:
            continue
        return
    page.wait_for_url(url)


def test_a_pass_is_read_by_reader_and_camera_and_a_lost_network_comes_back(people: People, demo: Demo) -> None:
    device = people(**PORTRAIT, permissions=["camera"])
    page = device.page
    found = demo.person(demo.member(64))
    assert found is not None
    page.add_init_script(READER % found["public_id"])
    pair(people, demo, device, "pia@example.org", "Kiosk 3")
    page.get_by_role("button", name="Take away").click()
    device.watch.expect(422)
    scan(page, "cus_nobody_at_all", "**/kiosk/pass")
    expect(page.get_by_text("One thing to correct")).to_be_visible()
    right(page, "pass-unknown")
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_url(f"{demo.site}{HOME}loyalty")
    expect(page.get_by_role("main")).to_contain_text("64")
    page.get_by_role("link", name="Menu", exact=True).click()
    device.add("DES-FAR")
    device.expect_basket(1, "€5.20")
    scan(page, found["public_id"], f"{demo.site}{HOME}checkout")
    page.get_by_role("link", name="Basket").first.click()
    page.get_by_label("Have a code?").click()
    for key in "XY":
        page.locator(".kiosk-board").get_by_role("button", name=key, exact=True).click()
    expect(page.get_by_label("Have a code?")).to_have_value("XY")
    page.context.set_offline(True)
    page.get_by_role("link", name="Menu", exact=True).click()
    expect(page.get_by_role("heading", name="No connection for a moment")).to_be_visible()
    page.context.set_offline(False)
    page.wait_for_url(f"{demo.site}{HOME}")
    device.watch.troubles[:] = [one for one in device.watch.troubles if "/healthz" not in one]
