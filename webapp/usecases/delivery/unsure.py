"""Reports that must not be sent twice: what was kept before, what the programme says after, and when to send again.

An answer that was lost is settled by reading, never by asking again (gonnaorder.md R13, spoonity.md 8.7, menu.md 8.7):
the programme has it: done; it certainly has not: sent once more, and never a third time; nobody can tell: a person.
"""

from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Disconnected, LoyaltyError, LoyaltyProgram, PaidOrder
from webapp.usecases.delivery.outcome import Done, Later, Outcome, Park

ANYWAY = -1  # in `denied`: a person has looked and wants it sent
NOT_CLEAR = "not clear whether it was taken"


def must_settle(program: LoyaltyProgram, row: OutboxMessage) -> bool:
    """Whether an earlier attempt may have been received and must be looked for before another one."""
    return row.may_have_acted and row.denied != ANYWAY and not program.capabilities.report_is_idempotent


def keep(program: LoyaltyProgram, order: PaidOrder, deadline_s: float) -> str | Outcome:
    """What to keep before the first attempt; an outcome when the programme cannot be asked now: nothing is sent then.

    A refusal to answer is no reason to keep the order back: there is no evidence then, and a person settles it.
    """
    if program.capabilities.report_is_idempotent:
        return ""
    try:
        return program.evidence_before(order, deadline_s=deadline_s)
    except Disconnected as error:
        return Later(error.code, disconnected=True)
    except LoyaltyError as error:
        return "" if error.permanent else Later(error.code, retry_after_s=error.retry_after_s)


def settle(program: LoyaltyProgram, row: OutboxMessage, order: PaidOrder, deadline_s: float) -> Outcome | None:
    """How an attempt of unknown outcome ended; None when it is certain that it may be sent once more."""
    try:
        there = program.was_reported(order, row.evidence or "", deadline_s=deadline_s)
    except Disconnected as error:
        return Later(error.code, disconnected=True)
    except LoyaltyError as error:
        if not error.permanent:
            return Later(error.code, acted=True, retry_after_s=error.retry_after_s)
        there = None
    if there:
        return Done({"remote_id": None, "found": True})
    return None if there is False and row.denied == 0 else Park(NOT_CLEAR, acted=True)
