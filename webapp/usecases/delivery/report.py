"""Telling the programme of one paid order, exactly once in effect (L1 to L6)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.merchant.models import LoyaltyConnection, StoreMapping
from webapp.nouns.merchant.program_places import has_vanished
from webapp.nouns.order.alerts import raise_alert, resolve_alert
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
from webapp.usecases.delivery import person, unsure
from webapp.usecases.delivery.outcome import Done, Later, Outcome, Park
from webapp.usecases.wiring import Wiring

NOT_PLACED = "paid_not_placed"


UNOPENED = "its secrets cannot be opened"


@dataclass(frozen=True)
class Ready:
    """What to send. `order`: as told, with store and member; `evidence`: None when it was kept before."""

    order: PaidOrder
    body: bytes
    slug: str
    evidence: str | None = None


def prepare(
    wiring: Wiring, program: LoyaltyProgram, row: OutboxMessage, slug: str, deadline_s: float
) -> "Ready | Outcome":
    """Everything of a report that must stand before it is sent, asked for outside any transaction.

    Args:
        wiring: the outside.
        program: whom to tell.
        row: the message, leased.
        slug: the programme's name of the store.
        deadline_s: for each question to the programme, seconds.
    """
    try:
        frozen = replace(person.snapshot(row, wiring.vault), store_slug=slug)
        if row.first_tried_at is not None and not unsure.must_settle(program, row):
            return Ready(frozen, _kept(row, wiring.vault) or program.report_body(frozen), slug)
        with wiring.db.reading() as session:
            who = person.given(session, wiring.vault, row)
        order = person.named(program, frozen, who, deadline_s)
        if order is None:
            return Done({"nobody": True})
        if row.first_tried_at is not None:
            return Ready(order, _kept(row, wiring.vault) or program.report_body(order), slug)
        kept = unsure.keep(program, order, deadline_s)
        return Ready(order, program.report_body(order), slug, kept) if isinstance(kept, str) else kept
    except Unreadable:
        return Park(UNOPENED)
    except LoyaltyError as error:
        return after_error(error)


def _kept(row: OutboxMessage, vault: Vault | None) -> bytes | None:
    if row.body_sealed and vault is not None:
        return vault.open(row.body_sealed).encode()
    return row.body


def slug_of(session: Session, row: OutboxMessage) -> str | None:
    """The programme's name of the store: that of an earlier attempt, else of the present mapping.

    None when the store has no mapping any more, or one to a place that has vanished from the programme's list.
    It is settled at the first attempt, and never again (G9).
    """
    if row.first_tried_at is not None:
        return row.slug
    connection = session.get(LoyaltyConnection, row.connection_id) if row.connection_id is not None else None
    if connection is not None and connection.state == "retired":
        return (connection.last_slugs or {}).get(str(row.store_id))
    mapping = session.get(StoreMapping, row.store_id)
    if mapping is None or mapping.connection_id != row.connection_id:
        return None
    if has_vanished(session, mapping.connection_id, mapping.slug):
        return None
    return mapping.slug


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
        return after_error(error)
    return _after_answer(row, answer)


def _after_answer(row: OutboxMessage, answer: Reported) -> Outcome:
    # "Already processed" is our own earlier attempt, or somebody else's order under our reference (L6).
    if answer.already and not row.may_have_acted:
        return Park("the programme says it had this order before we ever sent it")
    return Done({"remote_id": answer.remote_id, "already": answer.already})


def after_error(error: LoyaltyError) -> Outcome:
    """What an error means for the row."""
    if isinstance(error, Disconnected):
        return Later(error.code, disconnected=True)
    if error.permanent:
        return Park(str(error))
    # What may have acted is looked for before anything is sent again, see `unsure`.
    return Later(error.code, acted=error.may_have_acted, retry_after_s=error.retry_after_s)


def told(session: Session, row: OutboxMessage, now: datetime, *, nobody: bool) -> None:
    """The order is with the programme: say so on the diner's page. `nobody`: it knows nobody by that number."""
    if row.order_id is None:
        return
    after = "nobody" if nobody else "sent"
    waits = Order.points_state.in_(("waiting", "refused"))
    session.execute(update(Order).where(Order.id == row.order_id, waits).values(points_state=after))
    resolve_alert(session, NOT_PLACED, row.key, now)


def refused(session: Session, row: OutboxMessage, reason: str, now: datetime) -> None:
    """The programme does not take an order paid at its own price: "paid, not placed", for a person (menu.md 8.7)."""
    if row.order_id is None or not row.payload or not PaidOrder.from_json(row.payload).used:
        return
    waits = Order.points_state.in_(("none", "waiting"))
    session.execute(update(Order).where(Order.id == row.order_id, waits).values(points_state="refused"))
    raise_alert(session, NOT_PLACED, row.key, now, merchant_id=row.merchant_id, detail=reason)


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
