"""Storing a checked merchant document and its menu: made when new, brought up to date in place when known (C30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.randomness import Randomness
from webapp.nouns.catalog import document as menu_document
from webapp.nouns.catalog.models import CatalogVersion
from webapp.nouns.catalog.publish import bump, publish
from webapp.nouns.merchant import document
from webapp.nouns.merchant.check import House
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.merchant.tables import add_tables, tables_of


@dataclass(frozen=True)
class Stored:
    """What became of a document. `left_alone`: stores (slug) and tables (slug/label) we have that it does not name."""

    merchant_id: int
    new_stores: tuple[str, ...]
    new_tables: int
    left_alone: tuple[str, ...]


def store_house(session: Session, house: House, draw: Randomness, now: datetime) -> Stored:
    """Merchant, stores, tables and menu, in the caller's one transaction; the very menu on sale is no new version."""
    stored = store_merchant(session, house.merchant, house.stores, draw, now)
    on_sale = select(CatalogVersion.document).join(
        Merchant, (Merchant.id == CatalogVersion.merchant_id) & (Merchant.catalog_number == CatalogVersion.number)
    )
    known = session.scalar(on_sale.where(Merchant.id == stored.merchant_id))
    if known is None or menu_document.Catalog.model_validate_json(known) != house.menu:
        publish(session, stored.merchant_id, house.menu, now)
    return stored


def put_on_sale(session: Session, merchant_slug: str, menu: menu_document.Catalog, now: datetime) -> int | None:
    """A new version of a known merchant's menu; its number, or None when there is no such merchant."""
    merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == merchant_slug))
    return None if merchant_id is None else publish(session, merchant_id, menu, now)


def store_merchant(
    session: Session, merchant: document.Merchant, stores: Sequence[document.Store], draw: Randomness, now: datetime
) -> Stored:
    """Merchant, stores and tables as the document says; nothing it does not name is removed, no code is revoked."""
    merchant_id = _merchant(session, merchant, now)
    have = {row.slug: row for row in session.scalars(select(Store).where(Store.merchant_id == merchant_id))}
    fresh: list[str] = []
    left = [slug for slug in have if slug not in {store.slug for store in stores}]
    tables = 0
    for position, store in enumerate(stores):
        facts = _store_facts(store) | {"position": position}
        known = have.get(store.slug)
        if known is None:
            store_id = _insert(session, Store, {"merchant_id": merchant_id, "menu_stamp": 1, **facts})
            fresh.append(store.slug)
        else:
            store_id = known.id
            session.execute(update(Store).where(Store.id == store_id).values(facts))
        living = [table.label for table in tables_of(session, store_id)]
        missing = [label for label in store.tables if label not in living]
        add_tables(session, store_id, missing, draw, now)
        tables += len(missing)
        left += [f"{store.slug}/{label}" for label in living if label not in store.tables]
    bump(session, merchant_id=merchant_id)
    return Stored(merchant_id, tuple(fresh), tables, tuple(left))


def _insert(session: Session, table: type[Merchant | Store], values: dict[str, Any]) -> int:
    return int(session.execute(insert(table).values(values).returning(table.id)).scalar_one())


def _merchant(session: Session, merchant: document.Merchant, now: datetime) -> int:
    facts = merchant.model_dump(mode="json")
    facts["legal_name"] = merchant.legal_name or ""
    facts["logo"] = merchant.logo or ""
    known = session.scalar(select(Merchant.id).where(Merchant.slug == merchant.slug))
    if known is None:
        return _insert(session, Merchant, {"catalog_number": 0, "created_at": now, **facts})
    session.execute(update(Merchant).where(Merchant.id == known).values(facts))
    return known


def _store_facts(store: document.Store) -> dict[str, Any]:
    facts = store.model_dump(mode="json")
    # Tables are rows of their own; nothing asks for the position on a map yet.
    for elsewhere in ("tables", "latitude", "longitude"):
        facts.pop(elsewhere)
    return facts
