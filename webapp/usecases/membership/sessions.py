"""Sessions that looking somebody up opens at some programmes (spoonity.md 4.3).

Closed when the person signs out, when their order has been told, and when their basket has been left alone.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session as Transaction

from webapp.ground import logs
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import IDENTITY_LASTS, sign_out
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.ports.loyalty.port import LoyaltyError, LoyaltyProgram
from webapp.usecases.wiring import Wiring

CLOSING_SECONDS = 1.0  # nobody waits for a farewell
ABANDONED_AFTER = timedelta(hours=2)  # no page was asked for since
LOOK_BACK = timedelta(days=2)  # older ones the programme has closed by itself
AT_ONCE = 50


@dataclass(frozen=True)
class Session:
    """Whose session, and at which connection."""

    connection_id: int
    member_id: str = field(repr=False)


def open_session(transaction: Transaction, visit_id: int) -> Session | None:
    """What this visit may have left open; None for a guest."""
    visit = transaction.get_one(Visit, visit_id)
    customer = transaction.get(Customer, visit.customer_id) if visit.customer_id is not None else None
    if customer is None or customer.member_id is None or customer.member_connection_id is None:
        return None
    return Session(customer.member_connection_id, customer.member_id)


def end_session(wiring: Wiring, left: Session | None) -> None:
    """Tell the programme that the person has left, outside any transaction; a failure is of no consequence."""
    program = wiring.programs.of(left.connection_id) if left is not None else None
    if left is not None and program is not None:
        close(program, left.member_id, min(CLOSING_SECONDS, wiring.page_seconds))


def close(program: LoyaltyProgram, member_id: str | None, deadline_s: float) -> None:
    """As `end_session`, where the programme is at hand."""
    if member_id is None or not program.capabilities.sessions:
        return
    try:
        program.end_session(member_id, deadline_s=deadline_s)
    except LoyaltyError as error:
        logs.get().info("a session was not closed", reason=error.code)


def leave_abandoned(wiring: Wiring) -> int:
    """One round of the worker: sessions of people who went away without a word; how many.

    Who they are to the shop stays for the evening: should they come back, their session is opened anew. A token that
    the programme gave to one browser is forgotten with its evening (X5).
    """
    now = wiring.clock.now()
    wiring.db.run(lambda transaction: _forget_tokens(transaction, now))
    with wiring.db.reading() as transaction:
        living = select(LoyaltyConnection.id).where(LoyaltyConnection.state != "retired")
        connections = list(transaction.scalars(living))
    many = 0
    for connection_id in connections:
        program = wiring.programs.of(connection_id)
        if program is not None and program.capabilities.sessions:
            left = wiring.db.run(partial(_claimed, connection_id=connection_id, now=now))
            for member_id in left:
                close(program, member_id, CLOSING_SECONDS)
            many += len(left)
    return many


def _claimed(transaction: Transaction, connection_id: int, now: datetime) -> list[str]:
    """Members whose browsers have gone quiet, each marked: of several workers one says the farewell."""
    again = or_(Visit.checked_out_at.is_(None), Visit.checked_out_at < Visit.seen_at)
    quiet = (
        select(Visit.id, Customer.member_id)
        .join(Customer, Customer.id == Visit.customer_id)
        .where(
            Visit.seen_at.between(now - ABANDONED_AFTER - LOOK_BACK, now - ABANDONED_AFTER),
            again,
            Customer.member_connection_id == connection_id,
            Customer.member_id.is_not(None),
        )
        .order_by(Visit.seen_at)
        .limit(AT_ONCE)
    )
    mine = []
    for visit_id, member_id in transaction.execute(quiet).all():
        told = update(Visit).where(Visit.id == visit_id, again).values(checked_out_at=now)
        if transaction.connection().execute(told).rowcount == 1:
            mine.append(str(member_id))
    return mine


def _forget_tokens(transaction: Transaction, now: datetime) -> None:
    gone = Visit.seen_at.between(now - IDENTITY_LASTS - LOOK_BACK, now - IDENTITY_LASTS)
    old = select(Visit.id).where(gone, Visit.member_sealed != "", Visit.identified_at < now - IDENTITY_LASTS)
    for visit_id in transaction.scalars(old.limit(AT_ONCE)).all():
        sign_out(transaction, visit_id)
