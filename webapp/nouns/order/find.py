"""Finding orders and attempts, each question by its name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.order.models import Order, OrderLine, PaymentAttempt, PaymentNotice, Refund

LIVE = ("created", "open")
CHECKED = (*LIVE, "captured")


def by_reference(session: Session, reference: str) -> Order | None:
    """The order of this unguessable reference."""
    return session.scalar(select(Order).where(Order.reference == reference))


def lines_of(session: Session, order_id: int) -> Sequence[OrderLine]:
    """The frozen lines, in order."""
    return list(session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)))


def locked(session: Session, order_id: int) -> Order | None:
    """The order, held against other writers until the transaction ends."""
    query = select(Order).where(Order.id == order_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def live_attempt(session: Session, order_id: int) -> PaymentAttempt | None:
    """The one attempt that can still be paid, or None."""
    return session.scalar(
        select(PaymentAttempt).where(PaymentAttempt.order_id == order_id, PaymentAttempt.state.in_(LIVE))
    )


def last_attempt(session: Session, order_id: int) -> PaymentAttempt | None:
    """The newest attempt."""
    query = select(PaymentAttempt).where(PaymentAttempt.order_id == order_id)
    return session.scalar(query.order_by(PaymentAttempt.number.desc()).limit(1))


def attempts_of(session: Session, order_id: int) -> Sequence[PaymentAttempt]:
    """Every attempt, oldest first."""
    query = select(PaymentAttempt).where(PaymentAttempt.order_id == order_id)
    return list(session.scalars(query.order_by(PaymentAttempt.number)))


def attempt_named(session: Session, provider: str, provider_ref: str | None, key: str) -> PaymentAttempt | None:
    """The attempt with this key, else with this provider's id: a notice may carry either (G5)."""
    by_key = session.scalar(
        select(PaymentAttempt).where(PaymentAttempt.key == key, PaymentAttempt.provider == provider)
    )
    if by_key is not None or not provider_ref:
        return by_key
    return session.scalar(
        select(PaymentAttempt).where(PaymentAttempt.provider == provider, PaymentAttempt.provider_ref == provider_ref)
    )


def pending_of_basket(session: Session, basket_id: int) -> Order | None:
    """The order of this basket that is being paid."""
    return session.scalar(select(Order).where(Order.basket_id == basket_id, Order.state == "pending"))


def attempts_to_check(session: Session, now: datetime, limit: int) -> Sequence[PaymentAttempt]:
    """Attempts the reconciler should ask about: the live ones, and captured ones for a while (G7, M2)."""
    query = (
        select(PaymentAttempt)
        .where(PaymentAttempt.state.in_(CHECKED), PaymentAttempt.next_check_at <= now)
        .order_by(PaymentAttempt.next_check_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def orders_past(session: Session, now: datetime, limit: int) -> Sequence[Order]:
    """Pending orders whose time to pay is over."""
    query = select(Order).where(Order.state == "pending", Order.expires_at <= now)
    return list(session.scalars(query.order_by(Order.expires_at).limit(limit)))


def refunds_to_ask(session: Session, now: datetime, limit: int) -> Sequence[Refund]:
    """Refunds not yet confirmed by the provider."""
    query = select(Refund).where(Refund.state == "intended", Refund.next_check_at <= now)
    return list(session.scalars(query.order_by(Refund.next_check_at).limit(limit)))


def notices_to_try(session: Session, now: datetime, limit: int) -> Sequence[PaymentNotice]:
    """Stored callbacks whose order was not known, or could not be read again yet."""
    query = select(PaymentNotice).where(PaymentNotice.state.in_(("new", "orphan")), PaymentNotice.next_check_at <= now)
    return list(session.scalars(query.order_by(PaymentNotice.next_check_at).limit(limit)))
