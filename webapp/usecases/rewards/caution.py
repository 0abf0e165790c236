"""The balance as it may be shown while purchases are on their way: never more than is surely left (R3). Pure."""

from collections.abc import Sequence

from webapp.nouns.promotion.models import RewardPurchase


def surely_left(points: int | None, purchases: Sequence[RewardPurchase]) -> int | None:
    """The most that may be shown of a balance read while, or before, these purchases were made.

    A balance read while a purchase hangs may or may not hold its debit already; the one read right before it, less its
    cost, is what is left in either case. Points earned in between are shown once the purchase is settled.
    """
    if points is None:
        return None
    for row in purchases:
        cost = row.cost or 0
        points = min(points, row.points_before - cost) if row.points_before is not None else points - cost
    return max(0, points)
