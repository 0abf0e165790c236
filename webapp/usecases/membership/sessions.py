"""Sessions that looking somebody up opens at some programmes: closed when the person leaves (spoonity.md 4.3)."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session as Transaction

from webapp.ground import logs
from webapp.nouns.customer.models import Customer, Visit
from webapp.ports.loyalty.port import LoyaltyError, LoyaltyProgram
from webapp.usecases.wiring import Wiring

CLOSING_SECONDS = 1.0  # nobody waits for a farewell


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
