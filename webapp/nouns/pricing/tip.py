"""The tip: offered where the store wishes, never chosen for anybody, outside VAT, discounts and points.

One rule: a suggested share is of what the goods cost after discounts, rounded half up; an amount of one's own is never
more than the goods cost before discounts, so that a slip of the finger cannot cost a fortune.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from webapp.ground.money import half_up
from webapp.nouns.pricing.quote import Quote


@dataclass(frozen=True, slots=True)
class Tip:
    """What the diner wishes: `percent` of the sum, or `amount` minor units; both 0 for none."""

    percent: int = 0
    amount: int = 0


NO_TIP = Tip()


def most(quote: Quote) -> int:
    """The largest tip taken on these goods, in minor units."""
    return quote.subtotal


def tip_of(quote: Quote, wished: Tip, suggested: Sequence[int]) -> int:
    """The tip in minor units, never negative.

    Args:
        quote: of the goods, without any tip.
        wished: as it was chosen, perhaps before the store or the basket changed.
        suggested: the shares this store offers, in per cent; empty where it takes no tips.
    """
    if not suggested:
        return 0
    if wished.percent:
        return share(quote, wished.percent) if wished.percent in suggested else 0
    return min(max(wished.amount, 0), most(quote))


def share(quote: Quote, percent: int) -> int:
    """`percent` of what the goods cost after discounts, in minor units."""
    return half_up((quote.total - quote.tip) * percent, 100)


def with_tip(quote: Quote, tip: int) -> Quote:
    """The same goods with this tip on top: VAT and discounts stay, the total rises."""
    return replace(quote, tip=tip, total=quote.total - quote.tip + tip) if tip != quote.tip else quote
