"""Leaving a programme alone for a while: after failures in a row, or until its merchant reconnects (L11)."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.order.alerts import resolve_alert
from webapp.usecases.delivery import report
from webapp.usecases.delivery.outcome import Later
from webapp.usecases.wiring import Wiring

BREAK_AFTER = 3  # failures in a row before a connection is left alone for a while
BREAK_FOR = timedelta(seconds=30)
RECONNECT_CHECK = timedelta(minutes=5)


def count_failure(wiring: Wiring, connection_id: int, outcome: Later) -> bool:
    """Count a failure; whether this connection is to be left alone for now (L11)."""
    now = wiring.clock.now()
    if outcome.disconnected:
        wiring.db.run(lambda session: _cut_off(session, connection_id, now))
        return True
    return wiring.db.run(lambda session: _failed(session, connection_id, now))


def _cut_off(session: Session, connection_id: int, now: datetime) -> None:
    report.mark_disconnected(session, connection_id, now)
    pause(session, connection_id, now, RECONNECT_CHECK)


def pause(session: Session, connection_id: int, now: datetime, how_long: timedelta) -> None:
    """No worker turns to this connection for `how_long`."""
    session.execute(
        update(LoyaltyConnection).where(LoyaltyConnection.id == connection_id).values(paused_until=now + how_long)
    )


def answered(session: Session, connection_id: int, now: datetime) -> None:
    """It speaks to us: whatever it was, it is over."""
    resolve_alert(session, "loyalty_disconnected", str(connection_id), now)
    session.execute(
        update(LoyaltyConnection)
        .where(
            LoyaltyConnection.id == connection_id,
            LoyaltyConnection.state != "retired",
            or_(LoyaltyConnection.failures > 0, LoyaltyConnection.state == "needs_reconnect"),
        )
        .values(failures=0, paused_until=None, state="connected")
    )


def _failed(session: Session, connection_id: int, now: datetime) -> bool:
    connection = session.get(LoyaltyConnection, connection_id, with_for_update=True)
    if connection is None:
        return True
    connection.failures += 1
    if connection.failures >= BREAK_AFTER:
        connection.paused_until = now + BREAK_FOR
    session.flush()
    return connection.failures >= BREAK_AFTER
