"""Members, vouchers and prices as GonnaOrder answers them: keys with blanks, numbers as text, "not found" as a text."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from webapp.ground.money import BASIS_POINTS, half_up, minor
from webapp.ports.loyalty import fields
from webapp.ports.loyalty.cart import Chosen, ChosenKind, Priced, PricedChoice
from webapp.ports.loyalty.errors import BadAnswer, Refused
from webapp.ports.loyalty.fields import Fields
from webapp.ports.loyalty.gonnaorder.guesses import Guesses
from webapp.ports.loyalty.values import OwnedReward, RewardKind, RewardTerms

TOTALS = ("totalNonDiscountedPrice", "voucherDiscount", "totalDiscountedPrice")


@dataclass(frozen=True)
class Voucher:
    """One voucher. `value`: minor units, or basis points of a percentage; None when it cannot be read."""

    code: str
    wallet: bool
    kind: RewardKind
    value: int | None
    description: str

    def as_owned(self) -> OwnedReward:
        """The same as every programme's rewards are shown; a wallet is one too (gonnaorder.md R2)."""
        terms = RewardTerms(self.kind, self.description, value=self.value)
        return OwnedReward(self.code, self.code, terms, code=self.code)


@dataclass(frozen=True)
class Found:
    """A member with the usable vouchers, each code once."""

    code: str
    vouchers: tuple[Voucher, ...]

    @property
    def wallet(self) -> Voucher | None:
        """The voucher points turn into, while there is money on it."""
        return next((one for one in self.vouchers if one.wallet), None)


def trimmed(body: Any) -> Fields:
    """An object with its keys freed of blanks, as one published sample has them."""
    return {key.strip(): value for key, value in body.items()} if isinstance(body, dict) else {}


def found(body: Any, currency: str, guesses: Guesses) -> Found | None:
    """The member in an answer; None when it is any text instead (section 4.1).

    Raises:
        BadAnswer: neither a text nor a member.
    """
    if isinstance(body, str):
        return None
    member = trimmed(body)
    code = fields.identifier(member, ("memberCode",))
    if code is None:
        raise BadAnswer("a member without a code")
    listed = member.get("vouchers")
    read = (
        [voucher(one, currency, guesses) for one in listed[: fields.MOST_ENTRIES]] if isinstance(listed, list) else []
    )
    vouchers: dict[str, Voucher] = {}
    for one in read:
        if one is not None:
            vouchers.setdefault(one.code, one)
    return Found(code, tuple(vouchers.values()))


def voucher(body: Any, currency: str, guesses: Guesses) -> Voucher | None:
    """One voucher; None without a code. A value that makes no sense leaves it to the counter."""
    one = trimmed(body)
    code = fields.identifier(one, ("code",))
    if code is None:
        return None
    kind, value = _worth(one, currency, guesses)
    wallet = one.get("source") == guesses.loyalty_source and one.get("discountType") == guesses.monetary
    return Voucher(code, wallet, kind, value, fields.words(one, ("description",)))


def _worth(one: Fields, currency: str, guesses: Guesses) -> tuple[RewardKind, int | None]:
    read = fields.number(one.get("discount"))
    if read is None or read < 0:
        return RewardKind.UNKNOWN, None
    if one.get("discountType") == guesses.monetary:
        return RewardKind.AMOUNT, minor(read, currency)
    if one.get("discountType") == guesses.percentage and read <= 100:
        return RewardKind.PERCENT, int(read * 100)
    return RewardKind.UNKNOWN, None


def priced(body: Any, chosen: Chosen, total: int, currency: str, guesses: Guesses) -> Priced:
    """What a voucher does to an order of `total` minor units.

    The server's figure is the one that counts (R3); it is only held against what it can be at most.

    Raises:
        Refused: `not_valid`: it takes nothing off.
        BadAnswer: figures that do not fit together, or take off more than the voucher or the order is worth.
    """
    answer = trimmed(body)
    if answer.get("active") is not True:
        if answer.get("active") is False:
            raise Refused("inactive", code="not_valid")
        raise BadAnswer("neither active nor not")
    order = trimmed(answer.get("order"))
    before, off, after = (
        _amount(order, name, currency)
        for name in ("totalNonDiscountedPrice", "voucherDiscount", "totalDiscountedPrice")
    )
    if before != total or before - off != after or not 0 <= off <= total:
        raise BadAnswer("the totals do not fit together")
    one = voucher(answer.get("voucher"), currency, guesses)
    if one is not None and one.wallet and chosen.kind is ChosenKind.CODE:
        raise Refused(
            "a member's own money is not spent by typing its code", code="not_valid"
        )  # nobody was proved (A1)
    if one is not None and off > _at_most(one, total):
        raise BadAnswer("more than the voucher is worth")
    if off == 0:
        raise Refused("worth nothing here", code="not_valid")
    return Priced(after, (PricedChoice(chosen, off, one.description if one else ""),))


def _amount(order: Fields, name: str, currency: str) -> int:
    read = fields.number(order.get(name))
    if read is None:
        raise BadAnswer(f"{name} is no number")
    return minor(Decimal(read), currency)


def _at_most(one: Voucher, total: int) -> int:
    if one.value is None:
        return total
    # A cent of grace: how a percentage is rounded is not published.
    return half_up(total * one.value, BASIS_POINTS) + 1 if one.kind is RewardKind.PERCENT else one.value
