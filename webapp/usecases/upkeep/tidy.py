"""Things that end by themselves: dishes that are back, counts no limit needs, places nobody can take any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.ground import throttle
from webapp.nouns.catalog.models import SoldOut
from webapp.nouns.catalog.publish import bump
from webapp.nouns.order.models import Order, OrderCounter, SlotUse
from webapp.nouns.order.moves import move_order
from webapp.usecases.wiring import Wiring

# Longer than any order lives: a slot or a number of a day that old is asked for by nobody.
KEPT = timedelta(days=7)
# Slots are offered two days ahead, and no board shows what has not moved for three: whatever the kitchen tapped or not,
# the order is over. Until then it stays `paid`, so that the last tap on the board can be taken back.
CLOSED_AFTER = timedelta(days=4)
AT_ONCE = 200


def tidy(wiring: Wiring) -> int:
    """One round; how many rows went."""
    now = wiring.clock.now()
    return wiring.db.run(
        lambda session: (
            _back_on_sale(session, now) + throttle.purge(session, now) + _past(session, now) + _close(session, now)
        )
    )


def _back_on_sale(session: Session, now: datetime) -> int:
    over = list(session.scalars(select(SoldOut).where(SoldOut.until <= now)))
    for row in over:
        session.delete(row)
    session.flush()
    for store_id in {row.store_id for row in over}:
        bump(session, store_id=store_id)
    return len(over)


def _past(session: Session, now: datetime) -> int:
    slots = session.connection().execute(delete(SlotUse).where(SlotUse.starts_at < now - KEPT))
    days = session.connection().execute(delete(OrderCounter).where(OrderCounter.day < (now - KEPT).date()))
    return int(slots.rowcount + days.rowcount)


def _close(session: Session, now: datetime) -> int:
    """`paid → closed` for orders nobody will touch any more; read by the index of states and moments."""
    over = select(Order).where(Order.state == "paid", Order.created_at < now - CLOSED_AFTER)
    rows = session.scalars(over.order_by(Order.created_at).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    return sum(move_order(session, order, "closed", "over", now) for order in rows)
