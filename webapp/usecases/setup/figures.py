"""The overview's figures: the last fortnight of a merchant, day by day, in four questions however much was sold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import ConsentEvidence
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.figures import (
    Bounds,
    Stores,
    by_day,
    day_of,
    midnights,
    rewards_query,
    sales_query,
    span,
    within,
)
from webapp.nouns.outbox.models import JOINS, OutboxMessage

DAYS = 14


@dataclass(frozen=True)
class Day:
    """One local day. `sales`: minor units; `emails`, `texts`: yeses to messages among those who joined."""

    day: date
    orders: int = 0
    sales: int = 0
    joins: int = 0
    rewards: int = 0
    emails: int = 0
    texts: int = 0


def fortnight(
    session: Session, merchant_id: int, stores: Sequence[StoreFacts], now: datetime, *, consent: bool = True
) -> list[Day]:
    """Oldest first, today last, each store on its own clocks.

    Args:
        session: any.
        merchant_id: whose.
        stores: those to count; consent, which belongs to no store, is counted on the first one's clocks.
        now: the present moment.
        consent: False for whoever may see some of the stores only: a yes to messages is the whole merchant's.
    """
    if not stores:
        return []
    first = stores[0].zone
    today = now.astimezone(first).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    zones: dict[ZoneInfo, list[int]] = {}
    for one in stores:
        zones.setdefault(one.zone, []).append(one.id)
    bounds = {zone: midnights(days, zone) for zone in zones}
    sold = by_day(session, sales_query(merchant_id, zones, bounds))
    used = by_day(session, rewards_query(merchant_id, zones, bounds))
    joined = by_day(session, joins_query(merchant_id, zones, bounds))
    agreed = by_day(session, consent_query(merchant_id, first, bounds[first])) if consent else {}
    return [_day(day, number, sold, used, joined, agreed) for number, day in enumerate(days)]


Answer = Mapping[int, tuple[int, ...]]


def _day(day: date, number: int, sold: Answer, used: Answer, joined: Answer, agreed: Answer) -> Day:
    orders, sales = sold.get(number, (0, 0))
    emails, texts = agreed.get(number, (0, 0))
    return Day(day, orders, sales, joined.get(number, (0,))[0], used.get(number, (0,))[0], emails, texts)


def joins_query(merchant_id: int, stores: Stores, bounds: Bounds) -> Select[Any]:
    """Day, people who joined."""
    moment, store = OutboxMessage.created_at, OutboxMessage.store_id
    day = day_of(moment, store, stores, bounds).label("day")
    ours = (OutboxMessage.merchant_id == merchant_id, JOINS, within(moment, store, stores, bounds))
    return select(day, func.count()).where(*ours).group_by("day")


def consent_query(merchant_id: int, zone: ZoneInfo, moments: Sequence[datetime]) -> Select[Any]:
    """Day, yeses to e-mail, yeses to text messages, given while joining. `moments`: the days' midnights."""
    bounds = {zone: moments}
    day = day_of(ConsentEvidence.answered_at, None, {zone: ()}, bounds).label("day")
    email, sms = (
        func.count().filter(ConsentEvidence.channel == channel, ConsentEvidence.granted.is_(True))
        for channel in ("email", "sms")
    )
    ours = (ConsentEvidence.merchant_id == merchant_id, span(ConsentEvidence.answered_at, bounds))
    return select(day, email, sms).where(*ours, ConsentEvidence.page == "join").group_by("day")
