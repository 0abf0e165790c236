import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.catalog_samples import document, product, set_menu
from webapp.nouns.catalog import document as models
from webapp.nouns.catalog.check import read_catalog
from webapp.nouns.catalog.report import MAX_BYTES
from webapp.nouns.catalog.sentences import SENTENCES, WRITTEN
from webapp.nouns.merchant.document import MerchantFile

# The library has no type information; taken by name it is honestly `Any`.
Validator: Any = import_module("jsonschema").Draft202012Validator
SCHEMA = Path(models.__file__).with_name("catalog.schema.json")


def sentences(data: Any) -> list[str]:
    report = read_catalog(json.dumps(data).encode())
    assert (report.document is None) == bool(report.errors)
    return [problem.sentence for problem in report.problems]


UNREADABLE = {
    b"\xef\xbb\xbf{}": "file: begins with a byte order mark; save it as UTF-8 without BOM",
    '{"a": "é"}'.encode("latin-1"): "file: is not UTF-8 text (byte 7); save it as UTF-8",
    b"": "file: is not JSON: Expecting value (line 1, column 1)",
    b"{": "file: is not JSON: Expecting property name enclosed in double quotes (line 1, column 2)",
    b'{"a": {"b": 1, "b": 2}}': 'file: holds the key "b" twice in one object; only one can count',
    b'{"price": NaN}': "file: is not JSON: NaN is not a number (line 1, column 1)",
    b"[" * 100_000: "file: holds a number too long or objects too deeply nested to be read",
    b"1" * 5000: "file: holds a number too long or objects too deeply nested to be read",
    b"[]": "file: the whole must be an object in braces",
}


@pytest.mark.parametrize(("raw", "sentence"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
def test_a_file_that_cannot_be_read_says_why(raw: bytes, sentence: str) -> None:
    assert [problem.sentence for problem in read_catalog(raw).problems] == [sentence]


def test_a_file_too_big_is_not_even_parsed() -> None:
    (problem,) = read_catalog(b" " * (MAX_BYTES + 1)).problems
    assert problem.sentence == f"file: is {MAX_BYTES + 1} bytes; at most 20 MB are read"


def test_a_file_of_a_million_mistakes_is_refused_at_once() -> None:
    many = document(products=[1] * 10_001)
    assert sentences(many) == ['file: has a list "products" of 10001 entries; at most 10000 are read']
    wide = document(product("A", **{f"k{number}": 1 for number in range(1000)}))
    assert sentences(wide) == ["file: has an object of 1006 keys; at most 1000 are read"]
    both = document(*[product("A", **{f"k{number}": 1 for number in range(90)}) for _ in range(600)])
    assert sentences(both) == [
        "file: has more than 50000 mistakes, too many to list: it is probably another kind of file",
    ]


ROWS: list[tuple[dict[str, Any], str]] = [
    ({"price": 9.5}, 'products[0] "A": price must be a whole number of cents (1250 for 12.50)'),
    ({"price": "900"}, 'products[0] "A": price must be a whole number of cents (1250 for 12.50)'),
    ({"price": True}, 'products[0] "A": price must be a whole number of cents (1250 for 12.50)'),
    ({"price": -1}, 'products[0] "A": price must be at least 0'),
    ({"price": 1_000_001}, 'products[0] "A": price must be at most 1000000'),
    ({"prize": 1}, 'products[0] "A": prize is not a known field'),
    ({"sku": ""}, 'products[0] "": sku must not be empty'),
    ({"sku": "A/B"}, 'products[0] "A/B": sku must not hold , : / or \\ (they part SKUs in reward lists and addresses)'),
    ({"sku": "A\u0007"}, 'products[0] "A�": sku holds the control character U+0007'),
    ({"sku": "x" * 65}, f'products[0] "{"x" * 64}": sku must be at most 64 characters'),
    ({"name": {"fr": "A"}}, 'products[0] "A": name has no text in en'),
    ({"name": {"fr": "A\u202e", "en": "A"}}, 'products[0] "A": name.fr holds the control character U+202E'),
    ({"name": {"fr": "x" * 201, "en": "A"}}, 'products[0] "A": name.fr must be at most 200 characters'),
    ({"name": {"fr": " ", "en": "A"}}, 'products[0] "A": name.fr must not be empty'),
    ({"name": "A"}, 'products[0] "A": name must be an object in braces'),
    ({"hours": [["9:00", "11:00"]]}, 'products[0] "A": hours[0][0] "9:00" must be a time such as 11:30'),
    (
        {"hours": [["11:00", "11:00"]]},
        'products[0] "A": hours[0] opens and closes at the same minute; write 00:00 to 24:00 for the whole day',
    ),
    ({"vat": {"table": 1000}}, 'products[0] "A": has no VAT rate for collect, where it is sold'),
    ({"vat": {"table": 1000, "collect": 3001}}, 'products[0] "A": vat.collect must be at most 3000'),
    ({"vat": {"table": 1000, "collect": -1}}, 'products[0] "A": vat.collect must be at least 0'),
    ({"modes": []}, 'products[0] "A": modes must have at least 1 entries'),
    ({"category": "none"}, 'products[0] "A": the category "none" does not exist'),
    ({"option_groups": ["none"]}, 'products[0] "A": the option group "none" does not exist'),
    ({"option_groups": ["size", "size"]}, 'products[0] "A": option_groups lists "size" twice'),
    (
        {"picture": "../etc/passwd"},
        'products[0] "A": picture "../etc/passwd" must be a small-letter file name such as galette.svg',
    ),
]


@pytest.mark.parametrize(("change", "sentence"), ROWS, ids=range(len(ROWS)))
def test_a_bad_row_is_named_with_its_reason(change: dict[str, Any], sentence: str) -> None:
    assert sentence in sentences(document(product("A", **change), product("B")))


def _group(**changes: Any) -> dict[str, Any]:
    named = {"fr": "x", "en": "x"}
    option = {"id": "o", "name": named, "allergens": []}
    return document(option_groups=[{"id": "g", "name": named, "options": [option], **changes}])


ACROSS: list[tuple[dict[str, Any], str]] = [
    (document(product("A"), product("A")), 'products[1] "A": the SKU "A" is already that of products[0] "A"'),
    (
        document(product("A"), set_menus=[set_menu("A", {"c": ["A"]})]),
        'set_menus[0] "A": the SKU "A" is already that of products[0] "A"',
    ),
    (
        document(product("A"), set_menus=[set_menu("M", {"c": ["Z"]})]),
        'set_menus[0] "M": the course "c" offers "Z", which is no product of this menu',
    ),
    (
        document(product("A"), set_menus=[set_menu("M", {"c": ["N"]}), set_menu("N", {"c": ["M"]})]),
        'set_menus[0] "M": the course "c" offers the set menu "N"; a set menu cannot hold a set menu',
    ),
    (
        document(product("A"), set_menus=[set_menu("M", {"c": ["A", "A"]})]),
        'set_menus[0] "M": courses.c lists "A" twice',
    ),
    (_group(min=3, max=2), 'option_groups[0] "g": min is 3, above max 2'),
    (_group(included=2), 'option_groups[0] "g": included is 2, above max 1'),
    (_group(required=True, options=[]), 'option_groups[0] "g": asks for 1 but only 0 can be chosen'),
    (_group(min=1, required=False), 'option_groups[0] "g": required is false but min is 1'),
    (document(currency="EUX"), 'file: "EUX" is not an ISO 4217 currency'),
    (document(format=2), "file: format must be 1"),
]


@pytest.mark.parametrize(("data", "sentence"), ACROSS, ids=range(len(ACROSS)))
def test_rows_that_contradict_each_other_are_named(data: dict[str, Any], sentence: str) -> None:
    report = read_catalog(json.dumps(data).encode())
    assert sentence in [problem.sentence for problem in report.errors]
    assert report.document is None


def test_every_bad_row_is_reported_not_the_first_only() -> None:
    data = document(*[product(f"S{number}", price="x") for number in range(300)])
    assert len(sentences(data)) == 300


def test_warnings_do_not_reject() -> None:
    data = document(product("A", allergens=None, picture="a.svg"))
    data["categories"].append({"id": "empty", "name": {"fr": "Vide", "en": "Empty", "de": "Leer"}})
    report = read_catalog(json.dumps(data).encode(), pictures={"b.svg"})
    assert report.document is not None
    assert [problem.sentence for problem in report.warnings] == [
        'categories[1] "empty": name has a text in de, which is not among the menu\'s languages',
        'categories[1] "empty": has no dish',
        "file: 2 of 7 products and options do not declare their allergens",
        'products[0] "A": the picture "a.svg" is not on the disk',
    ]


def test_a_vat_rate_charged_nowhere_is_asked_about_once_and_taken() -> None:
    slips = {"vat": {"table": 55, "collect": 550}}
    data = document(product("A", **slips), product("B", **slips), product("C", vat={"table": 0, "collect": 210}))
    report = read_catalog(json.dumps(data).encode())
    asked = [problem.sentence for problem in report.warnings if problem.code == "unusual_vat"]
    assert asked == ['products[0] "A": 0.55 % VAT for table is charged in no country that pays in EUR; is it meant?']
    assert report.document is not None
    other = read_catalog(json.dumps(document(product("A", **slips), currency="XPF")).encode())
    assert [one for one in other.warnings if one.code == "unusual_vat"] == [], "nothing is known of this currency"


def test_not_declared_and_free_of_are_two_states() -> None:
    report = read_catalog(json.dumps(document(product("A", allergens=None), product("B"))).encode())
    assert report.document is not None
    assert [row.allergens for row in report.document.products] == [None, ()]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.sampled_from(["sku", "name", "price", "vat", "allergens", "hours", "stores", "option_groups", "modes"]), JSON)
def test_no_content_of_a_field_makes_reading_fail(field: str, value: Any) -> None:
    for data in (document(product("A", **{field: value})), document(products=value), value):
        for problem in read_catalog(json.dumps(data).encode()).problems:
            assert problem.sentence.isprintable()


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail(raw: bytes) -> None:
    assert read_catalog(raw).document is None


def test_the_committed_schema_is_current_and_accepts_what_we_accept() -> None:
    stored = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert stored == models.schema(), (
        "run `python3 -m webapp.nouns.catalog.document > webapp/nouns/catalog/catalog.schema.json`"
    )
    Validator.check_schema(stored)
    Validator(stored).validate(document())


def test_every_pattern_of_the_schemas_can_be_said_in_words() -> None:
    text = json.dumps([models.schema(), MerchantFile.model_json_schema()])
    patterns = {pattern for pattern in WRITTEN if json.dumps(pattern) in text}
    assert text.count('"pattern": ') == sum(text.count(f'"pattern": {json.dumps(pattern)}') for pattern in patterns)
    assert all(SENTENCES.values())
