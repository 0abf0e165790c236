"""The basket: one browser's own, priced again at every look, honest about what changed."""

import pytest

from tests.shop import MERCHANT, STORE, Browser, Shop

HOME = f"/r/{MERCHANT}/{STORE}/"
BASKET = f"{HOME}basket"


def with_flan(shop: Shop, quantity: str = "2") -> Browser:
    """A browser with prune flan in its basket, looking at it."""
    browser = shop.browser()
    browser.get(f"{HOME}d/DES-FAR")
    browser.submit(quantity=quantity)
    browser.get(BASKET)
    return browser


def test_an_empty_basket_says_so(shop: Shop) -> None:
    page = shop.browser().get(BASKET)
    assert page.status == 200
    assert "Your basket is empty" in page.text
    assert page.link("See the menu") == HOME


def test_the_basket_survives_closing_the_tab(shop: Shop) -> None:
    browser = with_flan(shop)
    assert "€10.40" in browser.get(HOME).text
    assert "€10.40" in browser.get(BASKET).text


def test_two_browsers_never_see_each_other(shop: Shop) -> None:
    with_flan(shop)
    stranger = shop.browser()
    for path in (HOME, BASKET, HOME):
        assert "€10.40" not in stranger.get(path).text
    assert "Your basket is empty" in stranger.get(BASKET).text


def test_the_same_dish_twice_is_one_line(shop: Shop) -> None:
    browser = with_flan(shop)
    browser.get(f"{HOME}d/DES-FAR")
    browser.submit(quantity="3")
    page = browser.get(BASKET)
    assert len(page.root.all("li", class_="line")) == 1
    assert "€26.00" in page.text


def test_touching_plus_minus_and_remove(shop: Shop) -> None:
    browser = with_flan(shop)
    assert "€15.60" in browser.submit(button=("quantity", "3")).text
    assert "€5.20" in browser.submit(button=("quantity", "1")).text
    assert "Your basket is empty" in browser.submit(button=("quantity", "0")).text


def test_the_script_gets_the_page_part_with_what_to_say(shop: Shop) -> None:
    browser = with_flan(shop)
    path = browser.page.form("").attributes["action"]
    page = browser.post(path, {"quantity": "3"}, X_Fragment="1")
    assert page.root.first("div", data_part="basket-page").attributes["data-message"].endswith(": 3")


@pytest.mark.parametrize("quantity", ["-1", "1000", "two", "", "100", "0x2"])
def test_a_quantity_that_is_none_changes_nothing(shop: Shop, quantity: str) -> None:
    browser = with_flan(shop)
    page = browser.submit(button=("quantity", quantity))
    assert page.status == 422
    assert "from 1 to 99" in page.text
    assert "€10.40" in browser.get(BASKET).text


def test_a_line_of_another_browser_is_not_there(shop: Shop) -> None:
    browser = with_flan(shop)
    path = browser.page.form("").attributes["action"]
    stranger = with_flan(shop, "1")
    assert stranger.post(path, {"quantity": "0"}).status == 404
    assert "€10.40" in browser.get(BASKET).text
    for line in ("999999999999999999999", "-1", "x"):
        stranger.get(BASKET)
        assert stranger.post(f"{BASKET}/line/{line}", {"quantity": "0"}).status == 404


def test_a_moved_price_is_said_once_and_charged(shop: Shop) -> None:
    browser = with_flan(shop)
    shop.change_menu(DES_FAR={"price": 600})
    page = browser.get(BASKET)
    assert "moved from €5.20 to €6.00" in page.text
    assert "€12.00" in page.text
    assert "moved from" not in browser.get(BASKET).text


def test_a_price_moved_before_the_basket_was_opened_is_said(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}d/DES-FAR")
    browser.submit()
    shop.change_menu(DES_FAR={"price": 480})
    assert "€4.80" in browser.get(HOME).text
    assert "moved from €5.20 to €4.80" in browser.get(BASKET).text


def test_a_new_name_is_said_whatever_the_language(shop: Shop) -> None:
    browser = with_flan(shop)
    shop.change_menu(DES_FAR={"name": {"fr": "Far de saison", "en": "Seasonal flan"}})
    assert "is now called Seasonal flan" in browser.get(BASKET).text
    assert "is now called" not in browser.get(BASKET).text
    browser.language = "fr"
    assert "Far de saison" in browser.get(BASKET).text
    assert not [one for one in browser.page.root.all("div", class_="notice-warning") if "Seasonal" in one.text]


def test_a_dish_sold_out_meanwhile_stops_the_basket_and_is_kept(shop: Shop) -> None:
    browser = with_flan(shop)
    shop.sell_out("DES-FAR")
    page = browser.get(BASKET)
    assert "is sold out" in page.root.first("p", class_="line-problem").text
    assert not page.root.all("div", class_="bar")
    assert "Change it or remove it" in page.text
    assert "Your basket is empty" in browser.submit(button=("quantity", "0")).text


def test_a_dish_gone_from_the_menu_is_named_and_can_be_removed(shop: Shop) -> None:
    browser = with_flan(shop)
    shop.change_menu(DES_FAR={"stores": {}, "sku": "DES-OTHER"})
    page = browser.get(BASKET)
    assert "no longer on the menu" in page.text
    assert "Prune far breton" in page.root.first("li", class_="line").text
    assert "Your basket is empty" in browser.submit(button=("quantity", "0")).text


def test_an_option_sold_out_meanwhile_is_named(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}d/BOL-VEGAN")
    browser.submit(option__base="kasha")
    shop.sell_out("base:kasha")
    page = browser.get(BASKET)
    assert "One of these choices is sold out" in page.text


def test_at_a_table_of_a_closed_store_the_basket_waits(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}t/{shop.code()}")
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    assert browser.get(BASKET).root.all("div", class_="bar")
    shop.clock.set(shop.clock.now().replace(hour=4))
    page = browser.get(BASKET)
    assert "The store is closed. Opens today at 08:00. Your basket is kept." in page.text
    assert not page.root.all("div", class_="bar")


def test_the_way_on_leads_to_the_first_unfinished_step(shop: Shop) -> None:
    browser = with_flan(shop)
    assert browser.page.link("Choose the pick-up time") == f"{HOME}slot"
