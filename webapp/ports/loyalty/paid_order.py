"""A paid order as every programme can be told of it: neutral, complete and frozen (invariants L3, L4)."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from webapp.ports.loyalty.values import Consent

Mode = Literal["table", "collect"]


@dataclass(frozen=True)
class PaidLine:
    """One unit of one thing: a dish, a paid option of it, a free product (0) or a discount (negative).

    Attributes:
        name: in the store's first language.
        amount: minor units, VAT included.
        sku: None for an option or a discount without one.
        reward_id: the programme's reward this line uses up.
        code: the voucher code behind a discount line.
    """

    name: str
    amount: int
    sku: str | None = None
    reward_id: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class UsedValue:
    """Something of the programme's this order used up, with what it took off or paid; minor units.

    Attributes:
        kind: `reward`, `owned`, `code`, `credit` (lowered the price), `gift_card`, `points` (paid a part of it).
        id: the programme's id of the reward or copy. `code`: the voucher or promo code, where one was used.
        line: place among `lines` of the dish it made cheaper; None for the whole order.
    """

    kind: str
    amount: int
    id: str = ""
    code: str = field(default="", repr=False)
    name: str = ""
    line: int | None = None


@dataclass(frozen=True)
class PaidOrder:
    """Facts of a paid order, frozen in the transaction that made it paid.

    Attributes:
        reference: random, globally unique, fixed when the order was created (G9).
        store_slug: the programme's name of the store, frozen.
        amount: minor units really paid for goods, after discounts, tip excluded; the sum of the lines.
        tax_amount: VAT within `amount`, minor units.
        created_at, paid_at, pickup_at: aware, in the store's own zone so that the local hour survives.
        phone: E.164 with the plus sign. `member_id`: the programme's id, when known.
        serial: an integer of ours that no other order has, for programmes that want one.
        table_label: where it was eaten; empty for collect.
        used: what of the programme's it used up; the discount lines among `lines` say the same in money.
    """

    reference: str
    store_slug: str
    mode: Mode
    currency: str
    amount: int
    tax_amount: int | None
    created_at: datetime
    paid_at: datetime
    lines: tuple[PaidLine, ...]
    phone: str | None = field(default=None, repr=False)
    member_id: str | None = field(default=None, repr=False)
    pickup_at: datetime | None = None
    consent: Consent = field(default_factory=Consent)
    comment: str | None = field(default=None, repr=False)
    serial: int | None = None
    table_label: str = ""
    used: tuple[UsedValue, ...] = ()

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("an order has at least one line")
        if sum(line.amount for line in self.lines) != self.amount or self.amount < 0:
            raise ValueError("the lines do not add up to the amount paid")
        if not all(moment.tzinfo for moment in (self.created_at, self.paid_at, self.pickup_at) if moment):
            raise ValueError("a moment without a zone")

    def to_json(self) -> str:
        """The same text for the same order, always."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_moment)

    @classmethod
    def from_json(cls, text: str) -> "PaidOrder":
        """The order written by `to_json`.

        Raises:
            ValueError, TypeError, KeyError: when it is not such a text.
        """
        facts: dict[str, Any] = json.loads(text)
        for name in ("created_at", "paid_at", "pickup_at"):
            facts[name] = datetime.fromisoformat(facts[name]) if facts[name] else None
        facts["lines"] = tuple(PaidLine(**line) for line in facts["lines"])
        facts["consent"] = Consent(**facts["consent"])
        facts["used"] = tuple(UsedValue(**one) for one in facts.get("used", ()))
        return cls(**facts)


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(type(value).__name__)
    return value.isoformat()
