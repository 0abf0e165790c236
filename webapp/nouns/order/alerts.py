"""Alerts: what a person must look at, raised in the transaction that found it (O5)."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.order.models import Alert


def raise_alert(
    session: Session, kind: str, subject: str, now: datetime, *, merchant_id: int | None = None, detail: str = ""
) -> None:
    """Raise one alert per kind and subject; raising it again changes nothing.

    Args:
        session: the transaction of the fact.
        kind: stable word, such as `payment_mismatch`.
        subject: what it is about: an order reference, an event id.
        now: the present moment.
        merchant_id: whose desk shows it; None for the operator.
        detail: for people; never personal data (D4).
    """
    row = {"merchant_id": merchant_id, "kind": kind, "subject": subject, "detail": detail[:500], "raised_at": now}
    session.execute(insert_into(session, Alert).values(row).on_conflict_do_nothing())
