"""Sold out in one tap: a dish or an option, for today or until somebody says so; found by a few letters."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.nouns.catalog.current import current_menu
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.menu import option_key
from webapp.nouns.catalog.models import SoldOut
from webapp.nouns.catalog.publish import mark_back, mark_sold_out
from webapp.nouns.catalog.texts import folded, said
from webapp.nouns.staff import deeds
from webapp.usecases.kitchen.state import Deed, end_of_day
from webapp.usecases.wiring import Wiring

MOST_FOUND = 60


@dataclass(frozen=True)
class Thing:
    """Something that can run out. `of`: the group of an option, "" for a dish; `until`: None while it is sold out
    until further notice or not at all.
    """

    key: str
    name: str
    of: str
    gone: bool
    until: datetime | None


class Unknown(LookupError):
    """Nothing on the menu has this key."""


def keys_of(menu: Catalog) -> set[str]:
    """Everything on a menu that can run out: SKUs, and options as `group:option`."""
    options = {option_key(group.id, option.id) for group in menu.option_groups for option in group.options}
    return {item.sku for item in (*menu.products, *menu.set_menus)} | options


def things(session: Session, store_id: int, merchant_id: int, language: str, now: datetime) -> list[Thing]:
    """Everything of the menu with its state in this store: what has run out first, then as the menu lists it."""
    menu = current_menu(session, merchant_id)
    if menu is None:
        return []
    still = or_(SoldOut.until.is_(None), SoldOut.until > now)
    gone = {row.key: row.until for row in session.scalars(select(SoldOut).where(SoldOut.store_id == store_id, still))}
    dishes = [(item.sku, said(item.name, language, menu.languages), "") for item in (*menu.products, *menu.set_menus)]
    options = [
        (option_key(group.id, one.id), said(one.name, language, menu.languages), said(group.name, language))
        for group in menu.option_groups
        for one in group.options
    ]
    found = [Thing(key, name, of, key in gone, gone.get(key)) for key, name, of in (*dishes, *options)]
    return sorted(found, key=lambda one: not one.gone)


def search(found: list[Thing], typed: str) -> list[Thing]:
    """Those whose name, group or SKU holds every word typed, accents aside; all that has run out when nothing is."""
    words = folded(typed).split()
    if not words:
        return [one for one in found if one.gone]
    matching = [one for one in found if all(word in folded(f"{one.name} {one.of} {one.key}") for word in words)]
    return matching[:MOST_FOUND]


def mark(wiring: Wiring, deed: Deed, key: str, how: str) -> datetime | None:
    """Take a thing off sale (`today`, `until_said`) or put it back (`back`); until when it is gone.

    Raises:
        Unknown: no such thing on this merchant's menu; nothing was changed.
    """
    now = wiring.clock.now()
    until = end_of_day(deed.store, now) if how == "today" else None

    def work(session: Session) -> datetime | None:
        menu = current_menu(session, deed.store.merchant.id)
        if how == "back":
            mark_back(session, deed.store.id, key)
        elif menu is None or key not in keys_of(menu):
            raise Unknown(key)
        else:
            mark_sold_out(session, deed.store.id, key, until)
        after = {"until": until.isoformat() if until else None} if how != "back" else None
        name = "kitchen.back" if how == "back" else "kitchen.sold_out"
        subject = f"{deed.store.slug} {key}"
        deeds.note(session, deed.store.merchant.id, deed.staff_id, name, now, subject=subject, after=after)
        return until

    return wiring.db.run(work)
