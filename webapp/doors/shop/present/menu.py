"""The menu's categories and rows."""

from typing import Any
from urllib.parse import quote

from flask import url_for

from webapp.doors.pictures import sources
from webapp.doors.shop.frame import _, asset, language
from webapp.doors.shop.present import marks
from webapp.doors.shop.present.prices import least, starts_at
from webapp.doors.shop.words import served_words
from webapp.ground.money import shown
from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.picture.store import key_of


def picture(item: MenuItem) -> str | dict[str, str] | None:
    """What `components/picture.html` shows: the hashed address of a drawing, or the sources of an uploaded picture."""
    key = key_of(item.picture)
    return sources(key) if key else asset(f"demo/{item.picture}") if item.picture else None


def dish_url(on_sale: OnSale, sku: str, **query: object) -> str:
    """Where a dish is configured and added."""
    store = on_sale.store
    return url_for("shop.dish", merchant=store.merchant.slug, store=store.slug, sku=sku, **query)  # type: ignore[arg-type]


def off(item: MenuItem, mode: str, minute: int | None) -> str | None:
    """Why a dish cannot be ordered now, in a few words; None when it can."""
    if item.sold_out:
        return _("Sold out")
    if mode not in item.vat:
        return _("Only at the table") if mode == "collect" else _("Only to collect")
    return None if item.served_at(minute) else served_words(item)


def needs_choice(item: MenuItem) -> bool:
    """Whether something must be chosen before this dish can be added."""
    return bool(item.courses) or any(group.minimum > 0 for group in item.groups)


def _row(menu: Menu, base: str, item: MenuItem, mode: str, minute: int | None) -> dict[str, Any]:
    tongue = language()
    return {
        "sku": item.sku,
        "url": f"{base}{quote(item.sku)}",
        "name": menu.text(item.name, tongue),
        "description": menu.text(item.description, tongue),
        "price": shown(least(item), menu.currency, tongue),
        "starts_at": starts_at(item),
        "picture": picture(item),
        "diets": marks.diets(item.diets),
        "codes": " ".join(item.diets),
        # What a set menu contains is said course by course, on its own page.
        "allergens": "" if item.courses else marks.allergens(item.allergens),
        "off": off(item, mode, minute),
        "quick": not needs_choice(item),
    }


def categories(on_sale: OnSale, mode: str, minute: int | None) -> list[dict[str, Any]]:
    """Every category with its rows. `minute`: the store's local minute the meal is for; None greys nothing by hour."""
    menu = on_sale.menu
    # Flask builds an address in some 10 µs; a menu has hundreds that differ in their last word only.
    base = dish_url(on_sale, "-").removesuffix("-")
    return [
        {
            "id": category.id,
            "name": menu.text(category.name, language()),
            "note": menu.text(category.description, language()),
            "dishes": [_row(menu, base, item, mode, minute) for item in category.items],
        }
        for category in menu.categories
    ]


def filters(menu: Menu) -> list[dict[str, Any]]:
    """The diet marks found on this menu, in the order of how often they are met."""
    count: dict[str, int] = {}
    for item in menu.items.values():
        for code in item.diets:
            count[code] = count.get(code, 0) + 1
    return marks.diets(sorted(count, key=lambda code: -count[code]))
