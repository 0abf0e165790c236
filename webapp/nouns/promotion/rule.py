"""Whether a coupon may be used: its own rules, facts in and a reason out; no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from webapp.nouns.catalog.item import within
from webapp.nouns.catalog.menu import spans_of
from webapp.nouns.pricing import Adjustment, QuoteLine
from webapp.nouns.promotion.models import Coupon

ReasonCode = Literal[
    "stopped",
    "not_yet",
    "over",
    "other_store",
    "other_mode",
    "other_day",
    "other_hour",
    "used_up",
    "used_by_you",
    "not_first",
    "minimum",
    "no_dish",
    "set_aside",
    "other_number",
    "unproved",
    "locked",
    "held",
    "used",
    "expired",
    "to_check",
    "unpriced",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something takes nothing off now. `missing`: minor units up to a minimum basket."""

    code: ReasonCode
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where, how and when an order would be. `meal_at`: when it is for; None until a pick-up time is chosen."""

    store_slug: str
    zone: ZoneInfo
    mode: str
    now: datetime
    meal_at: datetime | None


@dataclass(frozen=True, slots=True)
class Past:
    """What has happened with one coupon. `mine`: uses that this very basket's unpaid order holds already.

    `uses`: by this diner, in other orders; `ordered`: whether this diner has another order at this merchant.
    """

    mine: int = 0
    uses: int = 0
    ordered: bool = False


def why_not(coupon: Coupon, occasion: Occasion, past: Past, worth: int) -> Reason | None:
    """The first rule of `coupon` that this order breaks, or None.

    Args:
        coupon: the coupon.
        occasion: where and when.
        past: what was used before.
        worth: what the basket costs before discounts, without what a reward gives away; minor units.
    """
    code = _by_time(coupon, occasion) or _by_place(coupon, occasion) or _by_past(coupon, past)
    if code is not None:
        return Reason(code)
    return Reason("minimum", coupon.minimum - worth) if worth < coupon.minimum else None


def _by_time(coupon: Coupon, occasion: Occasion) -> ReasonCode | None:
    if not coupon.active:
        return "stopped"
    if coupon.starts_at is not None and occasion.now < coupon.starts_at:
        return "not_yet"
    if coupon.ends_at is not None and occasion.now >= coupon.ends_at:
        return "over"
    if occasion.meal_at is None:
        return None
    local = occasion.meal_at.astimezone(occasion.zone)
    if coupon.weekdays and local.weekday() not in coupon.weekdays:
        return "other_day"
    spans = spans_of(tuple((start, end) for start, end in coupon.hours)) if coupon.hours else None
    return None if within(spans, local.hour * 60 + local.minute) else "other_hour"


def _by_place(coupon: Coupon, occasion: Occasion) -> ReasonCode | None:
    if coupon.store_slugs and occasion.store_slug not in coupon.store_slugs:
        return "other_store"
    return "other_mode" if coupon.modes and occasion.mode not in coupon.modes else None


def _by_past(coupon: Coupon, past: Past) -> ReasonCode | None:
    if coupon.max_uses is not None and coupon.held + coupon.used - past.mine >= coupon.max_uses:
        return "used_up"
    if coupon.max_per_customer is not None and past.uses >= coupon.max_per_customer:
        return "used_by_you"
    return "not_first" if coupon.first_order_only and past.ordered else None


def adjustment(coupon: Coupon, lines: Sequence[QuoteLine], given: frozenset[str]) -> Adjustment | None:
    """What `coupon` takes off these lines; None when none of its dishes is among them.

    A free product is the dearest of its dishes in the basket, so that the order of lines has no say.

    Args:
        coupon: the coupon.
        lines: the priced basket.
        given: ids of lines a reward already makes free; they are not given away twice.
    """
    fits = [line for line in lines if not coupon.skus or line.sku in coupon.skus]
    name = f"c:{coupon.id}"
    if coupon.kind == "free_product":
        free = [line for line in fits if line.line_id not in given]
        if not free:
            return None
        line = min(free, key=lambda one: (-one.base_price, one.line_id))
        return Adjustment(name, "free_item", coupon.value, (line.line_id,), coupon.at_most, coupon.name)
    if not fits:
        return None
    ids = tuple(line.line_id for line in fits) if coupon.skus else None
    kind: Literal["percent", "amount"] = "percent" if coupon.kind == "percent" else "amount"
    return Adjustment(name, kind, coupon.value, ids, coupon.at_most, coupon.name)
