"""Pick-up slots hold a limited number of items; one conditional update decides who gets the last place."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import Upsert
from webapp.nouns.order.models import SlotUse

_THERE = Upsert(SlotUse, lambda made: made.on_conflict_do_nothing())
_SLOT = (SlotUse.store_id == bindparam("store_"), SlotUse.starts_at == bindparam("slot_"))
_ITEMS = bindparam("items_", type_=Integer)
_HELD = (
    update(SlotUse).where(*_SLOT, SlotUse.taken + _ITEMS <= bindparam("capacity_")).values(taken=SlotUse.taken + _ITEMS)
)
_RELEASED = update(SlotUse).where(*_SLOT, SlotUse.taken >= _ITEMS).values(taken=SlotUse.taken - _ITEMS)


def hold_slot(session: Session, store_id: int, starts_at: datetime, items: int, capacity: int) -> bool:
    """Promise `items` more in this slot; False when that would exceed `capacity` (items per slot)."""
    connection = session.connection()
    asked = {"store_": store_id, "slot_": starts_at, "items_": items, "capacity_": capacity}
    if connection.execute(_HELD, asked).rowcount == 1:
        return True
    # Full, or nobody has ordered for it yet: made if need be, by whoever comes first, and asked once more.
    connection.execute(_THERE.on(session), {"store_id": store_id, "starts_at": starts_at, "taken": 0})
    return connection.execute(_HELD, asked).rowcount == 1


def release_slot(session: Session, store_id: int, starts_at: datetime, items: int) -> None:
    """Give `items` back; called exactly once per order, by the move that ends its hold (K3)."""
    session.connection().execute(_RELEASED, {"store_": store_id, "slot_": starts_at, "items_": items})


def taken_between(session: Session, store_id: int, start: datetime, end: datetime) -> dict[datetime, int]:
    """Items promised per slot start, for slots from `start` up to and including `end`."""
    rows = session.execute(
        select(SlotUse.starts_at, SlotUse.taken).where(
            SlotUse.store_id == store_id, SlotUse.starts_at >= start, SlotUse.starts_at <= end
        )
    )
    return {row.starts_at: row.taken for row in rows}
