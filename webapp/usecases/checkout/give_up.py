"""Giving a placed order up: the provider is asked to close first, and its answer decides (G6)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.order.find import by_reference, live_attempt, locked
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.order.moves import move_attempt
from webapp.ports.payment.port import PaymentFact, PaymentProvider, PaymentRefused, PaymentTrouble
from webapp.usecases.checkout.confirm import state_of
from webapp.usecases.checkout.frozen import ZERO
from webapp.usecases.checkout.settle import apply_payment_fact, end_unpaid
from webapp.usecases.checkout.wanted import provider_of, wanted
from webapp.usecases.till.leaving import is_silent, leave, was_taken
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class End:
    """What the provider says after being asked to close; no fact when there is nothing that could be paid.

    `taken`: a till that cannot tell more keeps the order: it is left there.
    """

    fact: PaymentFact | None = None
    taken: bool = False


def give_up(wiring: Wiring, reference: str, after: str, cause: str) -> str:
    """End a pending order: the provider is asked to close first, and its answer decides (G6); the state it is in.

    No answer → the order stays pending, its holds kept. `after`: `cancelled` or `expired`.
    """
    with suppress(PaymentTrouble):
        return end_order(wiring, reference, after, cause, deadline_s=wiring.page_seconds)
    return state_of(wiring, reference)


def end_order(wiring: Wiring, reference: str, after: str, cause: str, *, deadline_s: float) -> str:
    """As `give_up`; of an order that is over already, an attempt somebody could still pay is closed (M2).

    Raises:
        PaymentTrouble: the provider gave no usable answer; nothing was written.
    """
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
        attempt = live_attempt(session, order.id) if order else None
    if order is None:
        return ""
    if attempt is not None:
        end = _close(wiring, order, attempt, deadline_s)
        return wiring.db.run(lambda session: _closed(wiring, session, attempt, end, after, cause))
    now = wiring.clock.now()
    return wiring.db.run(lambda session: end_unpaid(session, order.id, after, now, cause))


def _closed(wiring: Wiring, session: Session, attempt: PaymentAttempt, end: End, after: str, cause: str) -> str:
    """The answer and what follows from it, in one transaction: no new attempt can slip in between."""
    now = wiring.clock.now()
    _let_go(session, attempt, end, now, cause)
    return end_unpaid(session, attempt.order_id, after, now, cause)


def give_up_attempt(wiring: Wiring, order: Order, attempt: PaymentAttempt) -> None:
    """Close one attempt and leave its order pending; without an answer nothing changes."""
    with suppress(PaymentTrouble):
        end = _close(wiring, order, attempt, wiring.page_seconds)
        now = wiring.clock.now()
        wiring.db.run(lambda session: _let_go(session, attempt, end, now, "refused"))


def _let_go(session: Session, attempt: PaymentAttempt, end: End, now: datetime, cause: str) -> None:
    if end.taken:
        leave(session, attempt.id, now)
        return
    if end.fact is not None:
        apply_payment_fact(session, attempt.id, end.fact, now, cause)
        return
    locked(session, attempt.order_id)
    move_attempt(session, session.get_one(PaymentAttempt, attempt.id), "expired", now)


def _close(wiring: Wiring, order: Order, attempt: PaymentAttempt, deadline_s: float) -> End:
    if attempt.provider == ZERO:
        return End()
    provider = provider_of(wiring, attempt)
    fact = _closed_there(wiring, provider, order, attempt, deadline_s)
    return End(fact, was_taken(provider, fact))


def _closed_there(
    wiring: Wiring, provider: PaymentProvider, order: Order, attempt: PaymentAttempt, deadline_s: float
) -> PaymentFact | None:
    if attempt.provider_ref is not None:
        return _close_known(provider, attempt.provider_ref, deadline_s)
    # We never stored an id. A start request of ours may still be on its way: the same key opens the very session it
    # would have opened, and closing that one leaves nothing that could be paid behind our back (C8, C11).
    if wiring.clock.now() < attempt.expires_at:
        with suppress(PaymentRefused):  # then the session cannot be opened by anybody, or exists and is found below
            started = provider.start(wanted(wiring, order, attempt), deadline_s=deadline_s)
            return provider.close(started.provider_ref, deadline_s=deadline_s)
    if is_silent(provider):
        return _close_known(provider, attempt.key, deadline_s)  # it answers no questions
    found = provider.find(attempt.key, since=attempt.created_at, deadline_s=deadline_s)
    return None if found is None else _close_known(provider, found.provider_ref, deadline_s)


def _close_known(provider: PaymentProvider, provider_ref: str, deadline_s: float) -> PaymentFact | None:
    try:
        return provider.close(provider_ref, deadline_s=deadline_s)
    except PaymentRefused as refusal:
        if refusal.code == "unknown_session":
            return None  # what the provider does not know cannot be paid
        raise
