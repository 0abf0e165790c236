"""Short messages waiting to be sent: leased by whoever sends them, so that none is sent by two (G8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.customer.proof_models import SmsMessage

LEASE = timedelta(seconds=40)  # more than twice the worker's total deadline of 15 s (G8)
FIRST_WAIT_S = 2  # somebody stands there waiting for a code
LONGEST_WAIT_S = 600


def put(
    session: Session, *, key: str, merchant_id: int, customer_id: int, kind: str, text_sealed: str, now: datetime
) -> int:
    """Add one message in the transaction of what it tells; its row. `kind`: "code" or "spent"."""
    row = {
        "key": key, "merchant_id": merchant_id, "customer_id": customer_id, "kind": kind, "text_sealed": text_sealed,
        "state": "new", "attempts": 0, "not_before": now, "lease": "", "reason": "", "created_at": now,
    }  # fmt: skip
    return int(session.execute(insert(SmsMessage).values(row).returning(SmsMessage.id)).scalar_one())


def _due(now: datetime) -> Any:
    return or_(
        and_(SmsMessage.state == "new", SmsMessage.not_before <= now),
        and_(SmsMessage.state == "leased", SmsMessage.leased_until <= now),
    )


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The messages to send now, codes before notices, oldest first."""
    query = select(SmsMessage.id).where(_due(now)).order_by(SmsMessage.kind, SmsMessage.id).limit(limit)
    return list(session.scalars(query))


def lease(session: Session, row_id: int, now: datetime, token: str) -> SmsMessage | None:
    """Take this row when it is due, counting the attempt before it is made (G4); None when somebody else has it."""
    taken = session.connection().execute(
        update(SmsMessage)
        .where(SmsMessage.id == row_id, _due(now))
        .values(state="leased", lease=token, leased_until=now + LEASE, attempts=SmsMessage.attempts + 1)
    )
    return session.get(SmsMessage, row_id, populate_existing=True) if taken.rowcount == 1 else None


def _settle(session: Session, row: SmsMessage, **values: Any) -> bool:
    changed = session.connection().execute(
        update(SmsMessage)
        .where(SmsMessage.id == row.id, SmsMessage.state == "leased", SmsMessage.lease == row.lease)
        .values(leased_until=None, lease="", **values)
    )
    return changed.rowcount == 1


def done(session: Session, row: SmsMessage, now: datetime) -> bool:
    """It was sent; its words are forgotten. False when our lease was taken over meanwhile."""
    return _settle(session, row, state="done", done_at=now, reason="", text_sealed="")


def later(session: Session, row: SmsMessage, not_before: datetime, reason: str) -> bool:
    """Try again at `not_before`."""
    return _settle(session, row, state="new", not_before=not_before, reason=reason[:120])


def park(session: Session, row: SmsMessage, now: datetime, reason: str) -> bool:
    """It will not be sent: refused, or too late to be of use; its words are forgotten."""
    return _settle(session, row, state="parked", done_at=now, reason=reason[:120], text_sealed="")


def wait_before(attempts: int) -> timedelta:
    """How long to wait after `attempts` tries: 2 s doubling to 10 min."""
    return timedelta(seconds=min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(attempts - 1, 12)))
