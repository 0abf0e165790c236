"""What an order board shows: the open orders of one store with their lines; the questions never grow in number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.nouns.order.models import ON_BOARD, Order, OrderLine

OPEN = ("accepted", "preparing", "ready")
DONE = "collected"
# Slots are offered two days ahead; what moved longer ago than this was forgotten, and no board shows it any more.
SHOWN_FOR = timedelta(days=3)
MOST_OPEN = 300
MOST_DONE = 40

_OPEN = (
    select(Order)
    .where(
        Order.store_id == bindparam("store_"),
        Order.progress.in_(OPEN),
        Order.progress_at > bindparam("since_"),
        Order.state.in_(ON_BOARD),
    )
    .order_by(Order.progress_at)
    .limit(MOST_OPEN)
)
_DONE = (
    select(Order)
    .where(
        Order.store_id == bindparam("store_"),
        Order.progress == DONE,
        Order.progress_at > bindparam("since_"),
        Order.state.in_(ON_BOARD),
    )
    .order_by(Order.progress_at.desc())
    .limit(MOST_DONE)
)


@dataclass(frozen=True)
class Ticket:
    """An order with its lines, as the kitchen reads it."""

    order: Order
    lines: tuple[OrderLine, ...]


def with_lines(session: Session, orders: Sequence[Order]) -> list[Ticket]:
    """These orders with their lines; one question for all of them."""
    if not orders:
        return []
    of: dict[int, list[OrderLine]] = {order.id: [] for order in orders}
    query = select(OrderLine).where(OrderLine.order_id.in_(of)).order_by(OrderLine.order_id, OrderLine.position)
    for line in session.scalars(query):
        of[line.order_id].append(line)
    return [Ticket(order, tuple(of[order.id])) for order in orders]


def open_tickets(session: Session, store_id: int, now: datetime) -> list[Ticket]:
    """Everything paid, or left to the till, and not handed over, oldest first."""
    return with_lines(session, list(session.scalars(_OPEN, {"store_": store_id, "since_": now - SHOWN_FOR})))


def handed_over(session: Session, store_id: int, since: datetime) -> Sequence[Order]:
    """What was handed over after `since`, newest first."""
    return list(session.scalars(_DONE, {"store_": store_id, "since_": since}))


def tickets_of(session: Session, store_id: int, order_ids: Sequence[int]) -> list[Ticket]:
    """Orders of this store by row, in the order asked for, whatever has become of them (A5)."""
    found = session.scalars(select(Order).where(Order.store_id == store_id, Order.id.in_(order_ids)))
    by_id = {order.id: order for order in found}
    return with_lines(session, [by_id[one] for one in order_ids if one in by_id])


def code_of(order: Order) -> str:
    """The signs a diner shows at the counter: the last of the reference; nobody can guess an order from them."""
    return order.reference[-4:].upper()
