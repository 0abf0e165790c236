"""How heavy the first visit is, and how many questions a page asks the database."""

from pathlib import Path

import pytest

from tests.menus import of_size
from tests.shop import MERCHANT, STORE, Browser, Shop, Watched, demo_houses, open_shop

HOME = f"/r/{MERCHANT}/{STORE}/"
BASKET = f"{HOME}basket"
KIB = 1024


def opened(watched: Watched, data: Path, products: int) -> Shop:
    """A shop selling that many products."""
    return open_shop(watched, data, houses=[of_size(demo_houses()[0], products)])


def asked(shop: Shop, browser: Browser, path: str) -> int:
    """How many statements opening a page takes."""
    with shop.statements() as statements:
        browser.get(path)
    return len(statements)


def first_dish(browser: Browser) -> str:
    """A dish that can be added with one touch."""
    return browser.get(HOME).root.first("button", class_="dish-add").attributes["formaction"]


def test_the_first_visit_of_the_menu_is_light(watched: Watched, shared_data: Path) -> None:
    browser = opened(watched, shared_data, 96).browser("fr")
    page = browser.get(HOME)
    assert len(page.root.all("li", class_="dish")) == 96
    links = [one.attributes["href"] for one in page.root.all("link")]
    scripts = [one.attributes["src"] for one in page.root.all("script")]
    fetched = [HOME, *links, *scripts]
    weights = {path: len(browser.raw(path, headers={"Accept-Encoding": "gzip"}).data) for path in fetched}
    assert len(fetched) <= 6
    assert sum(weights.values()) <= 30 * KIB, weights
    pictures = page.root.all("img")
    assert all(one.attributes.get("loading") == "lazy" for one in pictures if "logo" not in one.attributes["src"])


@pytest.mark.parametrize("products", [96, 960])
def test_questions_to_the_database_do_not_grow_with_the_menu(
    watched: Watched, shared_data: Path, products: int
) -> None:
    shop = opened(watched, shared_data, products)
    browser = shop.browser()
    dish = first_dish(browser)
    assert asked(shop, browser, HOME) == 0, "nobody yet: the warm menu asks nothing"
    for quantity in ("1", "2", "3"):
        browser.post(dish, {"quantity": quantity}, X_Fragment="1")
        browser.get(HOME)
    assert asked(shop, browser, HOME) == 1
    assert asked(shop, browser, BASKET) == 3
    assert asked(shop, browser, dish) == 2
    with shop.statements() as adding:
        browser.post(dish, {"quantity": "1"}, X_Fragment="1")
    assert len(adding) == 10
    shop.catch_up()
    assert asked(shop, shop.browser(), HOME) == 1, "one question tells that the menu is still the same"


def test_another_browser_costs_the_first_nothing(watched: Watched, shared_data: Path) -> None:
    shop = opened(watched, shared_data, 96)
    first = shop.browser()
    first.post(first_dish(first), {"quantity": "1"})
    first.get(HOME)
    for _ in range(3):
        other = shop.browser()
        other.post(first_dish(other), {"quantity": "2"})
        other.get(HOME)
    assert asked(shop, first, HOME) == 1
