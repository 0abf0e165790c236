"""The deliveries list: every paid order of an identified diner, and how far its report to the programme is (O5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.box import NOT_MAPPED
from webapp.nouns.outbox.models import OutboxMessage

TOPIC = "loyalty.report"
CANCEL = "loyalty.cancel"
PAGE = 50
# What each choice on the page asks the database for.
STATES = {"waiting": ("new", "leased"), "sent": ("done",), "parked": ("parked",)}


@dataclass(frozen=True)
class Delivery:
    """One order's report. `state`: waiting, unmapped, sent, credited, refused, parked or void; no personal data."""

    id: int
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


def _state(row: OutboxMessage, points_state: str | None) -> str:
    if row.state == "done":
        return "credited" if points_state == "credited" else "sent"
    if row.state == "void":
        return "void"
    if row.state != "parked":
        return "waiting"
    if row.reason == NOT_MAPPED:
        return "unmapped"
    return "refused" if row.reason.split(":")[0] in {"refused", "not_found", "conflict", "forbidden"} else "parked"


def _query(merchant_id: int, only: str, before_id: int | None, store_ids: frozenset[int] | None) -> Select[Any]:
    # The page is cut out of the outbox by its index first; orders and stores are looked up for its rows only.
    rows = select(OutboxMessage.id).where(OutboxMessage.merchant_id == merchant_id, OutboxMessage.topic == TOPIC)
    if only in STATES:
        rows = rows.where(OutboxMessage.state.in_(STATES[only]))
    if before_id is not None:
        rows = rows.where(OutboxMessage.id < before_id)
    if store_ids is not None:
        rows = rows.where(OutboxMessage.store_id.in_(store_ids))
    return rows.order_by(OutboxMessage.id.desc())


def deliveries(
    session: Session,
    merchant_id: int,
    *,
    only: str = "",
    before_id: int | None = None,
    store_ids: frozenset[int] | None = None,
    limit: int = PAGE + 1,
) -> Sequence[Delivery]:
    """Newest first; one more than a page, to know whether there are older ones. `only`: a key of `STATES`, or all."""
    ids = list(session.scalars(_query(merchant_id, only, before_id, store_ids).limit(limit)))
    query = (
        select(OutboxMessage, Order, Store.name, Store.timezone)
        .join(Store, Store.id == OutboxMessage.store_id)
        .outerjoin(Order, Order.id == OutboxMessage.order_id)
        .where(OutboxMessage.id.in_(ids))
        .order_by(OutboxMessage.id.desc())
    )
    return [_delivery(row, order, name, zone) for row, order, name, zone in session.execute(query)]


def _delivery(row: OutboxMessage, order: Order | None, store: str, zone: str) -> Delivery:
    return Delivery(
        id=row.id, number=order.number if order else None, store=store, zone=zone,
        total=order.total if order else None, currency=order.currency if order else "",
        state=_state(row, order.points_state if order else None), reason=row.reason, attempts=row.attempts,
        created_at=row.created_at, done_at=row.done_at,
    )  # fmt: skip


def counts(session: Session, merchant_id: int) -> dict[str, int]:
    """How many wait and how many are parked: what a person must know at a glance."""
    query = (
        select(OutboxMessage.state, func.count())
        .where(
            OutboxMessage.merchant_id == merchant_id,
            OutboxMessage.topic == TOPIC,
            OutboxMessage.state.in_(("new", "leased", "parked")),
        )
        .group_by(OutboxMessage.state)
    )
    found = {str(state): int(many) for state, many in session.execute(query)}
    return {"waiting": found.get("new", 0) + found.get("leased", 0), "parked": found.get("parked", 0)}


def delivery_of(session: Session, merchant_id: int, row_id: int) -> OutboxMessage | None:
    """This merchant's report or cancellation of that row, or None (A5)."""
    row = session.get(OutboxMessage, row_id)
    return row if row is not None and row.merchant_id == merchant_id and row.topic in {TOPIC, CANCEL} else None
