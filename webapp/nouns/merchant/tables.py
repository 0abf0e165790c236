"""Table codes: random words printed on tables, revocable one by one."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.randomness import Randomness
from webapp.nouns.merchant.models import DiningTable

_LIVING = select(DiningTable).where(DiningTable.revoked_at.is_(None))
_BY_CODE = _LIVING.where(DiningTable.code == bindparam("code_"), DiningTable.store_id == bindparam("store_"))
_BY_ID = _LIVING.where(DiningTable.id == bindparam("table_"))


def table_by_code(session: Session, store_id: int, code: str) -> DiningTable | None:
    """The living table of this store with this code; None for a revoked or foreign one."""
    return session.scalar(_BY_CODE, {"code_": code, "store_": store_id})


def table_by_id(session: Session, table_id: int) -> DiningTable | None:
    """The table of this row unless its code was revoked meanwhile."""
    return session.scalar(_BY_ID, {"table_": table_id})


def tables_of(session: Session, store_id: int) -> list[DiningTable]:
    """The living tables of a store, in the order they were made."""
    query = select(DiningTable).where(DiningTable.store_id == store_id, DiningTable.revoked_at.is_(None))
    return list(session.scalars(query.order_by(DiningTable.id)))


def add_tables(session: Session, store_id: int, labels: list[str], draw: Randomness, now: datetime) -> None:
    """Make tables with fresh 80-bit codes."""
    rows = [{"store_id": store_id, "label": label, "code": draw.token(10), "created_at": now} for label in labels]
    if rows:
        session.execute(insert(DiningTable), rows)


def revoke_table(session: Session, table_id: int, now: datetime) -> bool:
    """The printed code stops working for good; False when it already had."""
    changed = session.connection().execute(
        update(DiningTable).where(DiningTable.id == table_id, DiningTable.revoked_at.is_(None)).values(revoked_at=now)
    )
    return changed.rowcount == 1
