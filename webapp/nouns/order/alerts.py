"""Alerts: what a person must look at, raised in the transaction that found it (O5)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.order.models import Alert


def raise_alert(
    session: Session, kind: str, subject: str, now: datetime, *, merchant_id: int | None = None, detail: str = ""
) -> None:
    """Raise one alert per kind and subject; raising it again changes nothing, unless it had been resolved.

    Args:
        session: the transaction of the fact.
        kind: stable word, such as `payment_mismatch`.
        subject: what it is about: an order reference, an event id.
        now: the present moment.
        merchant_id: whose desk shows it; None for the operator.
        detail: for people; never personal data (D4).
    """
    row = {"merchant_id": merchant_id, "kind": kind, "subject": subject, "detail": detail[:500], "raised_at": now}
    raised = insert_into(session, Alert).values(row)
    again = {"resolved_at": None, "raised_at": now, "detail": row["detail"]}
    known = ["kind", "subject"]
    session.execute(
        raised.on_conflict_do_update(index_elements=known, set_=again, where=Alert.resolved_at.is_not(None))
    )


def resolve_alert(session: Session, kind: str, subject: str, now: datetime) -> None:
    """What the alert was about has come right by itself."""
    session.execute(
        update(Alert)
        .where(Alert.kind == kind, Alert.subject == subject, Alert.resolved_at.is_(None))
        .values(resolved_at=now)
    )


def open_alerts(session: Session, merchant_id: int | None, limit: int = 50) -> Sequence[Alert]:
    """What a merchant's people must look at now, newest first; None: whoever runs the site."""
    whose = Alert.merchant_id.is_(None) if merchant_id is None else Alert.merchant_id == merchant_id
    query = select(Alert).where(whose, Alert.resolved_at.is_(None))
    return list(session.scalars(query.order_by(Alert.id.desc()).limit(limit)))


def count_open_alerts(session: Session) -> tuple[int, int]:
    """How many are open: at merchants' desks, and for whoever runs the site."""
    query = select(func.count(Alert.merchant_id), func.count()).where(Alert.resolved_at.is_(None))
    merchants, every = session.execute(query).one()
    return merchants, every - merchants


def tick_off(session: Session, merchant_id: int, alert_id: int, now: datetime) -> Alert | None:
    """Somebody has seen to it; None when it is not this merchant's (A5) or is no longer open."""
    ticked = session.connection().execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.merchant_id == merchant_id, Alert.resolved_at.is_(None))
        .values(resolved_at=now)
    )
    return session.get(Alert, alert_id) if ticked.rowcount == 1 else None
