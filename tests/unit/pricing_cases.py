"""A small menu whose every price rule can be told by hand, and ways to draw wishes from it."""

import json

from hypothesis import strategies as st

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.menu import Menu, compile_menu
from webapp.nouns.pricing import Choice, Configuration, CourseChoice, Wanted


def _named(identity: str, **more: object) -> dict[str, object]:
    return {"id": identity, "name": {"fr": identity, "en": identity}, **more}


def _product(sku: str, price: int, table: int, collect: int, **more: object) -> dict[str, object]:
    vat = {"table": table, "collect": collect}
    return {"sku": sku, "category": "all", "name": {"fr": sku, "en": sku}, "price": price, "vat": vat, **more}


DOCUMENT = {
    "format": 1,
    "currency": "EUR",
    "languages": ["fr", "en"],
    "categories": [_named("all")],
    "option_groups": [
        _named(
            "sauce",
            max=3,
            included=2,
            options=[
                _named("mayo", price=30, max_each=2),
                _named("curry", price=40, max_each=2),
                _named("truffle", price=150),
            ],
        ),
        _named("size", min=1, max=1, options=[_named("small"), _named("large", price=200, sku="LARGE")]),
        _named("pair", min=2, max=2, options=[_named("left"), _named("right"), _named("middle", price=10)]),
    ],
    "products": [
        _product("plain", 450, 1000, 550),
        _product("fries", 390, 1000, 1000, option_groups=["sauce"]),
        _product("coffee", 250, 1000, 550, option_groups=["size"]),
        _product("twins", 700, 1000, 1000, option_groups=["pair"]),
        _product("wine", 600, 2000, 2000, modes=["table"]),
        _product("brunch", 1500, 1000, 1000, hours=[["09:00", "12:00"]]),
        _product("elsewhere", 100, 1000, 1000, stores={"here": {"sold": False}}),
        _product("gone", 100, 1000, 1000),
        _product("free", 0, 550, 550),
    ],
    "set_menus": [
        _product(
            "formula",
            1290,
            1000,
            1000,
            courses=[
                _named("main", choices=[{"sku": "plain"}, {"sku": "fries", "supplement": 100}]),
                _named("drink", choices=[{"sku": "coffee"}, {"sku": "gone"}]),
            ],
        )
    ],
}


def menu(*, sold_out: frozenset[str] = frozenset({"gone"})) -> Menu:
    """The menu of the store `here`."""
    return compile_menu(Catalog.model_validate_json(json.dumps(DOCUMENT)), "here", sold_out=sold_out)


def wanted(
    sku: str, *options: Choice, courses: tuple[CourseChoice, ...] = (), quantity: int = 1, line_id: str = "1"
) -> Wanted:
    """One line."""
    return Wanted(line_id, sku, quantity, Configuration(options, courses))


SMALL = Choice("size", "small")
FORMULA = (CourseChoice("main", "fries", (Choice("sauce", "curry"),)), CourseChoice("drink", "coffee", (SMALL,)))

VALID = st.sampled_from(
    [
        ("plain", Configuration()),
        ("fries", Configuration((Choice("sauce", "mayo", 2), Choice("sauce", "truffle")))),
        ("coffee", Configuration((Choice("size", "large"),))),
        ("twins", Configuration((Choice("pair", "left"), Choice("pair", "middle")))),
        ("wine", Configuration()),
        ("free", Configuration()),
        ("formula", Configuration((), FORMULA)),
    ]
)


@st.composite
def baskets(draw: st.DrawFn, size: int = 6) -> list[Wanted]:
    """Lines that can all be sold at the table."""
    rows = draw(st.lists(st.tuples(VALID, st.integers(1, 99)), max_size=size))
    return [Wanted(f"l{place}", sku, count, chosen) for place, ((sku, chosen), count) in enumerate(rows)]


NAMES = st.sampled_from(["sauce", "size", "pair", "mayo", "curry", "large", "left", "main", "drink", "fries", "", "é"])
CHOICES = st.builds(Choice, NAMES, NAMES, st.integers(-3, 120))
ANYTHING = st.builds(
    Wanted,
    st.uuids().map(str),
    st.sampled_from(["plain", "fries", "coffee", "twins", "formula", "gone", "elsewhere", "no such", "brunch", "wine"]),
    st.one_of(st.integers(-5, 1000), st.booleans()),
    st.builds(
        Configuration,
        st.lists(CHOICES, max_size=5).map(tuple),
        st.lists(st.builds(CourseChoice, NAMES, NAMES, st.lists(CHOICES, max_size=3).map(tuple)), max_size=3).map(
            tuple
        ),
    ),
)
