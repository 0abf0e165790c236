"""Putting messages in the outbox, leasing them, and saying how it went (G8, L3 to L11)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.order.alerts import resolve_alert
from webapp.nouns.outbox.models import OutboxMessage

LEASE = timedelta(seconds=40)  # more than twice the worker's total deadline of 15 s (G8)
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_WAIT_S = 5
LONGEST_WAIT_S = 600  # every row is tried at least this often, so that recovery takes less than 15 min (L5)
PARKED_ALERT = "delivery_parked"
NOT_MAPPED = "store not mapped"
VANISHED = "store vanished"  # mapped to a place the programme's list no longer names (pongo.md section 4)
FOR_MAPPING = (NOT_MAPPED, VANISHED)  # reasons that mapping the store answers


@dataclass(frozen=True)
class Message:
    """What is put in the outbox."""

    topic: str
    key: str
    merchant_id: int
    store_id: int
    payload: str
    order_id: int | None = None
    connection_id: int | None = None
    member_sealed: str = ""


def put(session: Session, message: Message, now: datetime, *, wait: timedelta = timedelta(0)) -> None:
    """Add one message, in the transaction of the fact it tells. `wait`: leave it alone that long.

    Without a connection it waits parked as "store not mapped" (L7).
    """
    row: dict[str, Any] = {
        "topic": message.topic,
        "key": message.key,
        "merchant_id": message.merchant_id,
        "store_id": message.store_id,
        "order_id": message.order_id,
        "connection_id": message.connection_id,
        "payload": message.payload,
        "member_sealed": message.member_sealed,
        "state": "new" if message.connection_id is not None else "parked",
        "reason": "" if message.connection_id is not None else NOT_MAPPED,
        "not_before": now + wait,
        "created_at": now,
    }
    session.execute(insert(OutboxMessage), [row])


def due(now: datetime) -> Any:
    """The condition of a row that may be leased now: new and ripe, or leased by a worker that has vanished."""
    return or_(
        and_(OutboxMessage.state == "new", OutboxMessage.not_before <= now),
        and_(OutboxMessage.state == "leased", OutboxMessage.leased_until <= now),
    )


def connections_due(session: Session, now: datetime, busy: Collection[int], limit: int) -> list[int]:
    """Connections with something to send and not paused, those in `busy` left out (L11)."""
    query = (
        select(OutboxMessage.connection_id)
        .join(LoyaltyConnection, LoyaltyConnection.id == OutboxMessage.connection_id)
        .where(due(now), or_(LoyaltyConnection.paused_until.is_(None), LoyaltyConnection.paused_until <= now))
        .group_by(OutboxMessage.connection_id)
        .order_by(OutboxMessage.connection_id)
        .limit(limit + len(busy))
    )
    found = [int(value) for value in session.scalars(query) if value is not None and value not in busy]
    return found[:limit]


def lease(session: Session, connection_id: int, now: datetime, token: str, limit: int) -> Sequence[OutboxMessage]:
    """Take up to `limit` due rows of one connection, oldest first; `token` fences late writers out."""
    # Two statements on purpose: with the choice inside the UPDATE, PostgreSQL may run it once per row and take more.
    chosen = (
        select(OutboxMessage)
        .where(due(now), OutboxMessage.connection_id == connection_id)
        .order_by(OutboxMessage.not_before, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(chosen))
    for row in rows:
        row.state, row.lease, row.leased_until = "leased", token, now + LEASE
    session.flush()
    return rows


def lease_one(session: Session, row_id: int, now: datetime, token: str) -> OutboxMessage | None:
    """Take this very row when it is due, for whoever has just written it and wants to try at once."""
    taken = session.connection().execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == row_id, due(now))
        .values(state="leased", lease=token, leased_until=now + LEASE)
    )
    return session.get(OutboxMessage, row_id) if taken.rowcount == 1 else None


def _settle(session: Session, row: OutboxMessage, **values: Any) -> bool:
    changed = session.connection().execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == row.id, OutboxMessage.state == "leased", OutboxMessage.lease == row.lease)
        .values(leased_until=None, lease="", **values)
    )
    return changed.rowcount == 1


def begin_attempt(
    session: Session, row: OutboxMessage, body: bytes | None, now: datetime, *, slug: str | None = None, **more: Any
) -> bool:
    """Commit the intent before the call (G4): count the attempt and freeze its bytes; False when the lease is lost.

    `slug`: the programme's name of the store those bytes hold, where they were made just now. `more`: further columns
    of the row that are true from the same moment on.

    From here on it may have been received: a worker killed before the answer must not make the next one take
    "already processed" for somebody else's order (L6, C20). Whoever reads an answer writes down what it said.
    """
    changed = session.connection().execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == row.id, OutboxMessage.state == "leased", OutboxMessage.lease == row.lease)
        .values(
            attempts=OutboxMessage.attempts + 1,
            may_have_acted=True,
            body=body,
            slug=row.slug if slug is None else slug,
            first_tried_at=row.first_tried_at or now,
            leased_until=now + LEASE,
            **more,
        )
    )
    return changed.rowcount == 1


def done(session: Session, row: OutboxMessage, now: datetime, result: dict[str, Any]) -> bool:
    """It has been told; False when our lease was taken over meanwhile."""
    return _settle(session, row, state="done", done_at=now, result=result, reason="")


def later(session: Session, row: OutboxMessage, not_before: datetime, reason: str, *, may_have_acted: bool) -> bool:
    """Try again at `not_before`; `may_have_acted`: this attempt may have been received (L6)."""
    acted = row.may_have_acted or may_have_acted
    return _settle(session, row, state="new", not_before=not_before, reason=reason[:200], may_have_acted=acted)


def park(session: Session, row: OutboxMessage, reason: str, *, may_have_acted: bool = False) -> bool:
    """A person must look; the row stays, with its reason, and can be sent again."""
    acted = row.may_have_acted or may_have_acted
    return _settle(session, row, state="parked", reason=reason[:200], may_have_acted=acted)


def unpark(session: Session, row_id: int, now: datetime) -> bool:
    """Send a parked row again; its frozen bytes stay as they are, and what was said of it is settled (O5).

    Whoever asks for it has looked: a report that must not be sent twice is sent, whatever became of it before.
    """
    changed = (
        update(OutboxMessage)
        .where(OutboxMessage.id == row_id, OutboxMessage.state == "parked", OutboxMessage.connection_id.is_not(None))
        .values(state="new", not_before=now, reason="", denied=-1)
        .returning(OutboxMessage.topic, OutboxMessage.key)
    )
    row = session.execute(changed).first()
    if row is not None:
        resolve_alert(session, PARKED_ALERT, subject_of(row.topic, row.key), now)
    return row is not None


def subject_of(topic: str, key: str) -> str:
    """What an alert about this row is about."""
    return f"{topic}/{key}"


def void(session: Session, row_id: int, reason: str, now: datetime) -> bool:
    """Give a row up that was certainly never received; False when it may have been (L10).

    A worker that leased it finds its lease gone before it sends: `begin_attempt` is the line between the two.
    """
    changed = session.connection().execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == row_id,
            OutboxMessage.may_have_acted.is_(False),
            OutboxMessage.state.in_(("new", "leased", "parked")),
        )
        .values(state="void", reason=reason[:200], lease="", leased_until=None, done_at=now)
    )
    return changed.rowcount == 1


def say_instead(session: Session, row_id: int, payload: str, now: datetime) -> bool:
    """Another payload for a row never tried, which need not wait any longer; False when it has been tried (L4)."""
    changed = session.connection().execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == row_id,
            OutboxMessage.may_have_acted.is_(False),
            OutboxMessage.first_tried_at.is_(None),
            OutboxMessage.state.in_(("new", "parked")),
        )
        .values(payload=payload, not_before=now)
    )
    return changed.rowcount == 1


def release_mapped(session: Session, store_id: int, connection_id: int) -> int:
    """A store was mapped: let its waiting, never attempted rows go, oldest first (L7); how many.

    Rows attempted before keep their frozen connection and are not touched (L9).
    """
    # Oldest first, but what waits for somebody's word still waits for it.
    waits = OutboxMessage.not_before > OutboxMessage.created_at
    ripe = case((waits, OutboxMessage.not_before), else_=OutboxMessage.created_at)
    freed = session.connection().execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.store_id == store_id,
            OutboxMessage.state == "parked",
            OutboxMessage.reason.in_(FOR_MAPPING),
            OutboxMessage.first_tried_at.is_(None),
        )
        .values(state="new", connection_id=connection_id, not_before=ripe, reason="")
    )
    return int(freed.rowcount)


def untried(session: Session, connection_id: int) -> Sequence[OutboxMessage]:
    """What waits for this connection and was never sent, oldest first."""
    waiting = select(OutboxMessage).where(
        OutboxMessage.connection_id == connection_id,
        OutboxMessage.state == "new",
        OutboxMessage.first_tried_at.is_(None),
    )
    return session.scalars(waiting.order_by(OutboxMessage.id)).all()


def unassign(session: Session, row_id: int, payload: str) -> bool:
    """A connection is retired: this row, never attempted, waits for the next mapping with this payload.

    Attempted ones stay with theirs (L9). A row leased right now is left to its worker, whose fence would keep it from
    being sent twice but not from being sent to the old account.
    """
    waiting = session.connection().execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == row_id, OutboxMessage.state == "new", OutboxMessage.first_tried_at.is_(None))
        .values(state="parked", connection_id=None, reason=NOT_MAPPED, payload=payload)
    )
    return waiting.rowcount == 1


def wait_before(attempts: int, jitter: float) -> timedelta:
    """How long to wait after `attempts` tries: 5 s doubling to 10 min, stretched by up to half (`jitter` in 0…1)."""
    base = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(attempts, 10))
    return timedelta(seconds=base * (1 - 0.5 * jitter))
