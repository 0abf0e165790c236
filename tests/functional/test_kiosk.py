"""The kiosk: paired once, the whole screen, and nothing of one person for the next."""

from datetime import timedelta

import pytest

from tests.functional.desk_cast import hire, owner, sign_in
from tests.functional.kiosk_cast import DESK, HOME, START, begin, cookie, make, paired
from tests.functional.town import Town
from tests.peers import ADA_ID
from tests.shop import MERCHANT, NOON, Browser, Shop

NUMBER = "0612345678"


def test_a_code_pairs_one_device_once(shop: Shop) -> None:
    code = make(shop)
    first, second = shop.browser(), shop.browser()
    for device in (first, second):
        device.get(f"/kiosk/{code.replace(' ', '')}")
        device.submit(form=device.page.form("/kiosk"))
    assert (first.page.path, second.page.status) == (START, 422)
    assert "Touch to order" in first.page.text
    assert [bool(cookie(one)) for one in (first, second)] == [True, False]


def test_an_old_code_a_misread_one_and_a_get_pair_nothing(shop: Shop) -> None:
    code = make(shop)
    device = shop.browser()
    device.get(f"/kiosk/{code.replace(' ', '')}")
    device.get("/kiosk")
    assert device.submit(form=device.page.form("/kiosk"), code="K7QD 3MPB").status == 422
    assert device.post("/kiosk", {"code": code}, token=False).status == 403
    shop.clock.set(NOON + timedelta(minutes=31))
    device.get("/kiosk")
    assert device.submit(form=device.page.form("/kiosk"), code=code).status == 422
    assert not cookie(device)


def test_only_a_manager_of_the_store_makes_and_revokes_kiosks(shop: Shop) -> None:
    hire(shop, "staff@example.com", "staff")
    assert sign_in(shop, "staff@example.com").get(DESK).status == 403
    assert owner(shop, "fournil-mistral").get(DESK).status == 404


def test_a_revoked_device_and_a_copy_of_its_cookie_are_strangers(shop: Shop) -> None:
    device, boss = paired(shop), owner(shop)
    begin(device)
    copied = cookie(device)
    boss.get(DESK)
    assert "paired" in boss.page.text
    assert "Kiosk 1 is no kiosk" in boss.submit(form=boss.page.form("/revoke")).text
    thief = shop.browser()
    thief.client.set_cookie("kiosk", copied)
    for one in (device, thief):
        assert one.get(HOME).status == 410
        assert "not paired" in one.page.text
        assert not cookie(one)
    assert device.get(START).path == HOME  # an ordinary browser again


def test_a_kiosk_shows_its_own_shop_and_no_other_page(shop: Shop) -> None:
    device = paired(shop)
    assert device.get(HOME).path == START, "nobody has begun"
    begin(device)
    assert device.page.path == HOME
    assert device.page.headers["Cache-Control"] == "private, no-store"
    for elsewhere in (
        "/",
        f"/r/{MERCHANT}/",
        f"/r/{MERCHANT}/lyon-bellecour/",
        "/desk/sign-in",
        f"{HOME}t/{shop.code()}",
    ):
        assert device.get(elsewhere).path == START, elsewhere
    device.get(f"{HOME}identify")
    links = {one.attributes["href"] for one in device.page.root.all("a")}
    assert all(link.startswith(("#", HOME)) for link in links), links
    assert "camera=(self)" in device.page.headers["Permissions-Policy"]
    assert "camera=()" in shop.browser().get(f"{HOME}identify").headers["Permissions-Policy"]


def test_keys_type_the_number_without_script(shop: Shop) -> None:
    device = paired(shop)
    begin(device)
    device.get(f"{HOME}identify")
    for key in ("+", "3", "+", "3", "9", "back", "6"):
        form = device.page.form("/identify")
        fields = {"phone": form.first("input", name="phone").attributes["value"], "key": key}
        device.post(f"{START}/keys", fields)
    assert device.page.root.first("input", name="phone").attributes["value"] == "+336"


def _walk(town: Town, device: Browser) -> str:
    begin(device)
    device.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
    device.get(f"{HOME}identify")
    device.submit(form=device.page.form("/identify"), phone=NUMBER)
    return town.place(device)


def _bodies(device: Browser, link: str) -> str:
    pages = ("basket", "identify", "join", "checkout", "loyalty", "kiosk", "slot", "proof")
    shown = [device.raw(f"{HOME}{page}") for page in pages]
    shown += [device.raw(path) for path in (f"/pay/{link}", f"/o/{link}", f"/o/{link}/state", f"/pay/{link}/return")]
    return "".join(one.text + str(one.headers) for one in shown)


def test_after_starting_over_no_answer_holds_anything_of_the_person(town: Town) -> None:
    device = paired(town.shop)
    link = _walk(town, device)
    words = ("Prune far breton", "ending 78", link)
    before = _bodies(device, link)
    assert [word for word in words if word in before] == list(words)
    old = device.client.get_cookie("passe")
    assert old is not None
    device.get(f"/pay/{link}")
    device.submit(form=device.page.form("/forget"))
    assert (device.page.path, "Touch to order" in device.page.text) == (START, True)
    told = _bodies(device, link)
    device.client.set_cookie("passe", old.value)  # a browser that kept the cookie of before
    told += _bodies(device, link)
    assert [word for word in words if word in told] == []
    assert town.rows("SELECT count(*) FROM visit WHERE customer_id IS NOT NULL") == [(0,)]
    assert town.order().state == "pending", "it may be on somebody's phone at this moment"


def test_a_screen_left_alone_forgets_by_itself(town: Town) -> None:
    device = paired(town.shop)
    begin(device)
    device.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
    page = device.get(f"{HOME}basket")
    assert page.root.first("noscript").first("meta").attributes["content"] == f"60;url={START}/still"
    town.later(seconds=60)
    assert "Still there?" in device.get(f"{START}/still").text
    town.later(seconds=25)
    assert device.get(f"{HOME}basket").path == f"{HOME}basket", "a touch in time keeps everything"
    town.later(seconds=60)
    device.get(f"{START}/still")
    town.later(seconds=31)
    assert device.get(f"{HOME}basket").path == START
    assert town.rows("SELECT count(*) FROM basket") == [(0,)]


def test_an_order_is_paid_on_the_phone_and_its_number_ends_the_visit(town: Town) -> None:
    device, phone = paired(town.shop), town.shop.browser()
    link = _walk(town, device)
    assert "Scan this code" in device.get(f"/pay/{link}").text
    session = town.start(phone, link)
    town.payment.act(session, "pay")
    phone.get(f"/pay/{link}/return")
    page = device.get(f"/pay/{link}")
    assert page.path == f"/o/{link}"
    assert town.order().state == "paid"
    assert str(town.order().number) in page.text
    assert page.root.first("div", **{"data-idle": "20"})
    town.later(seconds=52)
    assert device.get(f"/o/{link}").path == START
    assert phone.get(f"/o/{link}").status == 200, "the phone keeps its order"
    assert town.order().table_label == "Kiosk 1"


def test_taking_away_gets_the_first_free_time(town: Town) -> None:
    device = paired(town.shop)
    begin(device, "collect")
    assert "Collect today at" in device.page.text


def _scan(town: Town, code: str) -> Browser:
    device = paired(town.shop)
    begin(device)
    device.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
    device.get(f"{HOME}identify")
    device.submit({"pass": code}, form=device.page.form("/pass"))
    return device


def test_a_scanned_pass_says_who_it_is_and_spends_nothing(town: Town) -> None:
    device = _scan(town, f" {ADA_ID}\r")
    assert device.page.path == f"{HOME}checkout"
    assert "account of your card" in device.page.text
    page = device.get(f"{HOME}loyalty")
    assert "400" in page.text
    assert town.rows("SELECT count(*) FROM proven_browser") == [(0,)]
    link = town.place(device)
    town.payment.act(town.start(town.shop.browser(), link), "pay")
    device.get(f"/pay/{link}/return")
    assert town.rows("SELECT count(*) FROM outbox_message WHERE topic = 'loyalty.report'") == [(1,)]


@pytest.mark.parametrize("code", ["cus_nobody", "", "../orders", "x" * 300, "é"])
def test_an_unknown_pass_leads_on_to_the_keys(town: Town, code: str) -> None:
    device = _scan(town, code)
    assert (device.page.status, "This pass is not known here" in device.page.text) == (422, True)
    device.submit(form=device.page.form("/identify"), button=("skip", "1"))
    assert device.page.path == f"{HOME}checkout"
    assert town.rows("SELECT count(*) FROM visit WHERE customer_id IS NOT NULL") == [(0,)]


def test_a_busy_kiosk_serves_more_people_than_one_address_may(town: Town) -> None:
    device = paired(town.shop)
    for place in range(12):
        begin(device)
        device.get(f"{HOME}identify")
        assert device.submit(form=device.page.form("/identify"), phone=f"06123456{place:02}").status == 200, place
        town.later(minutes=3)
