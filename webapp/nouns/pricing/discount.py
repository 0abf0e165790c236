"""Discounts: one written rule, independent of the order of lines and codes (P2, K7).

1. Free items first: the base price of the units given away; paid options and supplements stay charged.
2. Then percentages, each of what its lines cost after step 1 (they add up, they do not compound).
3. Then fixed amounts. Inside a step the order is that of the adjustments' ids.

None takes more than is left of the lines it applies to, so no line and no total is ever negative. A discount is
spread over its lines, and through them over the VAT rates, in proportion to what is left of each, largest
remainder first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from webapp.ground.money import BASIS_POINTS, half_up, share_out
from webapp.nouns.pricing.parts import QuoteLine

Kind = Literal["free_item", "percent", "amount"]
STEPS: Mapping[Kind, int] = {"free_item": 0, "percent": 1, "amount": 2}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Something that lowers the price: a reward, a voucher, a coupon.

    Args:
        id: stable, unique in one quote.
        kind: what `value` means.
        value: `free_item`: units given away; `percent`: basis points, 0 to 10,000; `amount`: minor units.
        line_ids: the lines it applies to, None for all; a free item names exactly one.
        at_most: ceiling in minor units, None for none.
        name: what the diner reads, per language.
    """

    id: str
    kind: Kind
    value: int
    line_ids: tuple[str, ...] | None = None
    at_most: int | None = None
    name: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no rule describes.

        Raises:
            ValueError: a negative or non-integer value, more than 100 %, a free item without its line.
        """
        if type(self.value) is not int or self.value < 0 or (self.at_most is not None and self.at_most < 0):
            raise ValueError("the value of an adjustment is a whole number, not negative")
        if self.kind == "percent" and self.value > BASIS_POINTS:
            raise ValueError("more than 100 %")
        if self.kind == "free_item" and (self.line_ids is None or len(self.line_ids) != 1):
            raise ValueError("a free item names its line")


@dataclass(frozen=True, slots=True)
class LineShare:
    """The part of a discount that one line carries, in minor units."""

    line_id: str
    vat_rate: int
    amount: int


@dataclass(frozen=True, slots=True)
class Discount:
    """What one adjustment takes off: `amount` ≥ 0 in minor units, 0 when it finds nothing to apply to."""

    id: str
    kind: Kind
    name: Mapping[str, str]
    amount: int
    shares: tuple[LineShare, ...]


def discounts(lines: Sequence[QuoteLine], adjustments: Sequence[Adjustment]) -> tuple[Discount, ...]:
    """The discounts of `adjustments` over `lines`, in the order in which the rule applies them."""
    ordered = sorted(lines, key=lambda line: line.line_id)
    left = [line.total for line in ordered]
    base_left = [line.base_price * line.quantity for line in ordered]
    taken: list[Discount] = []
    after_free: list[int] | None = None
    for adjustment in sorted(adjustments, key=lambda one: (STEPS[one.kind], one.id)):
        places = [
            place
            for place, line in enumerate(ordered)
            if adjustment.line_ids is None or line.line_id in adjustment.line_ids
        ]
        if adjustment.kind == "free_item":
            wished = _free(adjustment, ordered, places, base_left)
        else:
            after_free = after_free if after_free is not None else list(left)
            wished = _wished(adjustment, sum(after_free[place] for place in places))
        if adjustment.at_most is not None:
            wished = min(wished, adjustment.at_most)
        taken.append(_take(adjustment, wished, ordered, places, left))
    return tuple(taken)


def _free(adjustment: Adjustment, lines: Sequence[QuoteLine], places: list[int], base_left: list[int]) -> int:
    if not places:
        return 0
    place = places[0]
    wished = min(lines[place].base_price * adjustment.value, base_left[place])
    if adjustment.at_most is not None:
        wished = min(wished, adjustment.at_most)  # what its ceiling leaves is there for the next one
    base_left[place] -= wished
    return wished


def _wished(adjustment: Adjustment, base: int) -> int:
    if adjustment.kind == "percent":
        return half_up(base * adjustment.value, BASIS_POINTS)
    return adjustment.value


def _take(
    adjustment: Adjustment, wished: int, lines: Sequence[QuoteLine], places: list[int], left: list[int]
) -> Discount:
    amount = min(wished, sum(left[place] for place in places))
    parts = share_out(amount, [left[place] for place in places]) if amount else []
    shares: list[LineShare] = []
    for place, part in zip(places, parts, strict=False):
        if part:
            left[place] -= part
            shares.append(LineShare(lines[place].line_id, lines[place].vat_rate, part))
    return Discount(adjustment.id, adjustment.kind, adjustment.name, amount, tuple(shares))
