"""Writing and reading the counter's ledger; every line is added once, whoever tries, and never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.order.models import Refund
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.order.till_models import TillPayment

CAPTURE = "counter:"


def end(session: Session, key: str, kind: str, now: datetime, **facts: Any) -> bool:
    """Write that an attempt was `paid` or `closed`; False when it had ended before, whichever way.

    Args:
        session: the caller's write transaction.
        key: the attempt's key.
        kind: `paid` or `closed`.
        now: the present moment.
        facts: `amount` in minor units, `currency`, and of what was paid `method` and `staff_id`.
    """
    return _added(session, {"name": f"end:{key}", "key": key, "kind": kind, "at": now, **facts})


def give_back(session: Session, key: str, refund_key: str, amount: int, now: datetime) -> str:
    """Write that part of what was paid with attempt `key` went back, and who of the staff asked for it; "" when done,
    now or before, else why not.
    """
    name = f"back:{refund_key}"
    # Held: two refunds at once must not both find the whole sum still there.
    paid = session.scalar(ended(key).where(TillPayment.kind == "paid").with_for_update())
    if paid is None:
        return "unknown_capture"
    known = session.scalar(select(TillPayment).where(TillPayment.name == name))
    if known is not None:
        return "" if (known.key, known.amount) == (key, amount) else "key_reused"
    query = select(func.coalesce(func.sum(TillPayment.amount), 0))
    returned = session.scalar(query.where(TillPayment.key == key, TillPayment.kind == "returned")) or 0
    if amount <= 0 or returned + amount > paid.amount:
        return "over_refund"
    who = select(RefundRequest.staff_id).join(Refund, Refund.request_id == RefundRequest.id)
    asker = session.scalar(who.where(Refund.key == refund_key))
    facts = {"amount": amount, "currency": paid.currency, "method": paid.method, "staff_id": asker}
    _added(session, {"name": name, "key": key, "kind": "returned", "at": now, **facts})
    return ""


def _added(session: Session, row: dict[str, Any]) -> bool:
    made = insert_into(session, TillPayment).values({"method": "", "staff_id": None, **row})
    return session.scalar(made.on_conflict_do_nothing().returning(TillPayment.id)) is not None


def ended(key: str) -> Any:
    """The question how an attempt ended."""
    return select(TillPayment).where(TillPayment.name == f"end:{key}")


def paid_by(session: Session, key: str) -> str:
    """How an attempt was paid at the counter: `cash`, `card`; "" when it was not."""
    row = session.scalar(ended(key).where(TillPayment.kind == "paid"))
    return row.method if row is not None else ""


def returned(session: Session, key: str) -> Sequence[TillPayment]:
    """What went back of an attempt's money, oldest first."""
    query = select(TillPayment).where(TillPayment.key == key, TillPayment.kind == "returned")
    return list(session.scalars(query.order_by(TillPayment.id)))


def between(session: Session, since: datetime, until: datetime) -> Sequence[TillPayment]:
    """Every line about money of a period, oldest first."""
    moved = (TillPayment.kind != "closed", TillPayment.at >= since, TillPayment.at < until)
    return list(session.scalars(select(TillPayment).where(*moved).order_by(TillPayment.at, TillPayment.id)))


def paid_for(reference: str) -> Any:
    """The question whether this order's money was taken at the counter."""
    keys = TillPayment.key.startswith(f"{reference}-", autoescape=True)
    return select(TillPayment.id).where(keys, TillPayment.kind == "paid").limit(1)
