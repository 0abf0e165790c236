"""Things that end by themselves: dishes that are back, counts no limit needs, places nobody can take any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.ground import throttle
from webapp.nouns.catalog.models import SoldOut
from webapp.nouns.catalog.publish import bump
from webapp.nouns.order.models import OrderCounter, SlotUse
from webapp.usecases.wiring import Wiring

# Longer than any order lives: a slot or a number of a day that old is asked for by nobody.
KEPT = timedelta(days=7)


def tidy(wiring: Wiring) -> int:
    """One round; how many rows went."""
    now = wiring.clock.now()
    return wiring.db.run(
        lambda session: _back_on_sale(session, now) + throttle.purge(session, now) + _past(session, now)
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
