"""Mails waiting to be sent: leased by whoever sends them, so that none is sent by two (G8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.staff.models import MailMessage

LEASE = timedelta(seconds=40)  # more than twice the worker's total deadline of 15 s (G8)
FIRST_WAIT_S = 2
LONGEST_WAIT_S = 600
KEPT = timedelta(days=30)


def put(
    session: Session, *, key: str, kind: str, recipient: str, subject: str, text_sealed: str, now: datetime
) -> None:
    """Add one mail in the transaction of what it tells. `kind`: "invitation" or "reset"."""
    row = {
        "key": key, "kind": kind, "recipient": recipient, "subject": subject, "text_sealed": text_sealed,
        "state": "new", "attempts": 0, "not_before": now, "lease": "", "reason": "", "created_at": now,
    }  # fmt: skip
    session.execute(insert(MailMessage).values(row))


def _due(now: datetime) -> Any:
    return or_(
        and_(MailMessage.state == "new", MailMessage.not_before <= now),
        and_(MailMessage.state == "leased", MailMessage.leased_until <= now),
    )


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The mails to send now, oldest first."""
    return list(session.scalars(select(MailMessage.id).where(_due(now)).order_by(MailMessage.id).limit(limit)))


def lease(session: Session, row_id: int, now: datetime, token: str) -> MailMessage | None:
    """Take this row when it is due, counting the attempt before it is made (G4); None when somebody else has it."""
    taken = session.connection().execute(
        update(MailMessage)
        .where(MailMessage.id == row_id, _due(now))
        .values(state="leased", lease=token, leased_until=now + LEASE, attempts=MailMessage.attempts + 1)
    )
    return session.get(MailMessage, row_id, populate_existing=True) if taken.rowcount == 1 else None


def _settle(session: Session, row: MailMessage, **values: Any) -> None:
    session.execute(
        update(MailMessage)
        .where(MailMessage.id == row.id, MailMessage.state == "leased", MailMessage.lease == row.lease)
        .values(leased_until=None, lease="", **values)
    )


def done(session: Session, row: MailMessage, now: datetime) -> None:
    """It was sent; its words are forgotten."""
    _settle(session, row, state="done", done_at=now, reason="", text_sealed="")


def later(session: Session, row: MailMessage, now: datetime, reason: str) -> None:
    """Try again after 2 s doubling to 10 min."""
    wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(row.attempts - 1, 12))
    _settle(session, row, state="new", not_before=now + timedelta(seconds=wait), reason=reason[:120])


def park(session: Session, row: MailMessage, now: datetime, reason: str) -> None:
    """It will not be sent: refused, or too late to be of use; its words are forgotten."""
    _settle(session, row, state="parked", done_at=now, reason=reason[:120], text_sealed="")


def given_up(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of `keys` whose mail was not and will not be sent."""
    query = select(MailMessage.key).where(MailMessage.key.in_(keys), MailMessage.state == "parked")
    return set(session.scalars(query)) if keys else set()


def purge(session: Session, now: datetime) -> int:
    """Forget mails long sent or given up; how many (D6)."""
    old = MailMessage.state.in_(("done", "parked")) & (MailMessage.created_at < now - KEPT)
    return int(session.connection().execute(delete(MailMessage).where(old)).rowcount)
