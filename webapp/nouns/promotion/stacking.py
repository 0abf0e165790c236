"""What may stand together on one order, written once.

1. An order carries at most one reward or voucher of the programme (a setting), and any number of codes up to five.
2. A code that stacks stands beside everything else.
3. A code that does not stack stands alone: beside a reward or a voucher it is set aside.
4. Without a reward: either all codes that stack count together, or one that does not; whichever takes off more.
   Equal savings: the codes that stack; then the smaller code in the alphabet.

Nothing in this depends on the order in which lines, rewards and codes were added (P2, K7). What is set aside stays in
the basket, says so, and is not held or used up. How discounts that stand together are taken off is the written rule
of `webapp.nouns.pricing.discount`.
"""

from collections.abc import Mapping, Sequence

from webapp.nouns.pricing import Adjustment, QuoteLine
from webapp.nouns.pricing.discount import discounts
from webapp.nouns.promotion.models import Coupon

MOST_CODES = 5
Wished = Mapping[str, tuple[Coupon, Adjustment]]


def saving(lines: Sequence[QuoteLine], adjustments: Sequence[Adjustment]) -> int:
    """What `adjustments` take off together, minor units."""
    return sum(discount.amount for discount in discounts(lines, adjustments))


def counted(lines: Sequence[QuoteLine], rewards: Sequence[Adjustment], coupons: Wished) -> frozenset[str]:
    """The ids of the coupons' adjustments that count beside `rewards`. `coupons`: by the id of their adjustment."""
    stacking = [one for one in coupons.values() if one[0].stacks]
    together = frozenset(adjustment.id for _coupon, adjustment in stacking)
    if rewards:
        return together
    best, most = together, saving(lines, [adjustment for _coupon, adjustment in stacking])
    alone = [one for one in coupons.values() if not one[0].stacks]
    for _coupon, adjustment in sorted(alone, key=lambda one: one[0].code):
        saved = saving(lines, [adjustment])
        if saved > most or (saved == most and not best):
            best, most = frozenset({adjustment.id}), saved
    return best
