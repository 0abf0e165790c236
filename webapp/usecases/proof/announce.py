"""Rewards used that were not bought through us, gift cards, points and credit that paid: their owner hears of it, once
per order (section 3).

Derived from the paid orders by the worker, so that no way of paying can forget it; one that was bought here was
announced when it was bought.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import String, cast, exists, or_, select
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof_models import SmsMessage
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount, RewardPurchase
from webapp.usecases.proof.notice import tell_owner_spent
from webapp.usecases.proof.reach import is_served
from webapp.usecases.wiring import Wiring

RECENT = timedelta(days=1)
CREDIT = "credit"
SPENT = ("reward", "voucher", "taken", "owned", CREDIT)


def announce_uses(wiring: Wiring) -> int:
    """One round of the worker; how many owners were told."""
    texting = wiring.texting
    if texting is None:
        return 0
    with wiring.db.reading() as session:
        waiting = [order_id for order_id, owner in _unannounced(session, wiring) if is_served(session, texting, owner)]
    return sum(wiring.db.run(partial(_tell, wiring=wiring, order_id=order_id)) for order_id in waiting)


def _unannounced(session: Session, wiring: Wiring) -> Sequence[tuple[int, Customer]]:
    told = exists().where(SmsMessage.key == "spent-o" + cast(Order.id, String))
    bought = exists().where(
        RewardPurchase.connection_id == OrderDiscount.connection_id, RewardPurchase.owned_id == OrderDiscount.owned_id
    )
    used = exists().where(
        OrderDiscount.order_id == Order.id,
        OrderDiscount.kind.in_(SPENT),
        OrderDiscount.state == "used",
        ~bought,
    )
    query = (
        select(Order.id, Customer)
        .join(Customer, Customer.id == Order.customer_id)
        .where(
            Order.state.in_(("paid", "closed")),
            Order.created_at > wiring.clock.now() - RECENT,
            or_(used, Order.by_value > 0),
            ~told,
        )
    )
    return [(row[0], row[1]) for row in session.execute(query.order_by(Order.id))]


def _tell(session: Session, *, wiring: Wiring, order_id: int) -> bool:
    # Locked: two workers would otherwise both find that nobody was told, and one of them fail.
    order = session.scalars(select(Order).where(Order.id == order_id).with_for_update()).one()
    key = f"o{order_id}"
    if session.scalar(select(SmsMessage.id).where(SmsMessage.key == f"spent-{key}")) or order.customer_id is None:
        return False
    customer = session.get_one(Customer, order.customer_id)
    paid_with = "value" if order.by_value else _by_credit(session, order_id)
    return tell_owner_spent(
        session, wiring, customer=customer, points=None, language=order.language, key=key, paid_with=paid_with
    )


def _by_credit(session: Session, order_id: int) -> str:
    query = select(OrderDiscount.id).where(OrderDiscount.order_id == order_id, OrderDiscount.kind == CREDIT)
    return CREDIT if session.scalar(query.limit(1)) is not None else ""
