"""Reads the two kinds of rewards (pongo.md section 6)."""

from typing import Any

from webapp.ports.loyalty import fields as shape
from webapp.ports.loyalty.fields import Fields
from webapp.ports.loyalty.pongo.guesses import Guesses
from webapp.ports.loyalty.values import AvailableReward, OwnedReward, RewardKind, RewardTerms

MOST_SKUS = 200


def skus(external_id: Any) -> tuple[str, ...]:
    """Every partner's SKUs in one comma-separated field: trimmed, no empties, no duplicates, order kept, as text."""
    if isinstance(external_id, bool) or not isinstance(external_id, str | int):
        return ()
    parts = (part.strip() for part in str(external_id).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST_SKUS]


def kind(name: str, guesses: Guesses) -> RewardKind:
    """What a `type` means; a voucher whose suffix says nothing we know is UNKNOWN."""
    if name == guesses.free_product:
        return RewardKind.FREE_PRODUCT
    if name.startswith(guesses.voucher_prefix):
        suffix = name.removeprefix(guesses.voucher_prefix).lower()
        if any(mark in suffix for mark in guesses.percent_marks):
            return RewardKind.PERCENT
        if any(mark in suffix for mark in guesses.amount_marks):
            return RewardKind.AMOUNT
    return RewardKind.UNKNOWN


def _value(fields: Fields, what: RewardKind, guesses: Guesses) -> int | None:
    if what not in {RewardKind.PERCENT, RewardKind.AMOUNT}:
        return None
    read = next(
        (number for name in guesses.names.value if (number := shape.number(fields.get(name))) is not None), None
    )
    if read is None or read <= 0:
        return None
    if what is RewardKind.PERCENT:
        if read > 100:
            return None
        read *= 100  # basis points
    return int(read) if read == read.to_integral_value() else None


def terms(fields: Fields, guesses: Guesses) -> RewardTerms:
    """What the reward does."""
    what = kind(shape.words(fields, ("type",)), guesses)
    return RewardTerms(
        kind=what,
        name=shape.words(fields, guesses.names.name),
        description=shape.words(fields, ("description",), longest=1000),
        skus=skus(fields.get("external_id")) if what is RewardKind.FREE_PRODUCT else (),
        value=_value(fields, what, guesses),
        minimum_amount=shape.whole(fields, guesses.names.minimum),
    )


def available(body: Any, guesses: Guesses) -> tuple[AvailableReward, ...]:
    """The catalogue, each reward once; entries without an id are passed over."""
    found: dict[str, AvailableReward] = {}
    for fields in shape.records(body):
        reward_id = shape.identifier(fields, guesses.names.reward_id)
        if reward_id is not None:
            cost = shape.whole(fields, guesses.names.cost)
            found.setdefault(reward_id, AvailableReward(reward_id, terms(fields, guesses), cost))
    return tuple(found.values())


def owned_one(fields: Fields, guesses: Guesses) -> OwnedReward | None:
    """One bought copy; None when nothing tells it from other copies.

    A copy whose reward id is missing cannot travel with an order, so it is shown as UNKNOWN ("at the counter").
    """
    names = guesses.names
    owned_id = shape.identifier(fields, names.owned_id)
    if owned_id is None:
        return None
    reward_id = shape.identifier(fields, names.owned_reward_id)
    read = terms(fields, guesses)
    return OwnedReward(
        owned_id=owned_id,
        reward_id=reward_id or "",
        terms=read if reward_id else RewardTerms(RewardKind.UNKNOWN, read.name, read.description),
        code=shape.identifier(fields, ("coupon_code",)),
        used=shape.flag(fields, names.used),
        locked=shape.flag(fields, names.locked),
        expires_at=next((shape.moment(fields[name]) for name in names.expiry if fields.get(name)), None),
    )


def owned(body: Any, guesses: Guesses) -> tuple[OwnedReward, ...]:
    """The copies a customer holds, each once, used ones included."""
    found: dict[str, OwnedReward] = {}
    for fields in shape.records(body):
        copy = owned_one(fields, guesses)
        if copy is not None:
            found.setdefault(copy.owned_id, copy)
    return tuple(found.values())
