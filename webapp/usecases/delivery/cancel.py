"""Telling the programme that a reported order was refunded: once, after its report (L10)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Disconnected, LoyaltyError, LoyaltyProgram, PaidOrder
from webapp.usecases.checkout.tell import TOPIC_REPORT
from webapp.usecases.delivery.outcome import Done, Later, Outcome, Park

GOING = frozenset({"recalled", "withdrawn"})  # no credit is looked for any more
NOT_TAKEN = "the programme takes no cancellation: its points must be withdrawn there by hand"
WAIT_FOR_A_PERSON_S = 300
OLDER_FIRST = "an older cancellation goes first"
NEXT_IN_LINE_S = 10


@dataclass(frozen=True)
class Cancel:
    """What to send: the programme's id of the order, or our reference, and the frozen bytes."""

    order_id: str
    body: bytes


def ready(session: Session, row: OutboxMessage, program: LoyaltyProgram) -> Cancel | Outcome:
    """The cancellation, once its report has arrived; until then how long to wait for that."""
    theirs = select(OutboxMessage).where(OutboxMessage.topic == TOPIC_REPORT, OutboxMessage.key == row.key)
    report = session.scalar(theirs)
    if report is None or not row.payload:
        return Park("its report is not there any more")
    if report.state == "parked":
        return Later("its report is set aside", answered=True, retry_after_s=WAIT_FOR_A_PERSON_S)
    if report.state != "done":
        return Later("its report goes first", answered=True)
    if not program.capabilities.cancel:
        return Park(NOT_TAKEN)
    if program.capabilities.cancels_in_order and _older_first(session, row):
        return Later(OLDER_FIRST, answered=True, retry_after_s=NEXT_IN_LINE_S)
    remote_id = (report.result or {}).get("remote_id") or row.key
    return Cancel(str(remote_id), row.body or _body(row, report.slug, program))


def _older_first(session: Session, row: OutboxMessage) -> bool:
    """Whether an older order of the same member in the same store is still to be cancelled.

    One that was refused stops those behind it until a person has settled it (spoonity.md 6.4).
    """
    theirs = select(Order.customer_id).where(Order.id == row.order_id).scalar_subquery()
    older = (
        select(OutboxMessage.id)
        .join(Order, Order.id == OutboxMessage.order_id)
        .where(
            OutboxMessage.topic == row.topic,
            OutboxMessage.connection_id == row.connection_id,
            OutboxMessage.store_id == row.store_id,
            OutboxMessage.state.in_(("new", "leased", "parked")),
            OutboxMessage.order_id < row.order_id,
            Order.customer_id == theirs,
        )
    )
    return session.scalar(older.limit(1)) is not None


def _body(row: OutboxMessage, slug: str, program: LoyaltyProgram) -> bytes:
    order = PaidOrder.from_json(row.payload)
    return program.cancel_body(replace(order, store_slug=slug or order.store_slug))


def send(program: LoyaltyProgram, asked: Cancel, deadline_s: float) -> Outcome:
    """One attempt; cancelling twice is cancelling once, so that an unknown outcome is simply asked again."""
    try:
        program.send_cancel(asked.order_id, asked.body, deadline_s=deadline_s)
    except Disconnected as error:
        return Later(error.code, disconnected=True)
    except LoyaltyError as error:
        if error.permanent:
            return Park(str(error))
        return Later(error.code, acted=error.may_have_acted, retry_after_s=error.retry_after_s)
    return Done({"cancelled": True})


def cancelled(session: Session, row: OutboxMessage, now: datetime) -> None:
    """The programme has the order as cancelled: say so on the diner's page."""
    session.execute(
        update(Order)
        .where(Order.id == row.order_id, Order.points_state == "recalled")
        .values(points_state="withdrawn", points_at=now)
    )
