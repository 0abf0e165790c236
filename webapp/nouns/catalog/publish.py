"""Putting a checked menu on sale, and taking single things off it."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.models import CatalogVersion, SoldOut
from webapp.nouns.merchant.models import Merchant, Store


def bump(session: Session, *, merchant_id: int | None = None, store_id: int | None = None) -> None:
    """Raise the menu stamp of one store, or of all a merchant's: every kept page and menu of it is out of date."""
    chosen = Store.id == store_id if store_id is not None else Store.merchant_id == merchant_id
    session.execute(update(Store).where(chosen).values(menu_stamp=Store.menu_stamp + 1))


def publish(session: Session, merchant_id: int, document: Catalog, now: datetime) -> int:
    """Store a new version of the menu and put it on sale, in the caller's transaction (C30); its number."""
    # Whoever publishes at the same moment waits here, and counts on from our number.
    session.execute(select(Merchant.id).where(Merchant.id == merchant_id).with_for_update())
    last = session.scalar(select(func.max(CatalogVersion.number)).where(CatalogVersion.merchant_id == merchant_id))
    number = (last or 0) + 1
    row = {
        "merchant_id": merchant_id,
        "number": number,
        "document": document.model_dump_json(exclude_none=False),
        "created_at": now,
    }
    session.execute(insert(CatalogVersion), [row])
    session.execute(update(Merchant).where(Merchant.id == merchant_id).values(catalog_number=number))
    bump(session, merchant_id=merchant_id)
    return number


def mark_sold_out(session: Session, store_id: int, key: str, until: datetime | None) -> None:
    """Take a SKU or an option (`group:option`) off sale in one store, until a moment or further notice."""
    row = insert_into(session, SoldOut).values({"store_id": store_id, "key": key, "until": until})
    session.execute(row.on_conflict_do_update(index_elements=["store_id", "key"], set_={"until": until}))
    bump(session, store_id=store_id)


def mark_back(session: Session, store_id: int, key: str) -> None:
    """Put it back on sale."""
    session.execute(delete(SoldOut).where(SoldOut.store_id == store_id, SoldOut.key == key))
    bump(session, store_id=store_id)
