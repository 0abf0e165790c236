"""A merchant's last days in figures: orders, sales and rewards used, per local day, in one question each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount

STANDING = ("paid", "closed")
Stores = Mapping[ZoneInfo, Sequence[int]]
Bounds = Mapping[ZoneInfo, Sequence[datetime]]


def midnights(days: Sequence[date], zone: ZoneInfo) -> list[datetime]:
    """The midnights these days begin at, in UTC, and the one the last ends at. `days`: in order, without a gap."""
    every = [*days, days[-1] + timedelta(days=1)]
    return [datetime.combine(day, time(0), zone).astimezone(UTC) for day in every]


def day_of(moment: Any, store: Any, stores: Stores, bounds: Bounds) -> Any:
    """Which of the days a moment falls into, 0 the oldest, on the clocks of its store: databases know no time zones.

    Args:
        moment: a column.
        store: the column of the store's row.
        stores: the stores' rows by zone.
        bounds: by zone, the midnights that part the days, oldest first, one more than there are days.
    """
    branches = []
    for zone, ids in stores.items():
        here = [store.in_(ids)] if len(stores) > 1 else []
        branches += [(and_(*here, moment < ends), number) for number, ends in enumerate(bounds[zone][1:])]
    return case(*branches, else_=-1)


def within(moment: Any, store: Any, stores: Stores, bounds: Bounds) -> Any:
    """From the first midnight to the last: of any zone, which is what the index can find, and of the store's own."""
    local = [and_(store.in_(ids), moment >= bounds[zone][0], moment < bounds[zone][-1]) for zone, ids in stores.items()]
    return and_(span(moment, bounds), or_(*local))


def span(moment: Any, bounds: Bounds) -> Any:
    """From the first midnight of any zone to the last."""
    return and_(
        moment >= min(moments[0] for moments in bounds.values()),
        moment < max(moments[-1] for moments in bounds.values()),
    )


def sales_query(merchant_id: int, stores: Stores, bounds: Bounds) -> Select[Any]:
    """Day, orders paid, their sum."""
    day = day_of(Order.paid_at, Order.store_id, stores, bounds).label("day")
    ours = (Order.merchant_id == merchant_id, within(Order.paid_at, Order.store_id, stores, bounds))
    return select(day, func.count(), func.sum(Order.total)).where(*ours, Order.state.in_(STANDING)).group_by("day")


def rewards_query(merchant_id: int, stores: Stores, bounds: Bounds) -> Select[Any]:
    """Day, rewards and vouchers used on orders paid that day."""
    day = day_of(Order.paid_at, Order.store_id, stores, bounds).label("day")
    ours = (Order.merchant_id == merchant_id, within(Order.paid_at, Order.store_id, stores, bounds))
    used = (OrderDiscount.state == "used", OrderDiscount.kind.in_(("reward", "voucher")))
    query = select(day, func.count()).select_from(Order).join(OrderDiscount, OrderDiscount.order_id == Order.id)
    return query.where(*ours, *used).group_by("day")


def by_day(session: Session, query: Select[Any]) -> dict[int, tuple[int, ...]]:
    """The answer by the number of its day."""
    return {int(row[0]): tuple(int(value or 0) for value in row[1:]) for row in session.execute(query) if row[0] >= 0}
