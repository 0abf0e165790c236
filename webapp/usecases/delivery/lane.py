"""One merchant's connection at work: lease, commit the intent, call, commit the answer, row after row (G4, G8, L11)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.models import Order
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import LoyaltyProgram, PaidOrder
from webapp.usecases.checkout.tell import TOPIC_CANCEL, TOPIC_CREDIT, TOPIC_REPORT
from webapp.usecases.delivery import breaker, cancel, credit, enrolment, person, report, unsure
from webapp.usecases.delivery.enrolment import TOPIC_ENROL
from webapp.usecases.delivery.outcome import Done, Later, Outcome, Park
from webapp.usecases.membership.sessions import CLOSING_SECONDS, close
from webapp.usecases.wiring import Wiring

AT_ONCE = 10
LOST = Done({})  # another worker holds the row now: the fence keeps us out
RETIRED = "its loyalty account was replaced by another"


def work_lane(wiring: Wiring, connection_id: int, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due for one connection, until nothing is or it stops answering; how many rows were handled.

    `stopping`: asked before each row; once it says yes, no further one is begun.
    """
    program = wiring.programs.of(connection_id) or wiring.programs.still(connection_id)
    if program is None:
        wiring.db.run(lambda session: _closed(session, connection_id, wiring.clock.now(), wiring.draw.token(16)))
        return 0
    rows, troubled = _begin(wiring, connection_id)
    for place, row in enumerate(rows):
        if stopping():
            _hand_back(wiring, rows[place:])
            return place
        outcome = _safely(wiring, program, row)
        if isinstance(outcome, Later) and not outcome.answered:
            troubled = True
            if breaker.count_failure(wiring, connection_id, outcome):
                _hand_back(wiring, rows[place + 1 :])
                return place
        elif troubled and _was_answered(outcome):
            wiring.db.run(lambda session: breaker.answered(session, connection_id, wiring.clock.now()))
            troubled = False
    return len(rows)


def _safely(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage) -> Outcome:
    """As `deliver`; a row we stumble over ourselves is parked, so that it cannot stand in the way of the others (L11).

    A database that does not answer is nobody's row's fault and ends the visit: leases run out, the rows come back.
    """
    try:
        return deliver(wiring, program, row)
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is, the next row must have its turn
        logs.get().error("a message could not be handled", row=row.id, topic=row.topic, exc_info=True)
        outcome = Park(f"our own error: {type(error).__name__}", acted=True)
        _write(wiring, row, outcome)
        return outcome


def _begin(wiring: Wiring, connection_id: int) -> tuple[Sequence[OutboxMessage], bool]:
    """The rows leased, and whether the connection had failed before, so that the first answer must be written down."""
    token, now = wiring.draw.token(16), wiring.clock.now()

    def work(session: Session) -> tuple[Sequence[OutboxMessage], bool]:
        connection = session.get_one(LoyaltyConnection, connection_id)
        troubled = connection.failures > 0 or connection.state != "connected"
        return box.lease(session, connection_id, now, token, AT_ONCE), troubled

    return wiring.db.run(work)


def _was_answered(outcome: Outcome) -> bool:
    """Whether the programme spoke at all: a lost lease or a store without mapping asked it nothing."""
    return outcome is not LOST and not (isinstance(outcome, Park) and outcome.reason in box.FOR_MAPPING)


def _closed(session: Session, connection_id: int, now: datetime, token: str) -> None:
    """No programme to speak to: its secrets cannot be opened. A retired account's rows go to a person (L9)."""
    connection = session.get(LoyaltyConnection, connection_id)
    if connection is None or connection.state != "retired":
        breaker.pause(session, connection_id, now, breaker.RECONNECT_CHECK)
        return
    for row in box.lease(session, connection_id, now, token, AT_ONCE):
        if row.topic == TOPIC_CREDIT:
            box.done(session, row, now, {"points": None})
        else:
            _parked(session, row, RETIRED, now, acted=False)


def deliver(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage, *, deadline_s: float | None = None) -> Outcome:
    """One attempt at one leased row, its result written down under the lease. `deadline_s`: the worker's by default."""
    if row.topic == TOPIC_REPORT:
        return _report(wiring, program, row)
    if row.topic == TOPIC_CANCEL:
        return _cancel(wiring, program, row)
    if row.topic == TOPIC_ENROL:
        return _enrol(wiring, program, row, deadline_s or wiring.worker_seconds)
    return _credit(wiring, program, row)


def _report(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage) -> Outcome:
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        slug = report.slug_of(session, row)
        waits_for = report.waits_for(session, row) if slug is None else ""
    ready = Park(waits_for) if slug is None else report.prepare(wiring, program, row, slug, wiring.worker_seconds)
    outcome = ready if not isinstance(ready, report.Ready) else _settled(wiring, program, row, ready)
    if outcome is not None:
        _write(wiring, row, outcome)
        return outcome
    assert isinstance(ready, report.Ready)  # noqa: S101 -- anything else was an outcome
    before = None
    if row.attempts == 0:
        before = report.points_before(program, ready.order, wiring.page_seconds)
    if not wiring.db.run(lambda session: _intend(session, wiring.vault, row, ready, before, now)):
        return LOST
    outcome = report.send(program, row, ready.body, wiring.worker_seconds)
    _write(wiring, row, outcome)
    return outcome


def _settled(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage, ready: report.Ready) -> Outcome | None:
    """How an earlier attempt ended, where only that may be asked; None when this one may be sent."""
    if not unsure.must_settle(program, row):
        return None
    return unsure.settle(program, row, ready.order, wiring.worker_seconds)


def _intend(
    session: Session, vault: Vault | None, row: OutboxMessage, ready: report.Ready, before: int | None, now: datetime
) -> bool:
    more: dict[str, Any] = {} if ready.evidence is None else {"evidence": ready.evidence}
    if row.may_have_acted:
        more["denied"] = max(0, row.denied) + 1
    body: bytes | None = ready.body
    if row.member_sealed and vault is not None:
        more |= {"body_sealed": vault.seal(ready.body.decode())}
        body = None
    if row.attempts == 0 and row.order_id is not None and before is not None:
        session.execute(
            update(Order).where(Order.id == row.order_id, Order.points_before.is_(None)).values(points_before=before)
        )
    return box.begin_attempt(session, row, body, now, slug=ready.slug, **more)


def _cancel(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage) -> Outcome:
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        asked = cancel.ready(session, row, program)
    if isinstance(asked, cancel.Cancel):
        body = asked.body
        if not wiring.db.run(lambda session: box.begin_attempt(session, row, body, now)):
            return LOST
        outcome = cancel.send(program, asked, wiring.worker_seconds)
    else:
        outcome = asked
    _write(wiring, row, outcome)
    return outcome


def _credit(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage) -> Outcome:
    now = wiring.clock.now()
    if not wiring.db.run(lambda session: box.begin_attempt(session, row, row.body, now)):
        return LOST
    with wiring.db.reading() as session:
        order = session.get(Order, row.order_id) if row.order_id is not None else None
        who = person.given(session, wiring.vault, row)
    before = order.points_before if order and order.points_state not in cancel.GOING else None
    looked = credit.look(program, row, before, now, wiring.worker_seconds, wiring.vault, who)
    _write(wiring, row, looked.outcome, points=looked.points)
    if isinstance(looked.outcome, Done) and program.capabilities.sessions and row.payload:
        close(program, PaidOrder.from_json(row.payload).member_id, CLOSING_SECONDS)
    return looked.outcome


def _enrol(wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage, deadline_s: float) -> Outcome:
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        body = enrolment.frozen_wish(session, row)
    if body is None:
        outcome: Outcome = Park(box.NOT_MAPPED)
        _write(wiring, row, outcome)
        return outcome
    if not wiring.db.run(lambda session: box.begin_attempt(session, row, body, now)):
        return LOST
    outcome = enrolment.send(program, body, deadline_s)
    _write(wiring, row, outcome)
    return outcome


def _write(wiring: Wiring, row: OutboxMessage, outcome: Outcome, *, points: int | None = None) -> None:
    now = wiring.clock.now()
    jitter = int(wiring.draw.digits(2)) / 100

    def work(session: Session) -> None:
        if isinstance(outcome, Done):
            if box.done(session, row, now, outcome.result):
                _after_done(session, row, outcome, points, now)
        elif isinstance(outcome, Park):
            _parked(session, row, outcome.reason, now, acted=outcome.acted)
        elif outcome.disconnected and _is_retired(session, row):
            _parked(session, row, RETIRED, now, acted=outcome.acted)  # nobody will ever connect this one again
        elif now > report.give_up_at(row) and not outcome.disconnected:
            _parked(session, row, f"no success for 72 h: {outcome.reason}", now, acted=outcome.acted)
        else:
            box.later(session, row, _next_try(row, outcome, now, jitter), outcome.reason, may_have_acted=outcome.acted)

    wiring.db.run(work)


def _is_retired(session: Session, row: OutboxMessage) -> bool:
    connection = session.get(LoyaltyConnection, row.connection_id) if row.connection_id is not None else None
    return connection is not None and connection.state == "retired"


def _next_try(row: OutboxMessage, outcome: Later, now: datetime, jitter: float) -> datetime:
    if outcome.disconnected:
        return now + breaker.RECONNECT_CHECK
    wait = box.wait_before(row.attempts, jitter)
    return now + max(wait, timedelta(seconds=outcome.retry_after_s or 0))


def _after_done(session: Session, row: OutboxMessage, outcome: Done, points: int | None, now: datetime) -> None:
    if row.topic == TOPIC_REPORT:
        report.told(session, row, now, nobody=bool(outcome.result.get("nobody")))
        if not outcome.result.get("nobody"):
            credit.look_soon(session, row, now)
    elif row.topic == TOPIC_CANCEL:
        cancel.cancelled(session, row, now)
    elif row.topic == TOPIC_ENROL:
        enrolment.enrolled(session, row, outcome.result)
    elif points is not None and row.order_id is not None:
        credit.credited(session, row.order_id, points, now)


def _parked(session: Session, row: OutboxMessage, reason: str, now: datetime, *, acted: bool) -> None:
    # One word about the store is enough: orders that wait for its mapping are counted on the desk's first page.
    if box.park(session, row, reason, may_have_acted=acted) and reason not in box.FOR_MAPPING:
        subject = box.subject_of(row.topic, row.key)
        raise_alert(session, box.PARKED_ALERT, subject, now, merchant_id=row.merchant_id, detail=reason)
        if row.topic == TOPIC_REPORT and not acted:
            report.refused(session, row, reason, now)


def _hand_back(wiring: Wiring, rows: Sequence[OutboxMessage]) -> None:
    """Rows leased but not tried go back at once; nothing was sent for them."""

    def work(session: Session) -> None:
        for row in rows:
            box.later(session, row, row.not_before, row.reason, may_have_acted=False)

    if rows:
        wiring.db.run(work)
