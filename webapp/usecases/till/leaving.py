"""Leaving an order to a till that cannot say what is paid there: from then on it is the restaurant's own affair.

The kitchen gets it, and that is all: no money of ours, no receipt, nothing for the programme, nothing to reconcile.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.order.find import lines_of, locked
from webapp.nouns.order.models import AT_TILL, PaymentAttempt
from webapp.nouns.order.moves import move_attempt, move_order
from webapp.nouns.promotion import hold
from webapp.ports.payment.external_pos import ExternalPos
from webapp.ports.payment.port import PaymentFact, PaymentProvider
from webapp.usecases.checkout.settle import empty_basket

CAUSE = "left to the till"


def is_silent(provider: PaymentProvider) -> bool:
    """Whether this is a till that will never tell what was paid."""
    return isinstance(provider, ExternalPos) and not provider.till.calls_back


def was_taken(provider: PaymentProvider, fact: PaymentFact | None) -> bool:
    """Whether a silent till keeps an order although it was asked to cancel it: somebody has paid it there."""
    return fact is not None and fact.state not in {"expired", "failed"} and is_silent(provider)


def leave(session: Session, attempt_id: int, now: datetime) -> str:
    """The till has it: `pending → at_till`, once; the state the order is in.

    Codes and rewards are never sent along (`Till.calls_back`); what an order frozen before holds all the same is free.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id)
    order = locked(session, attempt.order_id)
    if order is None or order.state != "pending" or not move_order(session, order, AT_TILL, CAUSE, now):
        return order.state if order is not None else ""
    move_attempt(session, attempt, "expired", now)  # nothing of ours can be paid with it any more
    order.progress, order.progress_at = "accepted", now
    order.phone, order.member_sealed = None, ""  # there is nobody to be told whose order it was
    hold.release(session, order.id)
    empty_basket(session, order, lines_of(session, order.id), now)
    session.flush()
    return order.state
