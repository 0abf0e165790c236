"""Joins our rows with the ledgers of payment provider and loyalty programme: what is broken, in sentences."""

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import case, distinct, func, join, select

from tests.integration.checkout_cast import Cast
from tests.integration.scene import MAPPED
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Order, OrderLine, OrderTransition, SlotUse
from webapp.nouns.order.moves import ORDER_MOVES
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.promotion.models import Coupon, OrderDiscount

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
        given = _given(cast, order)
        trouble = [*_sum(cast, order), *_money(order, captures, given), *_path(cast, order), *_time(cast, order)]
        trouble += _attempts(cast, order, captures)
        trouble += _loyalty(cast, order, row, mapped=stores[order.store_id] in MAPPED)
        found += [f"{order.id} {order.state}: {words}" for words in trouble]
    return found + list(_slots(cast)) + list(_promotions(cast)) + list(_papers(cast))


def _given(cast: Cast, order: Order) -> int:
    """What staff gave back of it; once everything is quiet, the provider must say the same."""
    requests = cast.rows(RefundRequest, RefundRequest.order_id == order.id, RefundRequest.state != "refused")
    return sum(request.amount for request in requests)


def _sum(cast: Cast, order: Order) -> Iterator[str]:
    goods = sum(line.total for line in cast.rows(OrderLine, OrderLine.order_id == order.id))
    less = sum(one["amount"] for one in order.discounts)
    if (order.subtotal, order.total) != (goods, goods - less + order.tip) or order.tip < 0:
        yield f"P2: {order.total} for {goods} - {less} + {order.tip}"
    if sum(share["gross"] for share in order.vat) != order.total - order.tip:
        yield "P2: VAT of something else than the goods"


def _money(order: Order, captures: Sequence[dict[str, Any]], given: int) -> Iterator[str]:
    held = [capture for capture in captures if capture["amount"] > capture["refunded"]]
    right = [c for c in held if (c["amount"], c["refunded"], c["currency"]) == (order.total, given, order.currency)]
    if order.total and (order.state in PAID) != (len(right) == 1):
        yield f"M1: {len(right)} whole captures"
    if sum(capture["amount"] - capture["refunded"] for capture in captures) not in {0, order.total - given}:
        yield f"M2: the provider holds {held}, {given} given back"
    if (order.state == "refunded") and held:
        yield "M9: refunded, but the provider still holds money"


def _path(cast: Cast, order: Order) -> Iterator[str]:
    rows = cast.rows(OrderTransition, OrderTransition.order_id == order.id)
    states = ["draft", *(row.after for row in rows)]
    whole = [row.before for row in rows] == states[:-1] and states[-1] == order.state
    if not whole or not all(after in ORDER_MOVES[before] for before, after in itertools.pairwise(states)):
        yield f"M3: {states}"


def _attempts(cast: Cast, order: Order, captures: Sequence[dict[str, Any]]) -> Iterator[str]:
    if captures and all(capture["amount"] == capture["refunded"] for capture in captures):
        states = [one.state for one in cast.attempts(order) if one.state in {"captured", "refund_pending"}]
        if states:
            yield f"section 1: all went back, attempts are {states}"


def _time(cast: Cast, order: Order) -> Iterator[str]:
    late = cast.clock.now() > order.expires_at + timedelta(minutes=15)
    if order.state == "pending" and late:
        yield "M4: still pending"
    if order.state == "refund_due" and late:
        yield "M2: the refund is still due"


def _loyalty(cast: Cast, order: Order, row: dict[str, Any] | None, *, mapped: bool) -> Iterator[str]:
    messages, cancels = cast.messages(order), cast.messages(order, "loyalty.cancel")
    identified = order.receipt_number is not None and order.phone is not None
    if bool(messages) != identified:
        yield f"L3: {len(messages)} messages"
    void = bool(messages) and messages[0].state == "void"
    if (row is not None) != (identified and mapped and not void):
        yield f"L1: told {row is not None}"
    if row is not None and messages and json.loads(messages[0].body or b"null") != row["body"]:
        yield "L4: other bytes than the frozen ones"
    gone = order.state not in PAID
    if void and not gone:
        yield "L10: given up, although the order is paid"
    if [message.state for message in cancels] != (["done"] if row is not None and gone else []):
        yield f"L10: cancellations {[message.state for message in cancels]}"
    if row is not None and (row["status"] == "canceled") != gone:
        yield f"L10: the programme says {row['status']}"


def _promotions(cast: Cast) -> Iterator[str]:
    wanted = case((Order.state == "pending", "held"), (Order.state.in_(PAID), "used"), else_="released")
    joined = join(OrderDiscount, Order, Order.id == OrderDiscount.order_id)
    wrong = select(OrderDiscount.order_id, OrderDiscount.state, Order.state).select_from(joined)
    state = OrderDiscount.state
    counted = select(
        Coupon.code, Coupon.held, Coupon.used,
        func.count(case((state == "held", 1))), func.count(case((state == "used", 1))),
    ).outerjoin(OrderDiscount, OrderDiscount.coupon_id == Coupon.id).group_by(Coupon.id)  # fmt: skip
    with cast.wiring.db.reading() as session:
        for order_id, is_, order_is in session.execute(wrong.where(OrderDiscount.state != wanted)):
            yield f"K3, R5: a discount is {is_}, its order {order_id} is {order_is}"
        for code, *said in session.execute(counted):
            if said[:2] != said[2:]:
                yield f"K2: coupon {code} says {said[:2]} are held and used, orders say {said[2:]}"


def _papers(cast: Cast) -> Iterator[str]:
    for name, number in (("receipts", Order.receipt_number), ("credit notes", RefundRequest.credit_number)):
        with cast.wiring.db.reading() as session:
            last, many, all_ = session.execute(
                select(func.max(number), func.count(distinct(number)), func.count(number))
            ).one()
        if not (last or 0) == many == all_:
            yield f"{name} have gaps: {many} of {all_} up to {last}"


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
