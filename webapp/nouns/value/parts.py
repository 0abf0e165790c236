"""How a total is divided between what a programme keeps for the diner and the card, and how it goes back. Pure.

Paying: the gift card first, since what is taken from it can be given back; then points, which cannot; the card pays the
rest. Points pay goods only, never a tip. Where less than the smallest sum a card can be charged would be left, a little
less is taken from the last source.

Giving back: the card first, up to what the card paid, for that is money the diner can use anywhere; then the gift card,
up to what it paid; last the points, which no programme takes back by itself: people do that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GIFT_CARD, POINTS = "gift_card", "points"
ORDER_OF_USE = (GIFT_CARD, POINTS)
LEAST_BY_CARD = 50  # minor units: payment providers refuse less


@dataclass(frozen=True)
class Part:
    """What one source pays of an order, minor units."""

    kind: str
    amount: int


@dataclass(frozen=True)
class Shares:
    """What goes back to where, minor units."""

    card: int
    gift_card: int
    points: int


def divide(total: int, tip: int, balances: Mapping[str, int]) -> tuple[Part, ...]:
    """What each of the chosen sources pays.

    Args:
        total: to be paid, tip included.
        tip: within it.
        balances: per chosen source, what is on it.
    """
    rest, parts = total, list[Part]()
    for kind in ORDER_OF_USE:
        most = min(rest, total - tip) if kind == POINTS else rest
        amount = min(max(0, balances.get(kind, 0)), most)
        if amount:
            parts.append(Part(kind, amount))
            rest -= amount
    if 0 < rest < LEAST_BY_CARD:
        parts = _leave(parts, LEAST_BY_CARD - rest)
    return tuple(parts)


def _leave(parts: Sequence[Part], missing: int) -> list[Part]:
    """The same with `missing` less taken, from the last source first; one that would pay nothing is left out."""
    kept = list[Part]()
    for part in reversed(parts):
        less = min(part.amount, missing)
        missing -= less
        if part.amount > less:
            kept.insert(0, Part(part.kind, part.amount - less))
    return kept


def share_back(amount: int, card_left: int, gift_left: int) -> Shares:
    """Where `amount` goes back to. `card_left`, `gift_left`: what each paid and was not given back yet."""
    card = min(amount, card_left)
    gift = min(amount - card, gift_left)
    return Shares(card, gift, amount - card - gift)
