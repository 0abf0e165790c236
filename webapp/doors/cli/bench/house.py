"""The merchant the bench sells for: 96 products, every fourth with options, no pictures, open day and night."""

import json
from typing import Any

from webapp.nouns.merchant.check import House, read_house
from webapp.nouns.merchant.document import DAYS

MERCHANT = "bench"
CATEGORIES, EACH = 8, 12
ALLERGENS: tuple[list[str] | None, ...] = (["gluten", "milk"], ["eggs"], [], None)
DIETS: tuple[list[str], ...] = (["vegetarian"], [], ["vegetarian", "vegan"], [])


def _both(french: str, english: str) -> dict[str, str]:
    return {"fr": french, "en": english}


def _options(number: int) -> dict[str, Any]:
    return {
        "id": f"extras-{number}",
        "name": _both("Suppléments", "Extras"),
        "min": 0,
        "max": 3,
        "included": 0,
        "options": [
            {"id": f"x{at}", "name": _both(f"Supplément {at}", f"Extra {at}"), "price": 50 * at, "allergens": ["milk"],
             "diets": ["vegetarian"]}
            for at in range(1, 6)
        ],
    }  # fmt: skip


def _product(category: int, number: int) -> dict[str, Any]:
    place = category * EACH + number
    return {
        "sku": sku(place),
        "category": f"cat{category}",
        "name": _both(f"Galette numéro {place}", f"Pancake number {place}"),
        "description": _both(
            f"Farine de sarrasin, beurre demi-sel et garniture numéro {place}.",
            f"Buckwheat flour, salted butter and filling number {place}.",
        ),
        "price": 650 + 10 * place,
        "vat": {"table": 1000, "collect": 1000},
        "allergens": ALLERGENS[number % 4],
        "diets": DIETS[number % 4],
        "option_groups": [f"extras-{category % 4}"] if number % 4 == 3 else [],
    }


def sku(place: int) -> str:
    """The product at this place of the menu; every fourth has options."""
    return f"GAL-{place:03d}"


def menu() -> dict[str, Any]:
    """The menu document."""
    return {
        "format": 1,
        "currency": "EUR",
        "languages": ["fr", "en"],
        "categories": [
            {"id": f"cat{at}", "name": _both(f"Rayon {at}", f"Section {at}")} for at in range(CATEGORIES)
        ],
        "option_groups": [_options(number) for number in range(4)],
        "products": [_product(category, number) for category in range(CATEGORIES) for number in range(EACH)],
        "set_menus": [],
    }  # fmt: skip


def house(slug: str, stores: int) -> House:
    """A merchant with so many stores, checked as any import is."""
    day = [["00:00", "24:00"]]
    store = {
        "name": "Bench",
        "street": "1, rue de la Mesure",
        "postcode": "35000",
        "city": "Rennes",
        "country": "FR",
        "timezone": "Europe/Paris",
        "modes": ["table", "collect"],
        "hours": dict.fromkeys(DAYS, day),
        "prep_minutes": 15,
        "slot_minutes": 15,
        "slot_items": 200,
        "tables": ["1"],
    }
    merchant = {
        "slug": slug,
        "name": f"Maison {slug}",
        "languages": ["fr", "en"],
        "default_language": "fr",
        "currency": "EUR",
    }
    stated = {"merchant": merchant, "stores": [{**store, "slug": f"s{at}"} for at in range(stores)], "menu": menu()}
    report = read_house(json.dumps(stated).encode())
    if report.document is None:
        raise ValueError([problem.sentence for problem in report.errors])
    return report.document
