"""Paid orders of one local day against what the programme was told of them (L5)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.ground.upsert import insert_into
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.deliveries import TOPIC
from webapp.nouns.outbox.models import DeliveryCheck, OutboxMessage

CANCEL = "loyalty.cancel"  # says of an order told before that it is no longer paid (L10)
STANDING = ("paid", "closed")
AT_ONCE = 500


@dataclass(frozen=True)
class Where:
    """One store and its clock."""

    store_id: int
    zone: ZoneInfo


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A local day, from midnight to midnight, in UTC; 23 or 25 hours long when clocks change."""
    starts = datetime.combine(day, time(0), zone)
    ends = datetime.combine(day + timedelta(days=1), time(0), zone)
    return starts.astimezone(UTC), ends.astimezone(UTC)


def _of_that_day(merchant_id: int, day: date, stores: Iterable[Where]) -> Any:
    zones: dict[ZoneInfo, list[int]] = {}
    for one in stores:
        zones.setdefault(one.zone, []).append(one.store_id)
    spans = {zone: bounds(day, zone) for zone in zones}
    local = [
        and_(Order.store_id.in_(ids), Order.paid_at >= spans[zone][0], Order.paid_at < spans[zone][1])
        for zone, ids in zones.items()
    ]
    return and_(
        Order.merchant_id == merchant_id,
        Order.paid_at >= min(starts for starts, _ends in spans.values()),
        Order.paid_at < max(ends for _starts, ends in spans.values()),
        or_(*local),
    )


@dataclass
class _Tally:
    paid: int = 0
    paid_total: int = 0
    guests: int = 0
    untold: int = 0
    delivered: int = 0
    missing: int = 0
    waiting: int = 0
    unequal: int = 0
    surplus: int = 0

    def count(self, row: Any) -> None:
        """One order, as the query below names its parts."""
        if row.state not in STANDING:
            self.surplus += row.told == "done" and not row.taken_back
            return
        self.paid += 1
        self.paid_total += row.total
        if row.told is None:
            self.guests += not row.identified
            self.untold += bool(row.identified)
        elif row.told == "done":
            self.delivered += 1
            # Erasure forgets what was said (D5); what is gone cannot be compared.
            # A tip is no business of the programme's: it was told of the goods.
            goods = row.total - row.tip
            self.unequal += bool(row.payload) and json.loads(row.payload).get("amount", goods) != goods
        elif row.number_check == "wanted":
            self.waiting += 1  # for the staff to look at a phone; the report leaves by itself a day later at most
        else:
            self.missing += 1


def compare(
    session: Session, merchant_id: int, day: date, stores: Sequence[Where], now: datetime
) -> DeliveryCheck | None:
    """Compare one local day now and store the result; None for a merchant without stores.

    Args:
        session: the caller's transaction.
        merchant_id: whose orders.
        day: each store's own day, midnight to midnight on its own clocks.
        stores: every store of the merchant.
        now: the present moment.
    """
    if not stores:
        return None
    back = aliased(OutboxMessage)
    taken_back = exists().where(back.order_id == Order.id, back.topic == CANCEL)
    columns = (
        Order.state,
        Order.total,
        Order.tip,
        Order.number_check,
        Order.phone.is_not(None).label("identified"),
        OutboxMessage.state.label("told"),
        OutboxMessage.payload,
        taken_back.label("taken_back"),
    )
    query = (
        select(*columns)
        .outerjoin(OutboxMessage, and_(OutboxMessage.order_id == Order.id, OutboxMessage.topic == TOPIC))
        .where(_of_that_day(merchant_id, day, stores))
    )
    tally = _Tally()
    for row in session.execute(query).yield_per(AT_ONCE):
        tally.count(row)
    facts = {name: many for name, many in vars(tally).items() if name != "waiting"} | {"checked_at": now}
    written = insert_into(session, DeliveryCheck).values(merchant_id=merchant_id, day=day, **facts)
    session.execute(written.on_conflict_do_update(index_elements=["merchant_id", "day"], set_=facts))
    return session.get(DeliveryCheck, (merchant_id, day), populate_existing=True)


def last_checks(session: Session, merchant_id: int, limit: int = 7) -> Sequence[DeliveryCheck]:
    """The newest days compared, newest first."""
    query = select(DeliveryCheck).where(DeliveryCheck.merchant_id == merchant_id)
    return list(session.scalars(query.order_by(DeliveryCheck.day.desc()).limit(limit)))
