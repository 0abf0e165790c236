"""A reward on an order being paid is reserved at the programme, and let go when the order is over (G11, R4).

On a kiosk it is reserved as soon as it lies in the basket, as the contract recommends for devices that many people use
at once: the basket ends within minutes, by the next person at the latest. On somebody's own phone a basket may lie for
days, and would keep its owner from using the reward at the counter.

Only where the programme offers it (`hold`). Its contract gives a lock no owner and no lifetime (pongo.md section 6), so
ours is kept in a row of its own, written before the call: whatever dies in between, the sweeper finds the row and lets
go (C9, C22). Each copy is asked for once per order: a second "it is locked" could not be told from our own lock.

A programme that refuses, fails or hangs never stops the sale beyond one deadline: our own hold already keeps the copy
to one order of ours (G2), so all that is left open is another till in the same minute, which the programme's own
refusal of the order would show. Only a clear "used or locked by somebody else" ends the order before it is paid, for
then somebody would be charged for what is told to be free, or the merchant would give it away twice.
"""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.nouns.basket.lines import lock_basket
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.order.find import by_reference
from webapp.nouns.order.models import Order
from webapp.nouns.promotion import locks
from webapp.nouns.promotion.find import discounts_of
from webapp.nouns.promotion.models import OrderDiscount, RewardLock
from webapp.ports.loyalty.port import Conflict, LoyaltyError, LoyaltyProgram
from webapp.usecases.wiring import Wiring

LONGEST_RELEASE = timedelta(minutes=15)
FIRST_WAIT_S = 2
LONGEST_WAIT_S = 60
AT_ONCE = 50
LEASE = timedelta(seconds=40)
STUCK = "reward_lock_stuck"


def lock_rewards(wiring: Wiring, reference: str) -> bool:
    """Reserve the rewards of a pending order before it is paid; False when somebody else has one of them.

    Asking again for the same order asks the programme nothing more.
    """
    with wiring.db.reading() as session:
        order = by_reference(session, reference)
        held = [one for one in discounts_of(session, order.id) if one.owned_id] if order is not None else []
        customer = session.get(Customer, order.customer_id or 0) if order is not None else None
    if order is None or customer is None or order.state != "pending":
        return True
    outcomes = [_lock_one(wiring, order, customer, one) for one in held if one.state == "held"]
    return all(outcomes)


def _lock_one(wiring: Wiring, order: Order, customer: Customer, one: OrderDiscount) -> bool:
    connection_id, owned_id, member_id = one.connection_id, one.owned_id, customer.member_id
    if connection_id is None or owned_id is None or member_id is None:
        return True
    program = wiring.programs.of(connection_id) if customer.member_connection_id == connection_id else None
    if program is None or not program.capabilities.hold:
        return True
    now = wiring.clock.now()
    wish = locks.Wish(order.id, connection_id, member_id, owned_id)
    row = wiring.db.run(lambda session: locks.intend(session, wish, now))
    if row is None:
        return True
    if row.state != locks.WANTED:
        return row.state != locks.LOST
    return _ask(wiring, program, row)


def lock_in_basket(wiring: Wiring, *, visit_id: int, store_id: int, owned_id: str) -> bool:
    """Reserve a copy that has just been put in a basket; False when somebody else has it: then it leaves the basket."""
    with wiring.db.reading() as session:
        customer = session.get(Customer, session.get_one(Visit, visit_id).customer_id or 0)
    connection_id = customer.member_connection_id if customer is not None else None
    if customer is None or customer.member_id is None or connection_id is None:
        return True
    program, member_id, now = wiring.programs.of(connection_id), customer.member_id, wiring.clock.now()
    if program is None or not program.capabilities.hold:
        return True

    def begin(session: Session) -> tuple[bool, RewardLock | None]:
        basket_id = lock_basket(session, visit_id, store_id)
        if basket_id is None:
            return True, None
        row = locks.intend_for_basket(session, locks.Wish(basket_id, connection_id, member_id, owned_id), now)
        return row is not None, row

    free, row = wiring.db.run(begin)
    return free and (row is None or row.state != locks.WANTED or _ask(wiring, program, row))


def _ask(wiring: Wiring, program: LoyaltyProgram, row: RewardLock) -> bool:
    """The call for a row just written, and its result; False when somebody else has the copy."""
    state, reason = _asked(wiring, program, row)
    wiring.db.run(lambda session: locks.answered(session, row, state, reason, wiring.clock.now()))
    return state != locks.LOST


def _asked(wiring: Wiring, program: LoyaltyProgram, row: RewardLock) -> tuple[str, str]:
    """The one call, and what is known afterwards."""
    seconds = wiring.page_seconds
    try:
        wiring.patience.ask(
            row.connection_id,
            seconds,
            lambda: program.lock_reward(row.owned_id, member_id=row.member_id, deadline_s=seconds),
        )
    except Conflict as taken:
        return locks.LOST, taken.code
    except LoyaltyError as error:
        return (locks.UNKNOWN if error.may_have_acted else locks.REFUSED), error.code
    return locks.LOCKED, ""


def release_locks(wiring: Wiring) -> int:
    """One round of the sweeper: locks whose order is over are let go; how many were tried.

    Of a programme that does not answer, one lock is tried per round, so that the others wait for nobody (L11).
    """
    with wiring.db.reading() as session:
        due = locks.over(session, wiring.clock.now(), AT_ONCE)
    silent: set[int] = set()
    for row in due:
        if row.connection_id not in silent and not _release(wiring, row):
            silent.add(row.connection_id)
    return len(due)


def _release(wiring: Wiring, row: RewardLock) -> bool:
    """Let one go; False when its programme gave no answer. A copy that is used, or gone, needs no letting go."""
    now = wiring.clock.now()
    if not wiring.db.run(lambda session: locks.take(session, row, now + LEASE, now)):
        return True
    program = wiring.programs.of(row.connection_id)
    try:
        if program is not None and row.member_id:
            program.unlock_reward(row.owned_id, member_id=row.member_id, deadline_s=wiring.worker_seconds)
    except LoyaltyError as error:
        if not error.permanent or error.code in {"disconnected", "forbidden"}:
            wiring.db.run(partial(_later, row=row, reason=error.code, now=wiring.clock.now()))
            return False
    wiring.db.run(partial(_released, row=row, now=wiring.clock.now()))
    return True


def _released(session: Session, *, row: RewardLock, now: datetime) -> None:
    locks.let_go(session, row.id, now)
    resolve_alert(session, STUCK, f"lock:{row.id}", now)


def _later(session: Session, *, row: RewardLock, reason: str, now: datetime) -> None:
    wait = timedelta(seconds=min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(row.tries, 6)))
    locks.look_again(session, row.id, now + wait, reason)
    since = row.ending_at or now
    if now - since > LONGEST_RELEASE:
        merchant_id = session.get_one(LoyaltyConnection, row.connection_id).merchant_id
        detail = f"a reward of an order that is over is still reserved at the programme: {reason}"
        raise_alert(session, STUCK, f"lock:{row.id}", now, merchant_id=merchant_id, detail=detail)
        logs.get().warning("a reward is still reserved", row=row.id, reason=reason, tries=row.tries)
