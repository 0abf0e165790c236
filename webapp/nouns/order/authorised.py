"""Orders that wait for a word of the staff: money only promised (manual capture), or to be paid at the counter."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.order.find import LIVE
from webapp.nouns.order.models import Order, PaymentAttempt


def waiting_for_kitchen(session: Session, store_id: int) -> Sequence[Order]:
    """A store's authorised orders nobody has decided about, oldest first."""
    query = (
        select(Order)
        .join(PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(
            Order.store_id == store_id,
            Order.state == "pending",
            PaymentAttempt.state == "authorized",
            PaymentAttempt.decision == "",
        )
        .order_by(Order.id)
    )
    return list(session.scalars(query))


def waiting_at_counter(session: Session, store_id: int) -> Sequence[Order]:
    """A store's orders that are to be paid at its counter, oldest first."""
    query = (
        select(Order)
        .join(PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(
            Order.store_id == store_id,
            Order.state == "pending",
            PaymentAttempt.provider == "counter",
            PaymentAttempt.state.in_(LIVE),
        )
        .order_by(Order.id)
    )
    return list(session.scalars(query))
