"""The deliveries list: every paid order, and how far its report to the programme is (O5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select, true
from sqlalchemy.orm import Session

from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import PAID, UNTOLD, Order
from webapp.nouns.outbox.box import FOR_MAPPING, NOT_MAPPED
from webapp.nouns.outbox.models import OutboxMessage

TOPIC = "loyalty.report"
CANCEL = "loyalty.cancel"
# What may be set aside for a person: reports, and what goes before and after them.
PARKABLE = (TOPIC, CANCEL, "loyalty.enrol")
PAGE = 50
# What each choice on the page asks the outbox for; "untold" asks the orders.
STATES = {"waiting": ("new", "leased"), "sent": ("done",), "parked": ("parked",)}
UNTOLD_ONLY = "untold"
REFUSALS = {"refused", "not_found", "conflict", "forbidden"}


@dataclass(frozen=True)
class Delivery:
    """One order's report; no personal data.

    Attributes:
        key: what the next page goes on from: the order's row, or the message's where a state was asked for.
        row_id: the message that can be sent again; None when there is none.
        topic: what is told; "" when nothing is.
        state: waiting, unmapped, vanished, sent, credited, refused, parked, guest (nobody gave a number) or
            untold (there was no programme to tell).
    """

    key: int
    row_id: int | None
    topic: str
    number: int | None
    store: str
    zone: str
    total: int | None
    currency: str
    state: str
    reason: str
    attempts: int
    created_at: datetime
    done_at: datetime | None
    order_id: int | None = None
    slug: str = ""  # of the store


def _state(row: OutboxMessage | None, order: Order | None) -> str:
    if row is None:
        return UNTOLD_ONLY if order is not None and order.phone is not None else "guest"
    if row.state == "done":
        credited = order is not None and order.points_state == "credited" and row.topic == TOPIC
        return "credited" if credited else "sent"
    if row.state == "void":
        return "void"
    if row.state != "parked":
        return "waiting"
    if row.reason in FOR_MAPPING:
        return "unmapped" if row.reason == NOT_MAPPED else "vanished"
    return "refused" if row.reason.split(":")[0] in REFUSALS else "parked"


def _orders(merchant_id: int, only: str, before: int | None, store_ids: frozenset[int] | None) -> Select[Any]:
    # The page is cut by an index first; messages and stores are looked up for its rows only.
    chosen = select(Order.id).where(Order.merchant_id == merchant_id, UNTOLD if only == UNTOLD_ONLY else PAID)
    if before is not None:
        chosen = chosen.where(Order.id < before)
    if store_ids is not None:
        chosen = chosen.where(Order.store_id.in_(store_ids))
    return chosen.order_by(Order.id.desc())


def _messages(merchant_id: int, only: str, before: int | None, store_ids: frozenset[int] | None) -> Select[Any]:
    chosen = select(OutboxMessage.id).where(
        OutboxMessage.merchant_id == merchant_id,
        OutboxMessage.topic.in_(PARKABLE) if only == "parked" else OutboxMessage.topic == TOPIC,
        OutboxMessage.state.in_(STATES[only]) if len(STATES[only]) > 1 else OutboxMessage.state == STATES[only][0],
    )
    if before is not None:
        chosen = chosen.where(OutboxMessage.id < before)
    if store_ids is not None:
        chosen = chosen.where(OutboxMessage.store_id.in_(store_ids))
    # Set aside are few, of several topics: found by their index and then sorted, never met while walking down the rows.
    newest = OutboxMessage.id + 0 if only == "parked" else OutboxMessage.id
    return chosen.order_by(newest.desc())


def page_of(
    merchant_id: int, only: str, before: int | None, store_ids: frozenset[int] | None, limit: int
) -> Select[Any]:
    """The question that cuts one page out of everything: row ids, newest first. See `deliveries`."""
    make = _messages if only in STATES else _orders
    return make(merchant_id, only, before, store_ids).limit(limit)


def deliveries(
    session: Session,
    merchant_id: int,
    *,
    only: str = "",
    before: int | None = None,
    store_ids: frozenset[int] | None = None,
    limit: int = PAGE + 1,
) -> Sequence[Delivery]:
    """Newest first; one more than a page, to know whether there are older ones.

    Args:
        session: any.
        merchant_id: whose.
        only: a key of `STATES`, `untold`, or "" for every paid order.
        before: the `key` of the last one shown; None for the first page.
        store_ids: the stores to show; None for all.
        limit: how many at most.
    """
    ids = list(session.scalars(page_of(merchant_id, only, before, store_ids, limit)))
    if not ids:
        return []
    if only in STATES:
        query = (
            select(OutboxMessage, Order, Store.name, Store.timezone, Store.slug)
            .join(Store, Store.id == OutboxMessage.store_id)
            .outerjoin(Order, Order.id == OutboxMessage.order_id)
            .where(OutboxMessage.id.in_(ids))
            .order_by(OutboxMessage.id.desc())
        )
        return [_delivery(one[0].id, one[0], one[1], *one[2:]) for one in session.execute(query)]
    query = (
        select(OutboxMessage, Order, Store.name, Store.timezone, Store.slug)
        .select_from(Order)
        .join(Store, Store.id == Order.store_id)
        .outerjoin(OutboxMessage, and_(OutboxMessage.order_id == Order.id, OutboxMessage.topic == TOPIC))
        .where(Order.id.in_(ids))
        .order_by(Order.id.desc())
    )
    return [_delivery(one[1].id, one[0], one[1], *one[2:]) for one in session.execute(query)]


def _delivery(key: int, row: OutboxMessage | None, order: Order | None, store: str, zone: str, slug: str) -> Delivery:
    since = row.created_at if row is not None else (order.paid_at or order.created_at) if order is not None else None
    if since is None:
        raise ValueError("neither an order nor a message")
    return Delivery(
        key=key, row_id=row.id if row else None, topic=row.topic if row else "", number=order.number if order else None,
        store=store, zone=zone, total=order.total if order else None, currency=order.currency if order else "",
        state=_state(row, order), reason=row.reason if row else "", attempts=row.attempts if row else 0,
        created_at=since, done_at=row.done_at if row else None, order_id=order.id if order else None, slug=slug,
    )  # fmt: skip


def _at(store_ids: frozenset[int] | None) -> Any:
    return OutboxMessage.store_id.in_(store_ids) if store_ids is not None else true()


def parked_by_reason(session: Session, merchant_id: int, store_ids: frozenset[int] | None = None) -> dict[str, int]:
    """How many orders wait for a mapping, and how many for a place that has vanished, in these stores (None: all)."""
    query = (
        select(OutboxMessage.reason, func.count())
        .where(
            OutboxMessage.merchant_id == merchant_id,
            OutboxMessage.topic == TOPIC,
            OutboxMessage.state == "parked",
            OutboxMessage.reason.in_(FOR_MAPPING),
            _at(store_ids),
        )
        .group_by(OutboxMessage.reason)
    )
    return {str(reason): int(many) for reason, many in session.execute(query)}


def counts(session: Session, merchant_id: int, store_ids: frozenset[int] | None = None) -> dict[str, int]:
    """How many wait and how many are parked in these stores (None: all): what a person must know at a glance."""
    query = (
        select(OutboxMessage.state, func.count())
        .where(
            OutboxMessage.merchant_id == merchant_id,
            OutboxMessage.topic.in_(PARKABLE),
            OutboxMessage.state.in_(("new", "leased", "parked")),
            _at(store_ids),
        )
        .group_by(OutboxMessage.state)
    )
    found = {str(state): int(many) for state, many in session.execute(query)}
    return {"waiting": found.get("new", 0) + found.get("leased", 0), "parked": found.get("parked", 0)}


def held_up(session: Session, merchant_id: int, reason: str) -> int:
    """How many cancellations wait, for `reason`, behind one that was set aside (spoonity.md 6.4)."""
    query = select(func.count()).where(
        OutboxMessage.merchant_id == merchant_id,
        OutboxMessage.topic == CANCEL,
        OutboxMessage.state == "new",
        OutboxMessage.reason == reason,
    )
    return session.scalar(query) or 0


def delivery_of(session: Session, merchant_id: int, row_id: int) -> OutboxMessage | None:
    """This merchant's report or cancellation of that row, or None (A5)."""
    row = session.get(OutboxMessage, row_id)
    return row if row is not None and row.merchant_id == merchant_id and row.topic in PARKABLE else None
