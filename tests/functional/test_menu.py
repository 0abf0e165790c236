"""The menu: what it shows, to whom, and what stays the same between requests."""

import gzip

from tests.shop import MERCHANT, STORE, Shop

MENU = f"/r/{MERCHANT}/{STORE}/"
SKU = "GAL-COMPLETE"


def test_the_menu_shows_every_dish_of_the_store(shop: Shop) -> None:
    page = shop.browser().get(MENU)
    assert page.status == 200
    on_sale = len(shop.houses[0].menu.products) + len(shop.houses[0].menu.set_menus)
    assert on_sale - 5 < len(page.root.all("li", class_="dish")) <= on_sale
    assert page.root.first("h1").text == "Paris République"


def test_the_menu_speaks_the_language_of_the_browser(shop: Shop) -> None:
    assert "Classic galettes" in shop.browser("en").get(MENU).text
    assert "Galettes classiques" in shop.browser("fr").get(MENU).text


def test_gzip_and_plain_are_the_same_page(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(MENU)
    plain = browser.raw(MENU)
    squeezed = browser.raw(MENU, headers={"Accept-Encoding": "gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(squeezed.data)) == len(plain.data)
    assert plain.headers["ETag"] != squeezed.headers["ETag"]


def test_a_page_already_held_is_not_sent_again(shop: Shop) -> None:
    browser = shop.browser()
    tag = browser.get(MENU).headers["ETag"]
    again = browser.raw(MENU, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


def test_another_browser_never_gets_a_held_page(shop: Shop) -> None:
    tag = shop.browser().get(MENU).headers["ETag"]
    other = shop.browser()
    other.get(MENU)
    assert other.raw(MENU, headers={"If-None-Match": tag}).status_code == 200


def test_a_sold_out_dish_stays_visible_and_cannot_be_opened(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(MENU)
    shop.sell_out(SKU)
    row = next(one for one in browser.get(MENU).root.all("li", class_="dish") if "Sold out" in one.text)
    assert "Complète" in row.text
    assert not row.all("a")
    assert not row.all("button")


def test_a_dish_out_of_its_hours_says_when_it_is_served(shop: Shop) -> None:
    browser = shop.browser()
    page = browser.get(f"{MENU}t/{shop.code()}")
    assert "Served 08:00–11:00" in page.text


def test_an_unknown_store_is_not_found(shop: Shop) -> None:
    for path in (f"/r/{MERCHANT}/nowhere/", "/r/nobody/nowhere/", "/r/nobody/", f"/r/{MERCHANT}/%00/"):
        assert shop.browser().get(path).status == 404


def test_a_page_cannot_be_posted_to(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(MENU)
    assert browser.post(MENU, {}).status == 405
