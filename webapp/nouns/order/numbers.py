"""The short number called out at the counter: counts up per store and local day."""

from datetime import date

from sqlalchemy.orm import Session

from webapp.ground.upsert import Upsert
from webapp.nouns.order.models import OrderCounter

_COUNTED = Upsert(
    OrderCounter,
    lambda made: made.on_conflict_do_update(
        index_elements=[OrderCounter.store_id, OrderCounter.day], set_={"last": OrderCounter.last + 1}
    ).returning(OrderCounter.last),
)


def next_number(session: Session, store_id: int, day: date) -> int:
    """The next number of this store on this local day, from 1; gaps are fine, repeats are not."""
    counted = session.connection().execute(_COUNTED.on(session), {"store_id": store_id, "day": day, "last": 1})
    return int(counted.scalar_one())
