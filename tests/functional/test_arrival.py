"""Arriving from home: restaurants, stores in their own time, the brand's colours, the language."""

from datetime import UTC, datetime

import pytest

from tests.shop import MERCHANT, STORE, Shop

STORES = f"/r/{MERCHANT}/"
HOME = f"{STORES}{STORE}/"


def test_the_landing_page_lists_every_restaurant(shop: Shop) -> None:
    page = shop.browser().get("/")
    assert [one.text for one in page.root.all("h2")] == ["Comptoir Sarrasin", "Fournil Mistral"]
    assert "4 stores" in page.text


def test_stores_say_when_they_are_open_in_their_own_time(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 11, 24, 21, 30, tzinfo=UTC))
    cards = {one.first("h2").text: one.text for one in shop.browser().get(STORES).root.all("li", class_="store")}
    assert len(cards) == 4
    assert "Open now, until 01:00" in cards["Paris République"]
    reunion = next(text for name, text in cards.items() if "Denis" in name)
    assert "Opens tomorrow" not in reunion  # it is tomorrow there already
    assert "Opens today at" in reunion


def test_a_store_that_never_opens_again_says_so(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 12, 25, 12, tzinfo=UTC))
    assert "Opens tomorrow at 08:00" in shop.browser().get(STORES).text
    menu = shop.browser().get(HOME)
    assert "Merry Christmas! Back on the 26th." in menu.text
    assert "Order for tomorrow at" in menu.text


def test_collecting_leads_to_the_menu(shop: Shop) -> None:
    browser = shop.browser()
    page = browser.get(browser.get(STORES).link("Order to collect"))
    assert page.path == HOME
    assert "Next pick-up today at 12:45" in page.text


def test_the_language_is_kept_and_follows(shop: Shop) -> None:
    browser = shop.browser("en")
    browser.get(HOME)
    form = browser.page.root.first("form", class_="language")
    form.attributes["action"] = "/language/fr"
    page = browser.submit(form=form)
    assert page.path == HOME
    assert page.root.first("html").attributes["lang"] == "fr"
    assert browser.get(f"{HOME}basket").root.first("html").attributes["lang"] == "fr"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "/\r\nX: y",
        "[",
        "\\\\x",
    ],
)
def test_nobody_is_sent_elsewhere(shop: Shop, wanted: str) -> None:
    browser = shop.browser()
    token = browser.get("/").token
    answer = browser.raw("/language/fr", "POST", data={"csrf_token": token, "next": wanted})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_an_unknown_language_is_not_found(shop: Shop) -> None:
    browser = shop.browser()
    browser.get("/")
    assert browser.post("/language/tlh", {"next": "/"}).status == 404


def test_the_brand_is_a_small_stylesheet_kept_for_long(shop: Shop) -> None:
    browser = shop.browser()
    address = next(
        one.attributes["href"] for one in browser.get(STORES).root.all("link") if "brand" in one.attributes["href"]
    )
    answer = browser.raw(address)
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.text.startswith(":root{--accent:light-dark(#0f5e5a,")
    assert browser.raw(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert "immutable" not in browser.raw(f"{STORES}brand.css").headers["Cache-Control"]
