"""Table codes: random words printed on tables, revocable one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from webapp.ground.randomness import Randomness
from webapp.ground.upsert import Upsert
from webapp.nouns.merchant.kiosk_models import Kiosk
from webapp.nouns.merchant.models import DiningTable, Merchant, Store
from webapp.nouns.merchant.typed_code import draw_code

MOST_TABLES = 500
_LIVING = select(DiningTable).where(DiningTable.revoked_at.is_(None))
_BY_CODE = _LIVING.where(DiningTable.code == bindparam("code_"), DiningTable.store_id == bindparam("store_"))
_BY_ID = _LIVING.where(DiningTable.id == bindparam("table_"))
_NEW = Upsert(DiningTable, lambda made: made.on_conflict_do_nothing().returning(DiningTable.id))


class Found(NamedTuple):
    """A table found by its typed code, and the store it stands in."""

    table_id: int
    store_id: int
    store_slug: str


def table_by_code(session: Session, store_id: int, code: str) -> DiningTable | None:
    """The living table of this store with this code; None for a revoked or foreign one."""
    return session.scalar(_BY_CODE, {"code_": code, "store_": store_id})


def table_by_typed(session: Session, merchant_slug: str, code: str) -> Found | None:
    """The living table of this merchant with this typed code, in a store that serves tables."""
    query = (
        select(DiningTable.id, Store.id, Store.slug, Store.modes)
        .join(Store, Store.id == DiningTable.store_id)
        .where(DiningTable.typed_code == code, DiningTable.revoked_at.is_(None))
        .join(Merchant, Merchant.id == Store.merchant_id)
        .where(Merchant.slug == merchant_slug)
    )
    row = session.execute(query).first()
    return Found(row[0], row[1], row[2]) if row is not None and "table" in row[3] else None


def table_by_id(session: Session, table_id: int) -> DiningTable | None:
    """The table of this row unless its code was revoked meanwhile."""
    return session.scalar(_BY_ID, {"table_": table_id})


def tables_of(session: Session, store_id: int) -> list[DiningTable]:
    """The living tables of a store, in the order they were made; a kiosk's own is none of them."""
    query = select(DiningTable).where(DiningTable.store_id == store_id, DiningTable.revoked_at.is_(None))
    query = query.where(DiningTable.id.not_in(select(Kiosk.table_id)))
    return list(session.scalars(query.order_by(DiningTable.id)))


def add_tables(session: Session, store_id: int, labels: Sequence[str], draw: Randomness, now: datetime) -> None:
    """Make tables with fresh 80-bit codes and a code to type each; one that is taken is drawn again."""
    connection, statement = session.connection(), _NEW.on(session)
    for label in labels:
        row = {"store_id": store_id, "label": label, "created_at": now}
        while (
            connection.execute(statement, {**row, "code": draw.token(10), "typed_code": draw_code(draw)}).first()
            is None
        ):
            pass


def give_typed_codes(session: Session, store_id: int, draw: Randomness) -> None:
    """Tables of earlier releases get a code to type, once."""
    query = select(DiningTable.id).where(
        DiningTable.store_id == store_id, DiningTable.revoked_at.is_(None), DiningTable.typed_code.is_(None),
        DiningTable.id.not_in(select(Kiosk.table_id)),
    )  # fmt: skip
    for table_id in session.scalars(query).all():
        code = draw_code(draw)
        while session.scalar(select(DiningTable.id).where(DiningTable.typed_code == code)) is not None:
            code = draw_code(draw)
        still = (DiningTable.id == table_id, DiningTable.typed_code.is_(None))
        session.execute(update(DiningTable).where(*still).values(typed_code=code))


def rename_table(session: Session, table_id: int, label: str) -> bool:
    """Another name for the same code; False when the table was revoked meanwhile."""
    changed = session.connection().execute(
        update(DiningTable).where(DiningTable.id == table_id, DiningTable.revoked_at.is_(None)).values(label=label)
    )
    return changed.rowcount == 1


def revoke_table(session: Session, table_id: int, now: datetime) -> bool:
    """The printed code stops working for good; False when it already had."""
    changed = session.connection().execute(
        update(DiningTable).where(DiningTable.id == table_id, DiningTable.revoked_at.is_(None)).values(revoked_at=now)
    )
    return changed.rowcount == 1
