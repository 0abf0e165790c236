"""A device paired as a kiosk, and what a person does at it."""

from tests.functional.desk_cast import owner
from tests.shop import MERCHANT, STORE, Browser, Shop

DESK = f"/desk/{MERCHANT}/s/{STORE}/kiosks"
HOME = f"/r/{MERCHANT}/{STORE}/"
START = f"{HOME}kiosk"


def make(shop: Shop, name: str = "Kiosk 1", boss: Browser | None = None) -> str:
    """A new kiosk; its one-time code as the desk shows it."""
    boss = boss or owner(shop)
    boss.get(DESK)
    page = boss.submit(form=boss.page.form("/kiosks"), name=name)
    return page.root.first("section", **{"aria-labelledby": "fresh"}).first("code").text


def paired(shop: Shop, name: str = "Kiosk 1", language: str = "en") -> Browser:
    """A device at its start screen."""
    device = shop.browser(language)
    code = make(shop, name)
    device.get("/kiosk")
    device.submit(form=device.page.form("/kiosk"), code=code)
    assert device.page.path == START, device.page.text[:200]
    return device


def begin(device: Browser, mode: str = "table") -> None:
    """Touch to order."""
    device.get(START)
    device.submit(form=device.page.form("/kiosk"), button=("mode", mode))


def cookie(device: Browser) -> str:
    """The pairing's cookie."""
    found = device.client.get_cookie("kiosk")
    return found.value if found else ""
