"""Telling the programme of one paid order, exactly once in effect (L1 to L6)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.nouns.merchant.models import LoyaltyConnection, StoreMapping
from webapp.nouns.merchant.program_places import has_vanished
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.models import Order
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import (
    Disconnected,
    Identity,
    LoyaltyError,
    LoyaltyProgram,
    PaidOrder,
    Reported,
)
from webapp.usecases.delivery.outcome import Done, Later, Outcome, Park


def frozen_body(session: Session, row: OutboxMessage, program: LoyaltyProgram) -> tuple[bytes, str] | None:
    """The bytes to send and the slug in them: those of an earlier attempt, else made from the present mapping.

    None when the store has no mapping any more, or one to a place that has vanished from the programme's list.
    The slug is settled here, at the first attempt, and never again (G9).
    """
    if row.body is not None:
        return row.body, row.slug
    order = PaidOrder.from_json(row.payload)
    mapping = session.get(StoreMapping, row.store_id)
    if mapping is None or mapping.connection_id != row.connection_id:
        return None
    if has_vanished(session, mapping.connection_id, mapping.slug):
        return None
    return program.report_body(replace(order, store_slug=mapping.slug)), mapping.slug


def waits_for(session: Session, row: OutboxMessage) -> str:
    """Why there are no bytes to send for this row: the reason it is set aside with."""
    mapping = session.get(StoreMapping, row.store_id)
    return box.NOT_MAPPED if mapping is None or mapping.connection_id != row.connection_id else box.VANISHED


def points_before(program: LoyaltyProgram, order: PaidOrder, deadline_s: float) -> int | None:
    """The member's points before this order, so that what it earned can be told; None, and never an error, when the
    programme does not say. Somebody it does not know yet has none.
    """
    try:
        if order.member_id is not None:
            return program.member(order.member_id, deadline_s=deadline_s).points
        if order.phone is None:
            return None
        who = Identity.phone(order.phone)
        found = program.find_member(who, store_slug=order.store_slug, deadline_s=deadline_s)
    except LoyaltyError:
        return None
    return found.points if found else 0


def send(program: LoyaltyProgram, row: OutboxMessage, body: bytes, deadline_s: float) -> Outcome:
    """One attempt with frozen bytes, read as the protocol says."""
    try:
        answer = program.send_report(body, deadline_s=deadline_s)
    except LoyaltyError as error:
        return _after_error(program, error)
    return _after_answer(row, answer)


def _after_answer(row: OutboxMessage, answer: Reported) -> Outcome:
    # "Already processed" is our own earlier attempt, or somebody else's order under our reference (L6).
    if answer.already and not row.may_have_acted:
        return Park("the programme says it had this order before we ever sent it")
    return Done({"remote_id": answer.remote_id, "already": answer.already})


def _after_error(program: LoyaltyProgram, error: LoyaltyError) -> Outcome:
    if isinstance(error, Disconnected):
        return Later(error.code, disconnected=True)
    if error.permanent:
        return Park(str(error))
    if error.may_have_acted and not program.capabilities.report_is_idempotent:
        # Never blindly resent: a person, or the next adapter's own settling, must look (GonnaOrder, MENU).
        return Park(f"{error.code}: outcome unknown and the programme counts every report", acted=True)
    return Later(error.code, acted=error.may_have_acted, retry_after_s=error.retry_after_s)


def told(session: Session, row: OutboxMessage) -> None:
    """The order is with the programme: say so on the diner's page."""
    if row.order_id is None:
        return
    session.execute(
        update(Order).where(Order.id == row.order_id, Order.points_state == "waiting").values(points_state="sent")
    )


def mark_disconnected(session: Session, connection_id: int, now: datetime) -> None:
    """401: the merchant must reconnect; rows wait, selling goes on (C28, L11)."""
    connection = session.get(LoyaltyConnection, connection_id)
    if connection is None:
        return
    changed = session.connection().execute(
        update(LoyaltyConnection)
        .where(LoyaltyConnection.id == connection_id, LoyaltyConnection.state == "connected")
        .values(state="needs_reconnect")
    )
    if changed.rowcount == 1:
        raise_alert(session, "loyalty_disconnected", str(connection_id), now, merchant_id=connection.merchant_id)


def give_up_at(row: OutboxMessage) -> datetime:
    """When an unanswered row is handed to a person: 72 h after its first attempt (L5)."""
    return (row.first_tried_at or row.created_at) + box.GIVE_UP_AFTER
