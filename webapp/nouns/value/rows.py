"""Movements of stored value: planned with the order, moved on by one conditional update each, never asked for twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.customer.models import Customer
from webapp.nouns.order.models import Order
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import GIFT_CARD, POINTS, Part

PLANNED, SENT, DONE, UNKNOWN = "planned", "sent", "done", "unknown"
REFUSED, VOID, BY_HAND = "refused", "void", "by_hand"
OPEN = (SENT, UNKNOWN)
FAILED = (REFUSED, VOID, BY_HAND)  # of a credit: people are told, and put it back
DEBIT, CREDIT = "debit", "credit"
PAID = ("paid", "closed")
# A request is never in flight longer (G10): before that, reading the balance proves nothing.
IN_FLIGHT = timedelta(seconds=90)


@dataclass(frozen=True)
class Purse:
    """Whose value, at which account and in which of its places."""

    connection_id: int
    customer_id: int
    member_id: str
    store_slug: str


def plan(session: Session, order: Order, parts: Sequence[Part], purse: Purse, now: datetime) -> None:
    """Write down what the order's parts will take, in the transaction that freezes it (G4)."""
    rows = [
        _row(order, now, kind=part.kind, way=DEBIT, amount=part.amount, key=f"{DEBIT}-{order.reference}-{part.kind}")
        | {"connection_id": purse.connection_id, "customer_id": purse.customer_id}
        | {"member_id": purse.member_id, "store_slug": purse.store_slug}
        for part in parts
    ]
    if rows:
        session.execute(insert(ValueMovement), rows)


def _row(order: Order, now: datetime, **facts: Any) -> dict[str, Any]:
    return {
        "order_id": order.id, "request_id": None, "currency": order.currency, "state": PLANNED, "before": None,
        "reason": "", "tries": 0, "unmoved": 0, "look_at": now, "created_at": now, "sent_at": None,
        "settled_at": None, **facts,
    }  # fmt: skip


def movements_of(session: Session, order_id: int) -> Sequence[ValueMovement]:
    """Every movement for an order, oldest first."""
    query = select(ValueMovement).where(ValueMovement.order_id == order_id).order_by(ValueMovement.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def debits_of(session: Session, order_id: int) -> Sequence[ValueMovement]:
    """What an order takes, in the order of use."""
    return [row for row in movements_of(session, order_id) if row.way == DEBIT]


def before_payment(order: Order, debits: Sequence[ValueMovement]) -> list[ValueMovement]:
    """The debits that must be done before anybody is asked for the rest; points only where there is no rest.

    What was taken from a gift card can be given back when the card payment fails. Points cannot: they are taken once
    the card has paid, or, where no card is to pay at all, as the last thing before the order is paid.
    """
    early = [row for row in debits if row.kind == GIFT_CARD]
    return early + [row for row in debits if row.kind == POINTS and not order.due]


def points_under_way(session: Session, order: Order) -> bool:
    """Whether points that pay the whole rest of a pending order are being taken, or were."""
    if not order.by_value or order.due:
        return False
    return any(row.kind == POINTS and row.state in (*OPEN, DONE) for row in debits_of(session, order.id))


def all_taken(session: Session, order: Order) -> bool:
    """Whether everything is done that had to be before the payment."""
    return all(row.state == DONE for row in before_payment(order, debits_of(session, order.id)))


def send(session: Session, row_id: int, before: int, now: datetime) -> bool:
    """`planned → sent`: the intent, with the balance just read; False when it may not be asked for (any more).

    Not while another movement of the same person is on its way: the balance could not tell the two apart.
    """
    row = session.get_one(ValueMovement, row_id)
    # Two of one person wait for each other here, so that the question below is answered of a settled past.
    session.execute(select(Customer.id).where(Customer.id == row.customer_id).with_for_update())
    if row.way == DEBIT and not _may_be_taken(session, row):
        return False
    same = (ValueMovement.connection_id == row.connection_id, ValueMovement.customer_id == row.customer_id)
    if session.scalar(select(ValueMovement.id).where(*same, ValueMovement.state.in_(OPEN)).limit(1)) is not None:
        return False
    values = {"state": SENT, "before": before, "sent_at": now, "look_at": now + IN_FLIGHT}
    changed = session.connection().execute(
        update(ValueMovement)
        .where(ValueMovement.id == row_id, ValueMovement.state == PLANNED)
        .values(**values, tries=ValueMovement.tries + 1)
    )
    return changed.rowcount == 1


def _may_be_taken(session: Session, row: ValueMovement) -> bool:
    """Not for an order that is over; nor, before it is paid, once the owner has locked spending: points that were
    taken cannot be given back.
    """
    state = session.scalar(select(Order.state).where(Order.id == row.order_id))
    if state != "pending":
        return state in PAID
    return session.scalar(select(Customer.spending_locked_at).where(Customer.id == row.customer_id)) is None


def move(session: Session, row_id: int, before: Sequence[str], after: str, now: datetime, reason: str = "") -> bool:
    """One state to another, if it is still one of `before`."""
    settled = {} if after in (PLANNED, UNKNOWN) else {"settled_at": now}
    changed = session.connection().execute(
        update(ValueMovement)
        .where(ValueMovement.id == row_id, ValueMovement.state.in_(before))
        .values(state=after, reason=reason[:120], **settled)
    )
    return changed.rowcount == 1


def look_again(session: Session, row: ValueMovement, when: datetime, *, unmoved: int = 0, reason: str = "") -> bool:
    """Turn to it again then; False when somebody else has turned to it meanwhile."""
    changed = session.connection().execute(
        update(ValueMovement)
        .where(ValueMovement.id == row.id, ValueMovement.state == row.state, ValueMovement.look_at == row.look_at)
        .values(look_at=when, unmoved=ValueMovement.unmoved + unmoved, reason=reason[:120] or ValueMovement.reason)
    )
    return changed.rowcount == 1


def due(session: Session, now: datetime, limit: int) -> Sequence[ValueMovement]:
    """What the worker turns to: credits, points of paid orders, and whatever was sent and not answered in time."""
    after = exists().where(Order.id == ValueMovement.order_id, Order.state.in_(PAID))
    late_points = (ValueMovement.way == DEBIT) & (ValueMovement.kind == POINTS) & after
    planned = (ValueMovement.state == PLANNED) & or_(ValueMovement.way == CREDIT, late_points)
    query = (
        select(ValueMovement)
        .where(ValueMovement.look_at <= now, or_(planned, ValueMovement.state.in_(OPEN)))
        .order_by(ValueMovement.look_at, ValueMovement.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def give_all_back(session: Session, order: Order, now: datetime) -> list[ValueMovement]:
    """The order will not be paid: what was never sent is dropped, what was taken is credited, once (K3 in money).

    What is still on its way is left: whoever learns that it was taken calls this again.

    Returns:
        What was taken and cannot be given back by itself.
    """
    if not order.by_value:
        return []
    stuck = []
    for row in debits_of(session, order.id):
        if row.state == PLANNED:
            move(session, row.id, [PLANNED], VOID, now, "never sent")
        elif row.state == DONE and row.kind == GIFT_CARD:
            credit(session, order, row, left_of(session, row), now)
        elif row.state == DONE:
            stuck.append(row)
    return stuck


def drop_planned(session: Session, order: Order, now: datetime) -> None:
    """Points that were to be taken after the payment are not, once it is given back."""
    for row in debits_of(session, order.id) if order.by_value else ():
        if row.state == PLANNED:
            move(session, row.id, [PLANNED], VOID, now, "given back before")


def credit(
    session: Session, order: Order, debit: ValueMovement, amount: int, now: datetime, request_id: int | None = None
) -> None:
    """Plan to give `amount` of a debit back; the same request, or the same ending, only once."""
    if amount <= 0:
        return
    key = f"{CREDIT}-{order.reference}-{debit.kind}" + (f"-{request_id}" if request_id is not None else "")
    row = _row(order, now, kind=debit.kind, way=CREDIT, amount=amount, key=key)
    row |= {"request_id": request_id, "connection_id": debit.connection_id, "customer_id": debit.customer_id}
    row |= {"member_id": debit.member_id, "store_slug": debit.store_slug}
    session.execute(insert_into(session, ValueMovement).values(row).on_conflict_do_nothing())


def left_of(session: Session, debit: ValueMovement) -> int:
    """What a debit took and nobody has asked to give back yet."""
    if debit.state != DONE:
        return 0
    asked = select(func.coalesce(func.sum(ValueMovement.amount), 0)).where(
        ValueMovement.order_id == debit.order_id, ValueMovement.kind == debit.kind, ValueMovement.way == CREDIT
    )
    return debit.amount - int(session.scalar(asked) or 0)


def going_back(session: Session, order_id: int, request_id: int | None = None) -> bool:
    """Whether a credit of this order, or of one request about it, has not ended yet."""
    of = [ValueMovement.order_id == order_id, ValueMovement.way == CREDIT, ValueMovement.state.in_((PLANNED, *OPEN))]
    if request_id is not None:
        of.append(ValueMovement.request_id == request_id)
    return session.scalar(select(ValueMovement.id).where(*of).limit(1)) is not None


def value_goes_back(session: Session, request_id: int) -> bool:
    """Whether a request has a share that goes, or went, back to a gift card: by itself, or by people told of it."""
    query = select(ValueMovement.id).where(ValueMovement.request_id == request_id, ValueMovement.way == CREDIT)
    return session.scalar(query.limit(1)) is not None


def failed_back(session: Session, order_id: int) -> dict[int | None, int]:
    """Request, None for what goes back by itself → minor units no credit surely put back: people do, see `FAILED`."""
    query = (
        select(ValueMovement.request_id, func.sum(ValueMovement.amount))
        .where(ValueMovement.order_id == order_id, ValueMovement.way == CREDIT, ValueMovement.state.in_(FAILED))
        .group_by(ValueMovement.request_id)
    )
    return {request_id: int(amount) for request_id, amount in session.execute(query)}


def unsettled_of(session: Session, customer_id: int) -> int:
    """How many movements of a person have not ended: they are seen to before the person is forgotten (D5)."""
    ends_late = ValueMovement.state.in_(OPEN) | ((ValueMovement.state == PLANNED) & (ValueMovement.way == CREDIT))
    query = select(func.count()).where(ValueMovement.customer_id == customer_id, ends_late)
    return int(session.scalar(query) or 0)


def detach(session: Session, customer_id: int) -> None:
    """Take a person out of what moved for their orders; the amounts stay with the orders (D5)."""
    session.execute(
        update(ValueMovement)
        .where(ValueMovement.customer_id == customer_id)
        .values(customer_id=None, member_id="")
        .execution_options(synchronize_session=False)
    )
