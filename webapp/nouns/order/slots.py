"""Pick-up slots hold a limited number of items; one conditional update decides who gets the last place."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.order.models import SlotUse


def hold_slot(session: Session, store_id: int, starts_at: datetime, items: int, capacity: int) -> bool:
    """Promise `items` more in this slot; False when that would exceed `capacity` (items per slot)."""
    row = {"store_id": store_id, "starts_at": starts_at, "taken": 0}
    session.execute(insert_into(session, SlotUse).values(row).on_conflict_do_nothing())
    held = session.connection().execute(
        update(SlotUse)
        .where(SlotUse.store_id == store_id, SlotUse.starts_at == starts_at, SlotUse.taken + items <= capacity)
        .values(taken=SlotUse.taken + items)
    )
    return held.rowcount == 1


def release_slot(session: Session, store_id: int, starts_at: datetime, items: int) -> None:
    """Give `items` back; called exactly once per order, by the move that ends its hold (K3)."""
    session.connection().execute(
        update(SlotUse)
        .where(SlotUse.store_id == store_id, SlotUse.starts_at == starts_at, SlotUse.taken >= items)
        .values(taken=SlotUse.taken - items)
    )


def taken_between(session: Session, store_id: int, start: datetime, end: datetime) -> dict[datetime, int]:
    """Items promised per slot start, for slots from `start` up to and including `end`."""
    rows = session.execute(
        select(SlotUse.starts_at, SlotUse.taken).where(
            SlotUse.store_id == store_id, SlotUse.starts_at >= start, SlotUse.starts_at <= end
        )
    )
    return {row.starts_at: row.taken for row in rows}
