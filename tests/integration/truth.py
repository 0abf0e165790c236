"""Joins our rows with the ledgers of payment provider and loyalty programme: what is broken, in sentences."""

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from tests.integration.checkout_cast import Cast
from tests.integration.scene import MAPPED
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Order, OrderTransition, SlotUse
from webapp.nouns.order.moves import ORDER_MOVES

PAID = ("paid", "closed")
HOLDING = ("pending", *PAID)


def broken(cast: Cast, orders: Sequence[Order] | None = None) -> list[str]:
    """Every violated invariant; `orders` alone, or all there are."""
    every = cast.rows(Order) if orders is None else [cast.order(order) for order in orders]
    stores = {store.id: store.slug for store in cast.rows(Store)}
    told = {row["order_id"]: row for row in cast.received()}
    found: list[str] = []
    for order in every:
        captures = cast.provider_captures(order)
        row = told.get(order.reference)
        trouble = [*_money(order, captures), *_path(cast, order), *_time(cast, order)]
        trouble += _loyalty(cast, order, row, mapped=stores[order.store_id] in MAPPED)
        found += [f"{order.id} {order.state}: {words}" for words in trouble]
    return found + list(_slots(cast))


def _money(order: Order, captures: Sequence[dict[str, Any]]) -> Iterator[str]:
    held = [capture for capture in captures if capture["amount"] > capture["refunded"]]
    right = [c for c in held if (c["amount"], c["refunded"], c["currency"]) == (order.total, 0, order.currency)]
    if order.total and (order.state in PAID) != (len(right) == 1):
        yield f"M1: {len(right)} whole captures"
    if sum(capture["amount"] - capture["refunded"] for capture in captures) not in {0, order.total}:
        yield f"M2: the provider holds {held}"
    if (order.state == "refunded") and held:
        yield "M9: refunded, but the provider still holds money"


def _path(cast: Cast, order: Order) -> Iterator[str]:
    rows = cast.rows(OrderTransition, OrderTransition.order_id == order.id)
    states = ["draft", *(row.after for row in rows)]
    whole = [row.before for row in rows] == states[:-1] and states[-1] == order.state
    if not whole or not all(after in ORDER_MOVES[before] for before, after in itertools.pairwise(states)):
        yield f"M3: {states}"


def _time(cast: Cast, order: Order) -> Iterator[str]:
    late = cast.clock.now() > order.expires_at + timedelta(minutes=15)
    if order.state == "pending" and late:
        yield "M4: still pending"
    if order.state == "refund_due" and late:
        yield "M2: the refund is still due"


def _loyalty(cast: Cast, order: Order, row: dict[str, Any] | None, *, mapped: bool) -> Iterator[str]:
    messages = cast.messages(order)
    if bool(messages) != (order.state in PAID and order.phone is not None):
        yield f"L3: {len(messages)} messages"
    if (row is not None) != (order.state in PAID and order.phone is not None and mapped):
        yield f"L1: told {row is not None}"
    if row is not None and messages and json.loads(messages[0].body or b"null") != row["body"]:
        yield "L4: other bytes than the frozen ones"


def _slots(cast: Cast) -> Iterator[str]:
    wanted = (
        select(Order.store_id, Order.slot_at, func.sum(Order.slot_items))
        .where(Order.state.in_(HOLDING), Order.slot_items > 0)
        .group_by(Order.store_id, Order.slot_at)
    )
    with cast.wiring.db.reading() as session:
        promised = {(row[0], row[1]): int(row[2]) for row in session.execute(wanted)}
    for use in cast.rows(SlotUse):
        if use.taken != promised.pop((use.store_id, use.starts_at), 0):
            yield f"K3: {use.taken} items held at {use.starts_at:%H:%M}"
    yield from (f"K3: nothing held for {key}" for key in promised)
