"""A reward given to a number nobody could prove: staff look at the phone when they hand the dish over (section 3, d).

The reward stays held after the payment, and the loyalty report waits, until somebody says a word: theirs, and it is
used and reported with the order; not theirs, and it is its owner's as before. After a day without a word it is let go.
Every word is one conditional update of a locked order, so that of two words at once only one counts (R7).
"""

from datetime import datetime
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import Customer
from webapp.nouns.order import feed
from webapp.nouns.order.find import locked
from webapp.nouns.order.models import TO_CHECK, Order
from webapp.nouns.promotion import hold
from webapp.nouns.staff import deeds
from webapp.usecases.checkout.tell import CHECK_WITHIN, tell_checked
from webapp.usecases.kitchen.progress import Hand
from webapp.usecases.wiring import Wiring

WANTED, THEIRS, NOT_THEIRS, LATE = "wanted", "yes", "no", "late"
EVENTS = {THEIRS: "number yes", NOT_THEIRS: "number no", LATE: "number late"}
AT_ONCE = 100


class _Told(Exception):
    """The programme was told without the reward already."""


def say_number(wiring: Wiring, hand: Hand, order_id: int, *, theirs: bool) -> str:
    """Staff have looked at the phone.

    Args:
        wiring: the outside.
        hand: where, and whose word it is; an order of another store is no order (A5).
        order_id: its row.
        theirs: it rings, or shows the number the order was given.

    Returns:
        `said`, `said already` (a second tap, another tablet), `refused` (somebody said otherwise, it was released, or
        the order is no longer a paid one), `locked` (the owner has locked the number) or `no order`.
    """
    now = wiring.clock.now()

    def work(session: Session) -> str:
        order = locked(session, order_id)
        if order is None or order.store_id != hand.store_id:
            return "no order"
        word = THEIRS if theirs else NOT_THEIRS
        if order.number_check == word:
            return "said already"
        if order.state != "paid" or order.number_check != WANTED:
            return "refused"
        if theirs and _is_locked(session, order):
            return "locked"
        _end(session, order, word, now, hand.staff_id)
        after = {"theirs": theirs}
        deeds.note(
            session, order.merchant_id, hand.staff_id, "order.number", now, subject=f"#{order.number}", after=after
        )
        return "said"

    try:
        return wiring.db.run(work)
    except _Told:
        wiring.db.run(partial(_release, order_id=order_id, now=now))
        return "refused"


def _is_locked(session: Session, order: Order) -> bool:
    asked = select(Customer.spending_locked_at).where(Customer.id == (order.customer_id or 0))
    return session.scalar(asked) is not None


def _end(session: Session, order: Order, word: str, now: datetime, staff_id: int | None = None) -> None:
    moved = session.connection().execute(
        update(Order).where(Order.id == order.id, Order.number_check == WANTED).values(number_check=word)
    )
    if moved.rowcount != 1:
        return
    hold.checked(session, order.id, theirs=word == THEIRS)
    if not tell_checked(session, order, now) and word == THEIRS:
        raise _Told
    feed.append(session, order.store_id, order.id, order.progress, EVENTS[word], now, staff_id)
    session.refresh(order)


def release_unchecked(wiring: Wiring) -> int:
    """One round of the worker: a day after the payment a reward nobody has checked is its owner's again; how many."""
    now = wiring.clock.now()
    late = select(Order.id).where(TO_CHECK, Order.paid_at < now - CHECK_WITHIN).order_by(Order.paid_at).limit(AT_ONCE)
    with wiring.db.reading() as session:
        found = list(session.scalars(late))
    return sum(wiring.db.run(partial(_release, order_id=one, now=now)) for one in found)


def _release(session: Session, *, order_id: int, now: datetime) -> int:
    order = locked(session, order_id)
    if order is None or order.number_check != WANTED:
        return 0
    _end(session, order, LATE, now)
    return 1
