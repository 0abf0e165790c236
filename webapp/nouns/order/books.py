"""Our side of the books: accounts money went through, captures and refunds of a period, reports made."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.order.models import Order, PaymentAttempt, PaymentCapture, Refund
from webapp.nouns.order.refund_models import PaymentReport

Account = tuple[str, int | None]


def accounts_since(session: Session, since: datetime) -> Sequence[Account]:
    """Provider and account row of every attempt made after `since`."""
    query = select(PaymentAttempt.provider, PaymentAttempt.payment_account_id).where(PaymentAttempt.created_at >= since)
    return [(row[0], row[1]) for row in session.execute(query.distinct())]


def accounts_of(session: Session, merchant_id: int, since: datetime, until: datetime) -> Sequence[Account]:
    """The same of one merchant: accounts whose money moved, or was asked to, in a period."""
    query = (
        select(PaymentAttempt.provider, PaymentAttempt.payment_account_id)
        .join(Order, Order.id == PaymentAttempt.order_id)
        .outerjoin(Refund, Refund.order_id == Order.id)
        .where(
            Order.merchant_id == merchant_id,
            PaymentAttempt.created_at.between(since, until) | Refund.created_at.between(since, until),
        )
    )
    return [(row[0], row[1]) for row in session.execute(query.distinct())]


def merchants_selling(session: Session, since: datetime) -> Sequence[tuple[int, str, str]]:
    """Merchants with an order after `since`: row, slug, and the zone of their first store."""
    sold = select(Order.id).where(Order.merchant_id == Merchant.id, Order.created_at >= since).exists()
    query = select(Merchant.id, Merchant.slug).where(sold).order_by(Merchant.id)
    return [(row.id, row.slug, zone_of(session, row.id)) for row in session.execute(query)]


def zone_of(session: Session, merchant_id: int) -> str:
    """The time zone a merchant's days are counted in: that of its first store."""
    query = select(Store.timezone).where(Store.merchant_id == merchant_id).order_by(Store.position, Store.id)
    return session.scalar(query.limit(1)) or "UTC"


def known_captures(session: Session, provider: str, capture_ids: Sequence[str]) -> frozenset[str]:
    """Which of these captures we have heard of."""
    query = select(PaymentCapture.capture_id).where(
        PaymentCapture.provider == provider, PaymentCapture.capture_id.in_(capture_ids)
    )
    return frozenset(session.scalars(query)) if capture_ids else frozenset()


def captures_between(
    session: Session, merchant_id: int, account: Account, since: datetime, until: datetime
) -> Mapping[str, tuple[int, str]]:
    """Capture id → amount and the order's reference, of one merchant, by the provider's moment."""
    taken = func.coalesce(PaymentCapture.taken_at, PaymentCapture.seen_at)
    query = (
        select(PaymentCapture.capture_id, PaymentCapture.amount, Order.reference)
        .join(Order, Order.id == PaymentCapture.order_id)
        .join(PaymentAttempt, PaymentAttempt.id == PaymentCapture.attempt_id)
        .where(Order.merchant_id == merchant_id, _at(account), taken >= since, taken < until)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def refunds_between(
    session: Session, merchant_id: int, account: Account, since: datetime, until: datetime
) -> Mapping[str, tuple[int, str]]:
    """The refund's key → amount and the order's reference, of one merchant, by the provider's moment."""
    query = (
        select(Refund.key, Refund.amount, Order.reference)
        .join(Order, Order.id == Refund.order_id)
        .join(PaymentCapture, PaymentCapture.id == Refund.capture_row_id)
        .join(PaymentAttempt, PaymentAttempt.id == PaymentCapture.attempt_id)
        .where(Order.merchant_id == merchant_id, _at(account), Refund.state == "done")
        .where(Refund.done_at >= since, Refund.done_at < until)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def _at(account: Account) -> Any:
    provider, account_id = account
    same = PaymentAttempt.payment_account_id
    return (PaymentAttempt.provider == provider) & (same.is_(None) if account_id is None else same == account_id)


def references_of(session: Session, merchant_id: int, references: Sequence[str]) -> frozenset[str]:
    """Which of these references are orders of this merchant."""
    query = select(Order.reference).where(Order.merchant_id == merchant_id, Order.reference.in_(references))
    return frozenset(session.scalars(query)) if references else frozenset()


def has_report(session: Session, merchant_id: int, day: date) -> bool:
    """Whether this day was held against the provider's."""
    query = select(PaymentReport.id).where(PaymentReport.merchant_id == merchant_id, PaymentReport.day == day)
    return session.scalar(query.limit(1)) is not None


def keep_report(session: Session, row: Mapping[str, Any]) -> None:
    """Write a day down, or anew."""
    made = insert_into(session, PaymentReport).values(dict(row))
    known = ["merchant_id", "day", "provider"]
    session.execute(made.on_conflict_do_update(index_elements=known, set_=dict(row)))


def reports_of(session: Session, merchant_id: int, limit: int = 62) -> Sequence[PaymentReport]:
    """The newest reports, newest first."""
    query = select(PaymentReport).where(PaymentReport.merchant_id == merchant_id)
    return list(session.scalars(query.order_by(PaymentReport.day.desc(), PaymentReport.id).limit(limit)))


def paid_orders(
    session: Session, merchant_id: int, store_ids: frozenset[int] | None, limit: int = 50
) -> Sequence[tuple[Order, str, str, str]]:
    """The newest orders that were ever paid, each with its store's slug, name and zone. `store_ids`: None for all."""
    query = (
        select(Order, Store.slug, Store.name, Store.timezone)
        .join(Store, Store.id == Order.store_id)
        .where(Order.merchant_id == merchant_id, Order.paid_at.is_not(None))
        .order_by(Order.id.desc())
    )
    if store_ids is not None:
        query = query.where(Order.store_id.in_(store_ids))
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query.limit(limit))]


def merchant_ordered(session: Session, reference: str) -> int | None:
    """Whose order this is; None when it is nobody's here."""
    return session.scalar(select(Order.merchant_id).where(Order.reference == reference)) if reference else None
