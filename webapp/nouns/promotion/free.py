"""Which of our dishes a free product may be: the programme's list, kept to what this store sells now (R6)."""

from collections.abc import Iterable

from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.catalog.menu import Menu


def wished(skus: Iterable[str]) -> tuple[str, ...]:
    """SKUs as text, trimmed, without empties and duplicates, in the given order; leading zeros count."""
    return tuple(dict.fromkeys(sku for sku in (raw.strip() for raw in skus) if sku))


def choices(menu: Menu, skus: Iterable[str], mode: str, minute: int | None) -> tuple[MenuItem, ...]:
    """The dishes and set menus of `skus` that this store sells now, in this mode, for this hour.

    Args:
        menu: the store's compiled menu.
        skus: the programme's list; it mixes the SKUs of several partners.
        mode: "table" or "collect".
        minute: local minute of the day the meal is for, 0 to 1439; None asks nothing of hours.
    """
    found = (menu.item(sku) for sku in wished(skus))
    return tuple(item for item in found if item and not item.sold_out and mode in item.vat and item.served_at(minute))
