"""Staff at the counter: they took the money, the diner does not want it any more, or never came to the till."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.nouns.order.find import live_attempt, locked
from webapp.nouns.order.models import Order
from webapp.nouns.order.moves import NOBODY, abandon
from webapp.nouns.staff import deeds
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.settle import apply_payment_fact
from webapp.usecases.till import ledger
from webapp.usecases.till.counter import COUNTER, fact_of
from webapp.usecases.wiring import Wiring

METHODS = ("cash", "card")


@dataclass(frozen=True)
class Tap:
    """What somebody of the staff pressed. `shown`: the sum their card showed, minor units."""

    order_id: int
    merchant_id: int
    store_id: int
    staff_id: int | None
    shown: int = 0


def take_money(wiring: Wiring, tap: Tap, method: str) -> str:
    """The money is in the till: the ledger's line, "paid" and all that follows, in one transaction.

    `paid`: by this tap or an earlier one. `over`: it was paid elsewhere or given up; take no money, or give it back.
    `unknown`: no such order in this store. `changed`: not this sum, or no such method.
    """
    now = wiring.clock.now()

    def work(session: Session) -> str:
        order = _theirs(session, tap)
        if order is None:
            return "unknown"
        attempt = live_attempt(session, order.id)
        if order.state != "pending" or attempt is None or attempt.provider != COUNTER:
            return "paid" if _was_taken(session, order) else "over"
        if method not in METHODS or tap.shown != order.total:
            return "changed"
        facts = {"amount": order.total, "currency": order.currency, "method": method, "staff_id": tap.staff_id}
        if not ledger.end(session, attempt.key, "paid", now, **facts):
            return "over"  # closed a moment ago: the diner is paying here, or has gone
        apply_payment_fact(session, attempt.id, fact_of(session, attempt), now, COUNTER)
        subject, after = f"#{order.number}", {"amount": order.total, "method": method}
        deeds.note(session, order.merchant_id, tap.staff_id, "counter.paid", now, subject=subject, after=after)
        return "paid"

    return wiring.db.run(work)


def call_off(wiring: Wiring, tap: Tap) -> str:
    """Nobody will pay it: the order is cancelled, what it held is free, the diner's basket is as it was."""
    with wiring.db.reading() as session:
        order = session.get(Order, tap.order_id)
        attempt = live_attempt(session, tap.order_id)
    if order is None or (order.merchant_id, order.store_id) != (tap.merchant_id, tap.store_id):
        return "unknown"
    if attempt is None or attempt.provider != COUNTER:
        return "over"
    state = give_up(wiring, order.reference, "cancelled", "called off at the counter")
    if state == "cancelled":
        now, subject = wiring.clock.now(), f"#{order.number}"
        wiring.db.run(
            lambda session: deeds.note(session, tap.merchant_id, tap.staff_id, "counter.cancel", now, subject=subject)
        )
    return state


def nobody_came(wiring: Wiring, tap: Tap) -> str:
    """What was left to the till was never paid there: off the board, and no money of ours moves.

    `gone`: by this tap or an earlier one. `over`: handed over, or never left to the till. `unknown`: not of this store.
    """
    now = wiring.clock.now()

    def work(session: Session) -> str:
        order = _theirs(session, tap)
        if order is None:
            return "unknown"
        if order.progress == NOBODY:
            return "gone"
        if not abandon(session, order.id, now, tap.staff_id):
            return "over"
        deeds.note(session, tap.merchant_id, tap.staff_id, "till.nobody", now, subject=f"#{order.number}")
        return "gone"

    return wiring.db.run(work)


def _theirs(session: Session, tap: Tap) -> Order | None:
    order = locked(session, tap.order_id)
    ours = order is not None and (order.merchant_id, order.store_id) == (tap.merchant_id, tap.store_id)
    return order if ours else None


def _was_taken(session: Session, order: Order) -> bool:
    """Whether the counter's own ledger has its money: a second tap must not alarm whoever made the first."""
    query = ledger.paid_for(order.reference)
    return session.scalar(query) is not None
