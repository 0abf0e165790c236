"""Finding orders and attempts, each question by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.nouns.order.models import AT_TILL, Order, OrderLine, PaymentAttempt, PaymentCapture, PaymentNotice, Refund

LIVE = ("created", "open", "authorized")
CHECKED = (*LIVE, "captured", "refund_pending", "refunded")

# Questions every journey asks are made once: making one costs as much as asking it.
_BY_REFERENCE = select(Order).where(Order.reference == bindparam("reference_"))
_LOCKED_BY_REFERENCE = _BY_REFERENCE.with_for_update()
_LINES = select(OrderLine).where(OrderLine.order_id == bindparam("order_")).order_by(OrderLine.position)
_LOCKED = (
    select(Order).where(Order.id == bindparam("order_")).with_for_update().execution_options(populate_existing=True)
)
_ATTEMPTS = select(PaymentAttempt).where(PaymentAttempt.order_id == bindparam("order_"))
_LIVE_ATTEMPT = _ATTEMPTS.where(PaymentAttempt.state.in_(LIVE))
_LAST_ATTEMPT = _ATTEMPTS.order_by(PaymentAttempt.number.desc()).limit(1)
_BY_KEY = select(PaymentAttempt).where(
    PaymentAttempt.key == bindparam("key_"), PaymentAttempt.provider == bindparam("provider_")
)


def by_reference(session: Session, reference: str, *, lock: bool = False) -> Order | None:
    """The order of this unguessable reference. `lock`: held against other writers until the transaction ends."""
    return session.scalar(_LOCKED_BY_REFERENCE if lock else _BY_REFERENCE, {"reference_": reference})


def numbers_of(session: Session, merchant_id: int, references: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The number people know each of these orders by, and its store's row."""
    query = select(Order.reference, Order.number, Order.store_id)
    if not references:
        return {}
    found = session.execute(query.where(Order.reference.in_(references), Order.merchant_id == merchant_id))
    return {str(reference): (int(number), int(store)) for reference, number, store in found}


def lines_of(session: Session, order_id: int) -> Sequence[OrderLine]:
    """The frozen lines, in order."""
    return list(session.scalars(_LINES, {"order_": order_id}))


def locked(session: Session, order_id: int) -> Order | None:
    """The order, held against other writers until the transaction ends."""
    return session.scalar(_LOCKED, {"order_": order_id})


def live_attempt(session: Session, order_id: int) -> PaymentAttempt | None:
    """The one attempt that can still be paid, or None."""
    return session.scalar(_LIVE_ATTEMPT, {"order_": order_id})


def last_attempt(session: Session, order_id: int) -> PaymentAttempt | None:
    """The newest attempt."""
    return session.scalar(_LAST_ATTEMPT, {"order_": order_id})


def attempts_of(session: Session, order_id: int) -> Sequence[PaymentAttempt]:
    """Every attempt, oldest first."""
    query = select(PaymentAttempt).where(PaymentAttempt.order_id == order_id)
    return list(session.scalars(query.order_by(PaymentAttempt.number)))


def attempt_named(session: Session, provider: str, provider_ref: str | None, key: str) -> PaymentAttempt | None:
    """The attempt with this key, else with this provider's id, else behind this capture: a notice may name any (G5)."""
    by_key = session.scalar(_BY_KEY, {"key_": key, "provider_": provider})
    if by_key is not None or not provider_ref:
        return by_key
    named = select(PaymentAttempt).where(
        PaymentAttempt.provider == provider, PaymentAttempt.provider_ref == provider_ref
    )
    captured = (
        select(PaymentAttempt)
        .join(PaymentCapture, PaymentCapture.attempt_id == PaymentAttempt.id)
        .where(PaymentCapture.provider == provider, PaymentCapture.capture_id == provider_ref)
    )
    return session.scalar(named) or session.scalar(captured)


def placed_as(session: Session, visit_id: int, digest: str, since: datetime) -> Order | None:
    """The newest order this visit placed with this very confirmation after `since` and paid, or left to the till."""
    query = select(Order).where(
        Order.visit_id == visit_id,
        Order.quote_digest == digest,
        Order.created_at > since,
        Order.state.in_(("paid", "closed", AT_TILL)),
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
