"""The rows behind locks at a programme: one per copy and order or basket, every move one conditional update (G11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from webapp.ground.upsert import insert_into
from webapp.nouns.basket.models import Basket
from webapp.nouns.order.find import locked
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.models import BasketReward, RewardLock

WANTED, LOCKED, UNKNOWN, REFUSED, LOST, RELEASED = "wanted", "locked", "unknown", "refused", "lost", "released"
LIVE = (WANTED, LOCKED, UNKNOWN)
REPORT = "loyalty.report"
# A request is never in flight longer (G10): before that, letting go could overtake the lock itself.
IN_FLIGHT = timedelta(seconds=90)
# A kiosk forgets a basket after minutes: whatever nobody has touched for longer is nobody's any more (R4).
BASKET_LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Wish:
    """One copy to be reserved for one order, or one basket, by the programme's names of customer and copy."""

    holder_id: int
    connection_id: int
    member_id: str
    owned_id: str


def intend(session: Session, wish: Wish, now: datetime) -> RewardLock | None:
    """The row of this wish, written before the programme is asked; None when the order is no longer pending.

    Only a row in state `wanted` that this very call has written is to be asked for: one found is given as `unknown`.
    A lock of ours that an earlier order of this copy, or the basket, left behind passes to this one.
    """
    order = locked(session, wish.holder_id)
    if order is None or order.state != "pending":
        return None
    before = _left_behind(session, wish, now)
    row = {
        "order_id": wish.holder_id, "connection_id": wish.connection_id, "member_id": wish.member_id,
        "owned_id": wish.owned_id, "state": before or WANTED, "tries": 0, "reason": "", "look_at": now + IN_FLIGHT,
        "created_at": now,
    }  # fmt: skip
    made = insert_into(session, RewardLock).values(row).on_conflict_do_nothing().returning(RewardLock.id)
    new_id = session.scalar(made)
    query = select(RewardLock).where(RewardLock.order_id == wish.holder_id, RewardLock.owned_id == wish.owned_id)
    found = session.scalars(query).one()
    if new_id is None:
        session.expunge(found)
        found.state = UNKNOWN if found.state == WANTED else found.state
    return found


def _left_behind(session: Session, wish: Wish, now: datetime) -> str:
    """What is known of a lock an earlier holder of ours has on this copy, which is passed on; "" when none has."""
    passed = session.execute(
        update(RewardLock)
        .where(
            RewardLock.connection_id == wish.connection_id,
            RewardLock.owned_id == wish.owned_id,
            RewardLock.order_id.is_distinct_from(wish.holder_id),
            RewardLock.state.in_(LIVE),
        )
        .values(state=RELEASED, reason="passed on", member_id="", settled_at=now)
        .returning(RewardLock.id)
        .execution_options(synchronize_session=False)
    ).all()
    # Locked or not: it cannot be told from here, and asking would be answered "locked" by our own lock.
    return UNKNOWN if passed else ""


def intend_for_basket(session: Session, wish: Wish, now: datetime) -> RewardLock | None:
    """As `intend`, for a basket the caller has locked; None when another basket or order of ours holds the copy."""
    theirs = (RewardLock.connection_id == wish.connection_id, RewardLock.owned_id == wish.owned_id)
    live = session.scalars(select(RewardLock).where(*theirs, RewardLock.state.in_(LIVE))).all()
    mine = [row for row in live if row.basket_id == wish.holder_id and row.order_id is None]
    if mine:
        session.expunge(mine[0])
        mine[0].state = UNKNOWN if mine[0].state == WANTED else mine[0].state
        return mine[0]
    held = select(RewardLock.id).outerjoin(Order, Order.id == RewardLock.order_id)
    if session.scalar(held.where(*theirs, RewardLock.state.in_(LIVE), _kept()).limit(1)) is not None:
        return None
    before = [row.id for row in live]
    session.execute(
        update(RewardLock)
        .where(RewardLock.id.in_(before), RewardLock.state.in_(LIVE))
        .values(state=RELEASED, reason="passed on", member_id="", settled_at=now)
        .execution_options(synchronize_session=False)
    )
    row = {
        "basket_id": wish.holder_id, "connection_id": wish.connection_id, "member_id": wish.member_id,
        "owned_id": wish.owned_id, "state": UNKNOWN if before else WANTED, "tries": 0, "reason": "",
        "look_at": now + IN_FLIGHT, "created_at": now,
    }  # fmt: skip
    return session.scalars(insert(RewardLock).values(row).returning(RewardLock)).one()


def _in_basket() -> ColumnElement[bool]:
    """Whether the basket of a lock still holds the copy."""
    return exists().where(BasketReward.basket_id == RewardLock.basket_id, BasketReward.owned_id == RewardLock.owned_id)


def _kept() -> ColumnElement[bool]:
    """Whether an order that is being paid, or a basket that still has the copy, wants this lock."""
    return or_(Order.state == "pending", and_(RewardLock.order_id.is_(None), _in_basket()))


def answered(session: Session, row: RewardLock, state: str, reason: str, now: datetime) -> bool:
    """What the programme said of a wanted lock; False when the row was given up meanwhile."""
    gone = state in {REFUSED, LOST}
    values = {"member_id": "", "settled_at": now} if gone else {}
    look_at = row.created_at + IN_FLIGHT if state == UNKNOWN else now
    changed = session.connection().execute(
        update(RewardLock)
        .where(RewardLock.id == row.id, RewardLock.state == WANTED)
        .values(state=state, reason=reason[:120], look_at=look_at, **values)
    )
    return changed.rowcount == 1


def over(session: Session, now: datetime, limit: int) -> Sequence[RewardLock]:
    """Locks to let go now: their order has ended unpaid, or is paid and the programme was told of it.

    While a paid order still waits to be told the lock stays, for until then the copy is not used up there. A basket's
    is let go once the copy is out of it, or nobody has touched it for long and no order of it is being paid.
    """
    asked = {"now": now, "touched_after": now - BASKET_LASTS, "most": limit}
    return list(session.scalars(_over(), asked))


@cache
def _over() -> Select[RewardLock]:
    # Every worker asks it twice a second: putting it together costs ten times what answering it does.
    untold = exists().where(
        OutboxMessage.order_id == Order.id, OutboxMessage.topic == REPORT, OutboxMessage.state.in_(("new", "leased"))
    )
    being_paid = aliased(Order)
    paying = exists().where(being_paid.basket_id == RewardLock.basket_id, being_paid.state == "pending")
    fresh = exists().where(Basket.id == RewardLock.basket_id, Basket.updated_at > bindparam("touched_after"))
    left = and_(RewardLock.order_id.is_(None), ~paying, or_(~_in_basket(), ~fresh))
    return (
        select(RewardLock)
        .outerjoin(Order, Order.id == RewardLock.order_id)
        .where(
            RewardLock.state.in_(LIVE),
            RewardLock.look_at <= bindparam("now"),
            or_(left, and_(Order.state != "pending", ~untold)),
        )
        .order_by(RewardLock.look_at, RewardLock.id)
        .limit(bindparam("most", type_=Integer))
    )


def take(session: Session, row: RewardLock, until: datetime, now: datetime) -> bool:
    """Take this row for one try at letting go, counted before it is made; False when another sweeper has it."""
    taken = session.connection().execute(
        update(RewardLock)
        .where(RewardLock.id == row.id, RewardLock.state.in_(LIVE), RewardLock.look_at == row.look_at)
        .values(look_at=until, tries=RewardLock.tries + 1, ending_at=row.ending_at or now)
    )
    return taken.rowcount == 1


def let_go(session: Session, lock_id: int, now: datetime) -> None:
    """It is no longer reserved; whose it was is forgotten."""
    session.execute(
        update(RewardLock)
        .where(RewardLock.id == lock_id, RewardLock.state.in_(LIVE))
        .values(state=RELEASED, member_id="", settled_at=now, reason="")
    )


def look_again(session: Session, lock_id: int, when: datetime, reason: str) -> None:
    """Try again then."""
    session.execute(
        update(RewardLock)
        .where(RewardLock.id == lock_id, RewardLock.state.in_(LIVE))
        .values(look_at=when, reason=reason[:120])
    )


def ours(
    session: Session, connection_id: int, owned_ids: Sequence[str], basket_id: int | None = None
) -> frozenset[str]:
    """Those of these copies whose lock at the programme may be ours: it is let go, or passes to the next order.

    One that another basket than `basket_id` has and still wants is not: that is another person's kiosk.
    """
    if not owned_ids:
        return frozenset()
    elsewhere = and_(RewardLock.order_id.is_(None), RewardLock.basket_id.is_distinct_from(basket_id), _in_basket())
    query = select(RewardLock.owned_id).where(
        RewardLock.connection_id == connection_id,
        RewardLock.owned_id.in_(owned_ids),
        RewardLock.state.in_(LIVE),
        ~elsewhere,
    )
    return frozenset(session.scalars(query))
