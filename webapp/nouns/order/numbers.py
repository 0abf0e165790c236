"""The short number called out at the counter: counts up per store and local day."""

from datetime import date

from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.order.models import OrderCounter


def next_number(session: Session, store_id: int, day: date) -> int:
    """The next number of this store on this local day, from 1; gaps are fine, repeats are not."""
    statement = insert_into(session, OrderCounter).values({"store_id": store_id, "day": day, "last": 1})
    counted = statement.on_conflict_do_update(
        index_elements=[OrderCounter.store_id, OrderCounter.day], set_={"last": OrderCounter.last + 1}
    ).returning(OrderCounter.last)
    return int(session.execute(counted).scalar_one())
