import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.catalog_samples import document, product
from webapp.nouns.merchant.check import default_merchant, read_house, read_merchant, read_pair

MERCHANT: dict[str, Any] = {
    "merchant": {
        "slug": "chez-nous",
        "name": "Chez nous",
        "languages": ["fr", "en"],
        "default_language": "fr",
        "currency": "EUR",
        "accent": "#0f5e5a",
    },
    "stores": [
        {
            "slug": "centre",
            "name": "Centre",
            "street": "1, rue Haute",
            "postcode": "75001",
            "city": "Paris",
            "timezone": "Indian/Reunion",
            "hours": {"mon": [["11:30", "14:30"], ["18:30", "01:00"]]},
            "exceptions": [{"date": "2026-12-25", "closed": True, "note": {"fr": "Noël"}}],
            "vat_map": {"1000": 210},
            "tables": ["1", "2"],
        }
    ],
}


def changed(part: str, **changes: Any) -> dict[str, Any]:
    data = deepcopy(MERCHANT)
    (data["merchant"] if part == "merchant" else data["stores"][0]).update(changes)
    return data


def sentences(data: Any) -> list[str]:
    return [problem.sentence for problem in read_merchant(json.dumps(data).encode()).problems]


def test_a_merchant_file_is_read_whole() -> None:
    report = read_merchant(json.dumps(MERCHANT).encode())
    assert not report.problems
    assert report.document is not None
    (store,) = report.document.stores
    assert store.vat_rates == {1000: 210}
    assert store.model_dump(mode="json")["exceptions"][0]["date"] == "2026-12-25"
    assert report.counts == {"stores": 1, "tables": 2}


S = 'stores[0] "centre"'
BAD: list[tuple[dict[str, Any], str]] = [
    (changed("merchant", accent="red"), 'file: merchant.accent "red" must be a colour such as #1f6f54'),
    (changed("merchant", loyalty_display="loud"), "file: merchant.loyalty_display must be 'open' or 'strict'"),
    (changed("merchant", default_language="de"), 'merchant: the default language "de" is not among the languages'),
    (changed("store", timezone="Mars/Base"), f'{S}: timezone "Mars/Base" is not a time zone such as Europe/Paris'),
    (changed("store", timezone="../etc"), f'{S}: timezone "../etc" is not a time zone such as Europe/Paris'),
    (changed("store", hours={"lun": []}), f"{S}: hours.lun is not a known field"),
    (
        changed("store", hours={"mon": [["11:00", "15:00"], ["14:00", "18:00"]]}),
        f"{S}: hours.mon has hours that overlap or are not in order",
    ),
    (
        changed("store", hours={"mon": [["18:00", "01:00"], ["20:00", "22:00"]]}),
        f"{S}: hours.mon has hours that overlap or are not in order",
    ),
    (changed("store", exceptions=[{"date": "25/12/2026"}]), "date must be a date such as 2026-12-25"),
    (changed("store", exceptions=[{"date": "2026-12-25"}]), "must be either closed or have hours"),
    (
        changed("store", exceptions=[{"date": "2026-12-25", "closed": True}] * 2),
        f'{S}: exceptions lists "2026-12-25" twice',
    ),
    (changed("store", tables=["1", "1"]), f'{S}: tables lists "1" twice'),
    (changed("store", slot_minutes=0), f"{S}: slot_minutes must be at least 5"),
    (changed("store", slot_items=1.5), f"{S}: slot_items must be a whole number"),
    (changed("store", vat_map={"10%": 210}), "must be a rate in basis points such as 1000"),
    (changed("store", latitude=91), f"{S}: latitude must be at most 90"),
    (changed("store", phone="call us"), 'phone "call us" must be a telephone number such as +33 1 23 45 67 89'),
    ({**MERCHANT, "stores": []}, "file: stores must have at least 1 entries"),
    ({**MERCHANT, "stores": MERCHANT["stores"] * 2}, 'stores[1] "centre": "centre" is already that of stores[0]'),
]


@pytest.mark.parametrize(("data", "sentence"), BAD, ids=range(len(BAD)))
def test_a_bad_merchant_file_is_rejected_with_its_reason(data: dict[str, Any], sentence: str) -> None:
    report = read_merchant(json.dumps(data).encode())
    assert report.document is None
    assert any(sentence in problem.sentence for problem in report.errors), sentences(data)


def test_a_store_that_never_opens_or_has_no_table_is_a_warning() -> None:
    data = changed("store", hours={}, tables=[])
    assert sentences(data) == [f"{S}: has no opening hours at all", f"{S}: is sold at the table but lists no table"]
    assert read_merchant(json.dumps(data).encode()).document is not None


def test_a_menu_alone_gets_one_store_open_all_day() -> None:
    report = read_house(json.dumps(document()).encode())
    assert report.document is not None
    (store,) = report.document.stores
    assert store.name == "Ma table"
    assert store.hours.sun == (("00:00", "24:00"),)
    assert report.document.merchant.languages == ("fr", "en")
    assert default_merchant(report.document.menu).stores == (store,)


def test_one_file_may_hold_merchant_stores_and_menu() -> None:
    report = read_house(json.dumps({**MERCHANT, "menu": document()}).encode())
    assert report.document is not None
    assert report.document.merchant.slug == "chez-nous"
    assert report.document.menu.products[0].sku == "A"


def test_both_halves_are_reported_at_once() -> None:
    data = {**changed("merchant", accent="red"), "menu": document(product("A", price=-1))}
    found = [problem.sentence for problem in read_house(json.dumps(data).encode()).errors]
    assert len(found) == 2


def test_the_merchant_and_the_menu_must_agree() -> None:
    menu = document(product("A", stores={"elsewhere": {"price": 1}}), currency="XPF")
    data = {**changed("merchant", languages=["fr", "de"]), "menu": menu}
    report = read_house(json.dumps(data).encode())
    assert report.document is None
    assert [problem.sentence for problem in report.problems if "allergens" not in problem.sentence] == [
        "merchant: the menu is in XPF, the merchant in EUR",
        "merchant: the menu has no texts in de",
        'products[0] "A": names the store "elsewhere", which does not exist',
    ]


def test_a_file_without_menu_says_so() -> None:
    (problem,) = read_house(json.dumps(MERCHANT).encode()).problems
    assert problem.sentence == "file: menu is missing"


def test_two_files_are_read_as_one() -> None:
    assert read_pair(json.dumps(MERCHANT).encode(), json.dumps(document()).encode()).document is not None
    broken = read_pair(b"{", b"\xff")
    assert [problem.code for problem in broken.problems] == ["not_json", "not_utf8"]


@given(st.binary(max_size=100))
def test_no_bytes_make_reading_fail(raw: bytes) -> None:
    for report in (read_house(raw), read_merchant(raw)):
        assert report.document is None
        assert report.errors
