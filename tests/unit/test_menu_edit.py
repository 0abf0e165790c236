"""Single changes of a menu: what they do not name stays as it is."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shop import demo_houses
from tests.unit.catalog_samples import document, product, read, set_menu
from webapp.nouns.catalog import edit
from webapp.nouns.catalog.edit import NameTaken, NoSuchRow, Spot
from webapp.nouns.catalog.sheet.columns import Money, columns
from webapp.nouns.catalog.sheet.rows import Writer

MENU = demo_houses()[0].menu
DATA: dict[str, Any] = MENU.model_dump(mode="json")
SPOTS = [
    *(Spot("category", row["id"]) for row in DATA["categories"]),
    *(Spot("group", row["id"]) for row in DATA["option_groups"]),
    *(Spot("option", one["id"], row["id"]) for row in DATA["option_groups"] for one in row["options"]),
    *(Spot("product", row["sku"]) for row in DATA["products"]),
    *(Spot("set_menu", row["sku"]) for row in DATA["set_menus"]),
    *(Spot("course", one["id"], row["sku"]) for row in DATA["set_menus"] for one in row["courses"]),
]
NEW = {
    "price": "99.99",
    "vat.table": "3.3",
    "vat.collect": "4.4",
    "allergens": "lupin",
    "diets": "kosher",
    "hours": "01:00-02:00",
    "modes": "collect",
    "stores": "x=1.00/no",
    "min": "7",
    "max": "88",
    "included": "9",
    "max_each": "77",
}


def another(name: str, text: str) -> str:
    """A value of this column that is not `text`."""
    if name == "required":
        return "no" if text == "yes" else "yes"
    return "table" if (name, text) == ("modes", "collect") else NEW.get(name, "neu.svg")


def cells(data: dict[str, Any]) -> dict[tuple[str, str, str, str], str]:
    """Every cell of the whole document."""
    writer = Writer(MENU)
    writer.data = data
    return {(*row.key, name): cell for row in writer.rows() for name, cell in row.cells.items()}


@given(st.data())
@settings(max_examples=60)
def test_editing_one_field_changes_exactly_that_field(data: st.DataObject) -> None:
    spot = data.draw(st.sampled_from(SPOTS))
    mine = columns(spot.kind, MENU.languages, Money(2))
    chosen = data.draw(st.sampled_from(mine))
    work = copy.deepcopy(DATA)
    row = copy.deepcopy(edit.row_at(work, spot))
    for column in mine:
        text = column.get(row)
        column.put(row, another(column.name, text) if column is chosen else text)
    edit.replace(spot, row)(work)
    before, after = cells(DATA), cells(work)
    assert before.keys() == after.keys()
    assert [key for key in before if before[key] != after[key]] == [(spot.kind, spot.parent, spot.name, chosen.name)]


@given(st.sampled_from(SPOTS))
@settings(max_examples=40)
def test_an_edit_leaves_the_document_it_came_from_alone(spot: Spot) -> None:
    kept = copy.deepcopy(DATA)
    for change in (edit.remove(spot), edit.move(spot, 1), edit.replace(spot, {"id": spot.name, "sku": spot.name})):
        work = dict(DATA)
        change(work)
    assert kept == DATA


def test_a_dish_moves_past_the_next_of_its_own_category() -> None:
    other = [{"id": "food", "name": {"fr": "F", "en": "F"}}, {"id": "more", "name": {"fr": "M", "en": "M"}}]
    rows = [product("A"), product("B", category="more"), product("C")]
    data = read(document(*rows, categories=other)).model_dump(mode="json")
    edit.move(Spot("product", "A"), 1)(data)
    assert [row["sku"] for row in data["products"]] == ["C", "B", "A"]
    edit.move(Spot("product", "A"), 1)(data)
    assert [row["sku"] for row in data["products"]] == ["C", "B", "A"]


def test_a_name_is_given_once_and_a_row_that_is_gone_is_said() -> None:
    data = read(document(product("A"), set_menus=[set_menu("S", {"one": ["A"]})])).model_dump(mode="json")
    with pytest.raises(NameTaken):
        edit.add(Spot("course", "one", "S"), {"id": "one"})(data)
    for change in (edit.remove(Spot("option", "x", "nowhere")), edit.replace(Spot("product", "B"), {})):
        with pytest.raises(NoSuchRow):
            change(data)
