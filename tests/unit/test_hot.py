"""What is kept between requests: true for one very menu, and never more than so many."""

from typing import Any, cast

from tests.unit.catalog_samples import document, product, read
from webapp.doors.shop.browse.hot import Larder, Recent, serving_edges
from webapp.nouns.catalog.menu import compile_menu
from webapp.nouns.catalog.shelf import OnSale


def selling(*products: dict[str, Any]) -> OnSale:
    """A menu on sale in a store of which only the id matters."""
    store = cast("Any", type("Store", (), {"id": 1})())
    return OnSale(store, compile_menu(read(document(*products)), "here"))


def test_another_menu_makes_what_was_kept_worthless() -> None:
    kept: Recent[str] = Recent(4)
    before, after = selling(), selling()
    kept.keep(before, "page", "old")
    assert kept.get(before, "page") == "old"
    assert kept.get(after, "page") is None


def test_what_was_used_longest_ago_goes_first() -> None:
    kept: Recent[int] = Recent(2)
    menu = selling()
    kept.keep(menu, "a", 1)
    kept.keep(menu, "b", 2)
    kept.get(menu, "a")
    kept.keep(menu, "c", 3)
    assert [kept.get(menu, key) for key in "abc"] == [1, None, 3]


def test_pages_differ_only_where_the_hour_matters() -> None:
    larder = Larder()
    breakfast = selling(product("A", hours=[["08:00", "11:00"]]), product("B"))
    assert serving_edges(breakfast.menu) == (480, 660)
    assert [larder.hour(breakfast, minute) for minute in (0, 479, 480, 659, 660)] == [0, 0, 1, 1, 2]
    assert larder.hour(breakfast, None) is None
    always = selling(product("B"))
    assert Larder().hour(always, 700) is None
