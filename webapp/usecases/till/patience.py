"""How many orders may wait unpaid for a counter at once: a flood of them fills boards and pick-up times (section 3).

Only what is unpaid counts, so that a full dining room behind one address is never locked out: what was paid, given up
or ran out makes room at once. One browser has one waiting order of a basket anyway: the next replaces it.

An order left to a silent till is never known to be paid, and its kitchen has it at once: it counts until the kitchen
begins it, or for a few minutes where nobody presses anything there, and one browser has only so many of them.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.ground.throttle import Attempt, Limit, Throttle, network_of
from webapp.nouns.basket.models import Basket, BasketLine
from webapp.nouns.customer.models import Visit
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.find import LIVE
from webapp.nouns.order.models import AT_TILL, Order, PaymentAttempt
from webapp.usecases.till.counter import COUNTER
from webapp.usecases.till.ways import TILL
from webapp.usecases.wiring import Wiring

HOUR = 3600
FROM_ADDRESS = Limit("counter:address", 25, HOUR)
FROM_NETWORK = Limit("counter:network", 60, HOUR)
IN_STORE = Limit("counter:store", 200, HOUR)
ELSEWHERE = (COUNTER, TILL)
LEFT_COUNTS = timedelta(minutes=10)
LEFT_BY_ONE = 3  # orders of one browser that no kitchen has begun


def may_wait(
    wiring: Wiring, throttle: Throttle, *, store_id: int, merchant_id: int, browser: str, address: str
) -> bool:
    """Whether one more order of this browser may wait to be paid at the counter or the till; counted when it may.

    A browser without a basket here is not counted: nothing can be placed for it, and cookies cost nothing.

    Args:
        wiring: the outside.
        throttle: remembers, as digests, which browsers ordered from which address.
        store_id: where it would wait.
        merchant_id: whose store it is.
        browser: fingerprint of the browser.
        address: the network address of the request.
    """
    now = wiring.clock.now()
    wanted = tuple(
        Attempt(limit, f"{store_id}:{subject}", browser)
        for limit, subject in ((FROM_ADDRESS, address), (FROM_NETWORK, network_of(address)), (IN_STORE, "all"))
    )

    def work(session: Session) -> bool:
        if not _has_basket(session, store_id, browser):
            return True
        room = _left_by(session, store_id, browser, now) < LEFT_BY_ONE
        if room and throttle.check_open(session, wanted, _waiting(session, store_id, now), now):
            return True
        subject, detail = f"{store_id}:{now.date().isoformat()}", "many orders wait unpaid for the counter"
        raise_alert(session, "counter_crowded", subject, now, merchant_id=merchant_id, detail=detail)
        return False

    return wiring.db.run(work)


def _has_basket(session: Session, store_id: int, browser: str) -> bool:
    """Whether anything is in this browser's basket in this store."""
    query = (
        select(BasketLine.id)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .join(Visit, Visit.id == Basket.visit_id)
        .where(Visit.browser == browser, Basket.store_id == store_id)
    )
    return session.scalar(query.limit(1)) is not None


def _waiting(session: Session, store_id: int, now: datetime) -> set[str]:
    """The browsers whose orders wait to be paid at this store's counter or till, or were just left to a silent one."""
    query = (
        select(Visit.browser)
        .join(Order, Order.visit_id == Visit.id)
        .join(PaymentAttempt, PaymentAttempt.order_id == Order.id)
        .where(
            Order.store_id == store_id,
            Order.state == "pending",
            PaymentAttempt.provider.in_(ELSEWHERE),
            PaymentAttempt.state.in_(LIVE),
        )
    )
    left = select(Visit.browser).join(Order, Order.visit_id == Visit.id).where(*_left(store_id, now))
    return {*session.scalars(query), *session.scalars(left)}


def _left_by(session: Session, store_id: int, browser: str, now: datetime) -> int:
    query = select(func.count()).select_from(Order).join(Visit, Visit.id == Order.visit_id)
    return session.scalar(query.where(Visit.browser == browser, *_left(store_id, now))) or 0


def _left(store_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Order.store_id == store_id,
        Order.state == AT_TILL,
        Order.progress == "accepted",
        Order.created_at > now - LEFT_COUNTS,
    )
