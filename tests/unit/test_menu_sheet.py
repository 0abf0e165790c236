"""The menu as a table: what is written is read back the same, and a spreadsheet runs nothing of it."""

import csv
import io
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shop import demo_houses
from tests.unit.catalog_samples import document, product, read, set_menu
from webapp.nouns.catalog.check import check_catalog
from webapp.nouns.catalog.difference import difference
from webapp.nouns.catalog.document import Allergen, Catalog, Diet
from webapp.nouns.catalog.report import Rejected
from webapp.nouns.catalog.sheet import file
from webapp.nouns.catalog.sheet.place import lines_of

WORDS = st.text(st.sampled_from("aé=+-@'\",;œ <>&{}%\\/|1"), min_size=1, max_size=12).map(str.strip).filter(bool)
FORMULAS = st.sampled_from(["=1+1", "'=A1", "''+x", "-2", "@SUM(A1)", '=HYPERLINK("x")', "＝1", "'plain", "<script>"])
TEXTS = WORDS | FORMULAS
NAMES = st.fixed_dictionaries({"fr": TEXTS, "en": TEXTS})
PRICES = st.integers(0, 1_000_000)
HOURS = st.none() | st.lists(
    st.sampled_from([("08:00", "11:00"), ("18:00", "24:00"), ("22:00", "02:00")]), min_size=1, max_size=2
)
STORES = st.dictionaries(
    st.sampled_from(["paris", "lyon-1"]),
    st.fixed_dictionaries({"price": st.none() | PRICES, "sold": st.sampled_from([None, True, False])}),
)
ALLERGENS = st.none() | st.lists(st.sampled_from([str(one) for one in Allergen]), unique=True)
PRODUCTS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "description": st.none() | NAMES,
        "price": PRICES,
        "vat": st.fixed_dictionaries({"table": st.integers(0, 3000), "collect": st.integers(0, 3000)}),
        "allergens": ALLERGENS,
        "diets": st.lists(st.sampled_from([str(one) for one in Diet]), unique=True),
        "hours": HOURS,
        "stores": STORES,
        "option_groups": st.sampled_from([[], ["size"], ["extra", "size"]]),
        "picture": st.sampled_from([None, "dish.svg"]),
    }
)


@st.composite
def menus(draw: st.DrawFn) -> Catalog:
    skus = draw(st.lists(st.sampled_from(["A", "B 1", "=C", "-D", "é"]), min_size=1, max_size=4, unique=True))
    rows = [product(sku, **draw(PRODUCTS)) for sku in skus]
    chosen = set_menu("SET", {"one": skus, "two": skus[:1]})
    chosen["price"] = draw(PRICES)
    chosen["courses"][0]["choices"][0]["supplement"] = draw(PRICES)
    return read(document(*rows, set_menus=[chosen]))


@given(menus(), st.sampled_from(",;\t"))
@settings(max_examples=60)
def test_a_menu_written_as_csv_is_read_back_the_same(menu: Catalog, delimiter: str) -> None:
    raw = file.write(menu, delimiter=delimiter)
    for base in (None, menu):
        sheet = file.read(raw, base)
        assert sheet.problems == []
        assert check_catalog(sheet.data).document == menu
    cells = [
        cell
        for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=delimiter)
        for cell in row
    ]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r＝＋－＠")]
    assert difference(menu, menu).nothing


@given(menus(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_rows_of_a_table_may_stand_in_any_order(menu: Catalog, chance: Random) -> None:
    head, *rows = file.write(menu, delimiter=";").decode("utf-8-sig").splitlines()
    chance.shuffle(rows)
    sheet = file.read("\n".join([head, *rows]).encode(), None)
    assert sheet.problems == []
    again = check_catalog(sheet.data).document
    assert again is not None
    found = difference(menu, again)
    assert [*found.added, *found.removed, *found.changed] == []


def test_the_demos_menus_survive_the_table_byte_for_byte() -> None:
    for house in demo_houses():
        again = check_catalog(file.read(file.write(house.menu), None).data).document
        assert again is not None
        assert again.model_dump_json() == house.menu.model_dump_json()


def test_windows_1252_is_read_and_said() -> None:
    menu = read(document(product("A", name={"fr": "Crème brûlée", "en": "Cream"})))
    raw = file.write(menu).decode("utf-8-sig").encode("cp1252")
    sheet = file.read(raw, None)
    assert sheet.encoding == "windows-1252"
    assert check_catalog(sheet.data).document == menu


def test_a_column_that_is_not_there_leaves_what_is_on_sale() -> None:
    menu = read(document(product("A", allergens=["milk"]), product("B")))
    lines = ["type;id;price", "category;food;", "group;size;", "group;extra;", "product;A;9,90", "product;B;8"]
    sheet = file.read("\n".join(lines).encode(), menu)
    assert sheet.problems == []
    by_sku = {row["sku"]: row for row in sheet.data["products"]}
    assert by_sku["A"]["price"] == 990
    assert by_sku["A"]["allergens"] == ["milk"]
    assert by_sku["B"]["price"] == 800


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("product,food,X,X,X,abc,10,10", "not_amount", "price"),
        ("product,food,X,X,X,9.999,10,10", "not_amount", "price"),
        ("product,food,X,X,X,,10,10", "missing", "price"),
        ("product,food,X,X,X,9,reduced,10", "not_rate", "vat.table"),
        ("dish,food,X,X,X,9,10,10", "unknown_type", None),
        ("option,nowhere,X,X,X,9,,", "no_parent", None),
        ("category,,X,X,X,9,,", "not_for_type", "price"),
        ("product,food,X,X,X,9,10,10,more", "cells_beyond", None),
        ("product,food,,X,X,9,10,10", "missing", "id"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(row: str, code: str, field: str | None) -> None:
    head = "type,parent,id,name.fr,name.en,price,vat.table,vat.collect\ncategory,,food,F,F,,,\n\n"
    sheet = file.read((head + row + "\n").encode(), None)
    found = [(one.row, one.code, one.params.get("field")) for one in sheet.problems]
    assert ("line 4", code, field) in found


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "no_such_column"),
        (b"id,price\n", "no_such_column"),
        (b"type,id,colour\n", "unknown_column"),
        (b"type,id,id\n", "column_twice"),
        (b'type,id\nproduct,"a"b\n', "not_csv"),
        ("type,id\n".encode("utf-16"), "not_csv_text"),
        (b"type,id\n\x81\x8d,x\n", "not_csv_text"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(raw: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        file.read(raw, None)
    assert refused.value.problem.code == code


def test_the_rows_of_a_json_file_are_found_by_line() -> None:
    rows = '  {"sku": "A"},\n\n  {"sku": "B",\n   "x": ["]"]}, {"sku": "C"}'
    text = f'{{"format": 1,\n "products": [\n{rows}],\n "set_menus": []}}'
    assert lines_of(text) == {("products", 0, "", 0): 3, ("products", 1, "", 0): 5, ("products", 2, "", 0): 6}


def test_a_difference_names_rows_and_cells_and_counts_prices() -> None:
    before = read(document(product("A"), product("B"), product("C")))
    after = read(document(product("C", price=800), product("A", price=950, allergens=None), product("D")))
    found = difference(before, after)
    assert [row.name for row in found.added] == ["D"]
    assert [row.name for row in found.removed] == ["B"]
    cells = {one.after.name: [(cell.column, cell.before, cell.after) for cell in one.cells] for one in found.changed}
    assert cells == {"C": [("price", "9.00", "8.00")], "A": [("price", "9.00", "9.50"), ("allergens", "none", "")]}
    assert (found.up, found.down) == (1, 1)
    assert found.reordered == ("product",)
