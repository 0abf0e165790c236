"""Small menu documents to start from, valid as they are."""

import json
from typing import Any

from webapp.nouns.catalog.check import read_catalog
from webapp.nouns.catalog.document import Catalog


def _names(text: str) -> dict[str, str]:
    return {"fr": text, "en": text}


def product(sku: str, /, **changes: Any) -> dict[str, Any]:
    """A product at 9.00 with 10 % VAT, free of allergens."""
    return {
        "sku": sku,
        "category": "food",
        "name": _names(sku),
        "price": 900,
        "vat": {"table": 1000, "collect": 1000},
        "allergens": [],
        **changes,
    }


def set_menu(sku: str, courses: dict[str, list[str]], **changes: Any) -> dict[str, Any]:
    """A set menu at 15.00; `courses`: course id → SKUs to choose from."""
    made = [
        {"id": course, "name": _names(course), "choices": [{"sku": choice} for choice in skus]}
        for course, skus in courses.items()
    ]
    base = product(sku, price=1500, courses=made, **changes)
    return {key: value for key, value in base.items() if key != "allergens"}


def _option(name: str, allergens: list[str] | None) -> dict[str, Any]:
    return {"id": name, "name": _names(name), "allergens": allergens}


def document(*products: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A menu of one category with the option groups `size` (required) and `extra`."""
    size = {"id": "size", "name": _names("Size"), "required": True, "min": 1}
    extra = {"id": "extra", "name": _names("Extra"), "max": 4}
    options = [_option("none", []), _option("nuts", ["nuts"]), _option("egg", ["eggs"]), _option("secret", None)]
    return {
        "format": 1,
        "currency": "EUR",
        "languages": ["fr", "en"],
        "categories": [{"id": "food", "name": _names("Food")}],
        "option_groups": [
            {**size, "options": [_option("small", []), _option("large", [])]},
            {**extra, "options": options},
        ],
        "products": list(products or [product("A")]),
        **changes,
    }


def read(data: dict[str, Any]) -> Catalog:
    """The document of valid data."""
    report = read_catalog(json.dumps(data).encode())
    assert report.document is not None, [problem.sentence for problem in report.problems]
    return report.document
