import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from webapp import demo
from webapp.demo.draw import TARGET, pictures
from webapp.nouns.catalog.check import counts_of
from webapp.nouns.catalog.menu import compile_menu
from webapp.nouns.merchant.check import House, read_pair

PATHS = dict(zip(["bakery", "chain"], sorted(demo.merchants(), reverse=True), strict=True))


def house(paths: tuple[Path, Path]) -> House:
    drawn = {path.name for path in TARGET.iterdir()}
    report = read_pair(*(path.read_bytes() for path in paths), pictures=drawn)
    rest = [problem.sentence for problem in report.problems if problem.code != "allergens_not_declared"]
    assert rest == []
    assert report.document is not None
    return report.document


@pytest.fixture(scope="module")
def chain() -> House:
    return house(PATHS["chain"])


def test_the_chain_is_as_large_as_promised(chain: House) -> None:
    counts = counts_of(chain.menu)
    assert counts["products"] >= 70
    assert counts["categories"] >= 8
    assert counts["set_menus"] == 4
    assert chain.menu.languages == ("fr", "en")
    assert len(chain.stores) >= 3
    assert {store.timezone for store in chain.stores} == {"Europe/Paris", "Indian/Reunion"}
    assert all(len(store.tables) >= 10 for store in chain.stores)


def test_every_state_of_the_menu_is_shown_somewhere(chain: House) -> None:
    menu = chain.menu
    declared = [product.allergens for product in menu.products]
    assert None in declared
    assert () in declared
    assert any(product.hours for product in menu.products)
    assert any(category.hours for category in menu.categories)
    assert {(product.vat.table, product.vat.collect) for product in menu.products} == {
        (1000, 1000),
        (1000, 550),
        (2000, 2000),
        (None, 550),
        (None, 2000),
    }
    assert any(choice.supplement for row in menu.set_menus for course in row.courses for choice in course.choices)
    assert any(group.included for group in menu.option_groups)
    assert any(option.max_each > 1 for group in menu.option_groups for option in group.options)


def test_la_reunion_has_its_own_vat(chain: House) -> None:
    store = next(store for store in chain.stores if store.timezone == "Indian/Reunion")
    menu = compile_menu(chain.menu, store.slug, vat_map=store.vat_rates)
    assert {rate for item in menu.items.values() for rate in item.vat.values()} == {210, 850}
    assert menu.item("GAL-SAINTJACQUES") is None


def test_the_bakery_is_another_merchant(chain: House) -> None:
    bakery = house(PATHS["bakery"])
    assert bakery.merchant.slug != chain.merchant.slug
    assert bakery.merchant.accent != chain.merchant.accent
    assert len(bakery.stores) == 1


def test_translations_are_translations(chain: House) -> None:
    same = {"Espresso", "Cappuccino", "Muscadet sur lie", "Sobacha"}
    for product in chain.menu.products:
        assert product.name["fr"] != product.name["en"] or product.name["fr"] in same
        assert product.description is not None
        assert product.description["fr"] != product.description["en"]


def test_every_dish_has_a_picture_of_its_own(chain: House) -> None:
    named = [row.picture for row in (*chain.menu.products, *chain.menu.set_menus)]
    assert None not in named
    drawn = pictures()
    assert len({drawn[str(name)] for name in named}) == len(named)


def test_the_committed_pictures_are_the_ones_drawn() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in TARGET.iterdir()} == pictures()


@pytest.mark.parametrize("path", sorted(TARGET.glob("*.svg")), ids=lambda path: str(path.name))
def test_a_picture_is_small_and_inert(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) <= 2500
    assert not re.search(r"<script|style=|on\w+=|https?://(?!www\.w3\.org/2000/svg)", text)
    root = ET.fromstring(text)  # noqa: S314 -- our own file
    if not path.name.startswith("logo"):
        assert root.attrib["viewBox"] == "0 0 160 120"
