"""The page of one dish, as it stands or as it was just posted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.doors.shop.frame import language, money
from webapp.doors.shop.present import marks, options
from webapp.doors.shop.present.menu import picture
from webapp.doors.shop.present.prices import least, starts_at
from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.pricing import Configuration, Quote

NOTE_MAX = 200


@dataclass(frozen=True)
class Draft:
    """What the form holds: as new, as stored in a line, or as posted. `url`: where it posts."""

    url: str
    configuration: Configuration = field(default_factory=Configuration)
    quantity: int = 1
    note: str = ""
    editing: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


def context(on_sale: OnSale, item: MenuItem, draft: Draft, priced: Quote | None, off: str | None) -> dict[str, Any]:
    """What shop/dish.html asks for. `priced`: of this draft; `off`: why it cannot be had."""
    menu = on_sale.menu
    total = money(priced.total, menu.currency) if priced and priced.lines else None
    by_choice = bool(item.courses) or any(option.allergens != frozenset() for g in item.groups for option in g.options)
    return {
        "dish": {
            "name": menu.text(item.name, language()),
            "description": menu.text(item.description, language()),
            "price": money(least(item), menu.currency),
            "starts_at": starts_at(item),
            "price_minor": item.price,
            "currency": menu.currency,
            "total": total,
            "picture": picture(item),
            "diets": marks.diets(item.diets),
            "allergens": _allergens(item, draft.configuration),
            "choices_add_allergens": by_choice,
            "url": draft.url,
            "quantity": draft.quantity,
            "note": draft.note,
            "note_max": NOTE_MAX,
            "editing": draft.editing,
            "off": off,
            "gift": None,
        },
        "groups": options.groups(menu, item, draft.configuration, draft.errors),
        "courses": options.courses(menu, item, draft.configuration, draft.errors),
        "errors": [{"field": name, "message": message} for name, message in draft.errors.items()],
    }


def _allergens(item: MenuItem, configuration: Configuration) -> str | None:
    """Of this very configuration; of a set menu not yet chosen, what each choice says."""
    if item.courses and not configuration.courses:
        return ""
    return marks.allergens(item.allergens_of(configuration.options, configuration.courses))
