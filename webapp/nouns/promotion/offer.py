"""A coupon as its merchant describes it, checked before it is stored."""

import re
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.promotion.code import canonical
from webapp.nouns.promotion.models import Coupon

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


class Offer(BaseModel):
    """One coupon.

    `kind` and `value`: "percent" in basis points, "amount" in minor units, "free_product" in units given away.
    `at_most`, `minimum`: minor units. `hours`: pairs of "HH:MM" in the store's time. `weekdays`: 0 is Monday.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    name: dict[str, str] = Field(min_length=1)
    kind: str = Field(pattern="^(percent|amount|free_product)$")
    value: int = Field(ge=1, le=1_000_000)
    at_most: int | None = Field(default=None, ge=1)
    skus: tuple[str, ...] = ()
    minimum: int = Field(default=0, ge=0)
    store_slugs: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: tuple[tuple[str, str], ...] = ()
    weekdays: tuple[int, ...] = ()
    max_uses: int | None = Field(default=None, ge=1)
    max_per_customer: int | None = Field(default=None, ge=1)
    first_order_only: bool = False
    stacks: bool = False

    @model_validator(mode="after")
    def _sense(self) -> "Offer":
        if canonical(self.code) != self.code:
            raise ValueError("a code is written in capitals, without blanks")
        if self.kind == "percent" and self.value > 10_000:
            raise ValueError("more than 100 %")
        if self.kind == "free_product" and not self.skus:
            raise ValueError("a free product needs its dishes")
        if not set(self.modes) <= {"table", "collect"} or not set(self.weekdays) <= set(range(7)):
            raise ValueError("an unknown way of ordering, or day")
        if not all(TIME.fullmatch(time) for span in self.hours for time in span):
            raise ValueError("hours are written HH:MM")
        if any(moment is not None and moment.tzinfo is None for moment in (self.starts_at, self.ends_at)):
            raise ValueError("a moment without a zone")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("it ends before it starts")
        return self


def store_offer(session: Session, merchant_id: int, offer: Offer, now: datetime) -> bool:
    """Store a coupon, or bring the one of this code up to date, its counts kept; whether it is new."""
    facts = offer.model_dump(mode="json", exclude={"starts_at", "ends_at"})
    facts |= {"starts_at": offer.starts_at, "ends_at": offer.ends_at, "active": True}
    known = session.scalar(select(Coupon).where(Coupon.merchant_id == merchant_id, Coupon.code == offer.code))
    if known is None:
        session.add(Coupon(merchant_id=merchant_id, created_at=now, held=0, used=0, **facts))
        session.flush()
        return True
    if offer.max_uses is not None:
        facts["max_uses"] = max(offer.max_uses, known.held + known.used)
    session.execute(update(Coupon).where(Coupon.id == known.id).values(**facts))
    return False


def stop_offer(session: Session, merchant_id: int, code: str) -> bool:
    """Take a coupon off sale; orders being paid keep what they hold. False when there is none of this code."""
    stopped = session.connection().execute(
        update(Coupon).where(Coupon.merchant_id == merchant_id, Coupon.code == code).values(active=False)
    )
    return stopped.rowcount == 1
