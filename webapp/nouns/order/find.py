"""Finding orders and attempts, each question by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.order.models import Order, OrderLine, PaymentAttempt, PaymentCapture, PaymentNotice, Refund

LIVE = ("created", "open")
CHECKED = (*LIVE, "captured")


def by_reference(session: Session, reference: str, *, lock: bool = False) -> Order | None:
    """The order of this unguessable reference. `lock`: held against other writers until the transaction ends."""
    query = select(Order).where(Order.reference == reference)
    return session.scalar(query.with_for_update() if lock else query)


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


def placed_as(session: Session, visit_id: int, digest: str, since: datetime) -> Order | None:
    """The newest order this visit placed with this very confirmation after `since` and has paid."""
    query = select(Order).where(
        Order.visit_id == visit_id,
        Order.quote_digest == digest,
        Order.created_at > since,
        Order.state.in_(("paid", "closed")),
    )
    return session.scalar(query.order_by(Order.id.desc()).limit(1))


@dataclass(frozen=True)
class DueAttempt:
    """An attempt to ask about, and whether its order can still be paid with it."""

    attempt: PaymentAttempt
    reference: str
    order_state: str
    expires_at: datetime


def attempts_to_check(session: Session, now: datetime, limit: int) -> Sequence[DueAttempt]:
    """Attempts the reconciler should ask about, longest due first: live ones, and captured ones a while (G7, M2)."""
    query = (
        select(PaymentAttempt, Order.reference, Order.state, Order.expires_at)
        .join(Order, Order.id == PaymentAttempt.order_id)
        .where(PaymentAttempt.state.in_(CHECKED), PaymentAttempt.next_check_at <= now)
        .order_by(PaymentAttempt.next_check_at, PaymentAttempt.id)
        .limit(limit)
    )
    return [DueAttempt(*row) for row in session.execute(query)]


def orders_past(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Pending orders (row ids) whose time to pay is over and that no attempt can pay any more: nobody need be asked."""
    alive = select(PaymentAttempt.id).where(PaymentAttempt.order_id == Order.id, PaymentAttempt.state.in_(LIVE))
    query = select(Order.id).where(Order.state == "pending", Order.expires_at <= now, ~alive.exists())
    return list(session.scalars(query.order_by(Order.expires_at, Order.id).limit(limit)))


def refunds_to_ask(session: Session, now: datetime, limit: int) -> Sequence[tuple[int, str]]:
    """Refunds (row id, provider) not yet confirmed by the provider."""
    query = (
        select(Refund.id, PaymentCapture.provider)
        .join(PaymentCapture, PaymentCapture.id == Refund.capture_row_id)
        .where(Refund.state == "intended", Refund.next_check_at <= now)
        .order_by(Refund.next_check_at, Refund.id)
    )
    return [(row.id, row.provider) for row in session.execute(query.limit(limit))]


def notices_to_try(session: Session, now: datetime, limit: int) -> Sequence[tuple[int, str]]:
    """Stored callbacks (row id, provider) whose order was not known, or could not be read again yet."""
    due = (PaymentNotice.state.in_(("new", "orphan")), PaymentNotice.next_check_at <= now)
    query = select(PaymentNotice.id, PaymentNotice.provider).where(*due).order_by(PaymentNotice.next_check_at)
    return [(row.id, row.provider) for row in session.execute(query.limit(limit))]


def is_struggling(session: Session, provider: str, now: datetime) -> bool:
    """Whether this provider lately failed to answer about a callback that is now waiting for its next try."""
    waiting = select(PaymentNotice.id).where(
        PaymentNotice.state == "new",
        PaymentNotice.next_check_at > now,
        PaymentNotice.attempts > 0,
        PaymentNotice.provider == provider,
    )
    return session.scalar(waiting.limit(1)) is not None
