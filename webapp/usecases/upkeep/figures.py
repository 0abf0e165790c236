"""What waits in the outbox and for a person, counted for the operator (O5)."""

from sqlalchemy import func, select

from webapp.ground import metrics
from webapp.nouns.order.alerts import count_open_alerts
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.wiring import Wiring

STATES = ("new", "leased", "parked")


def count_outbox(wiring: Wiring) -> dict[str, tuple[int, float]]:
    """Publish, per state, how many rows wait and for how many seconds the oldest has; the same figures."""
    now = wiring.clock.now()
    query = (
        select(OutboxMessage.state, func.count(), func.min(OutboxMessage.created_at))
        .where(OutboxMessage.state.in_(STATES))
        .group_by(OutboxMessage.state)
    )
    figures: dict[str, tuple[int, float]] = dict.fromkeys(STATES, (0, 0.0))
    with wiring.db.reading() as session:
        for state, depth, oldest in session.execute(query):
            figures[state] = (depth, max(0.0, (now - oldest).total_seconds()))
    for state, (depth, age_s) in figures.items():
        metrics.set_outbox(state, depth, age_s)
    return figures


def count_alerts(wiring: Wiring) -> dict[str, int]:
    """Publish how many alerts are open at merchants' desks and for the operator; the same figures."""
    with wiring.db.reading() as session:
        merchants, operator = count_open_alerts(session)
    figures = {"merchant": merchants, "operator": operator}
    for desk, many in figures.items():
        metrics.set_alerts(desk, many)
    return figures
