"""A basket with everything that lowers its price: one road for the basket page, the last page and the frozen order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import is_proved
from webapp.nouns.customer.visits import is_fresh, mode_at, slot_at
from webapp.nouns.merchant.pickup import minutes_of_day
from webapp.nouns.pricing import Adjustment, Quote, Wanted, quote
from webapp.nouns.promotion.choice import ChoiceHere, Party, choices_in, named, points_key, reasons
from webapp.nouns.promotion.find import OURS, THEIRS, Diner, basket_and_load, coupons_in, past_of, rewards_in, taken
from webapp.nouns.promotion.models import BasketReward, Coupon, Voucher
from webapp.nouns.promotion.rule import Occasion, Past, Reason, ReasonCode, adjustment, why_not
from webapp.nouns.promotion.stacking import counted
from webapp.nouns.value.basket import busy_kinds
from webapp.nouns.value.parts import POINTS


@dataclass(frozen=True)
class Honours:
    """What the place where an order is paid can take off its price. A reward gives a dish, or money off."""

    codes: bool = True
    gifts: bool = True
    vouchers: bool = True


EVERYTHING = Honours()


@dataclass(frozen=True)
class CouponHere:
    """A code in the basket: what it takes off, or why it takes nothing off now."""

    coupon: Coupon
    adjustment_id: str
    amount: int
    reason: Reason | None


@dataclass(frozen=True)
class RewardHere:
    """A reward in the basket, likewise. One that cannot be used and has a line of its own stops the order.

    `counter`: nobody has proved the number; staff look at the phone before they hand it over (section 3, d).
    """

    reward: BasketReward
    voucher: Voucher | None
    adjustment_id: str
    amount: int
    reason: Reason | None
    counter: bool = False

    @property
    def stops(self) -> bool:
        """Whether going on would charge what the diner was told is free."""
        return self.reason is not None and self.reward.line_id is not None


@dataclass(frozen=True)
class Promoted:
    """A basket's price with its rewards and codes."""

    quote: Quote
    rewards: tuple[RewardHere, ...] = ()
    coupons: tuple[CouponHere, ...] = ()
    choices: tuple[ChoiceHere, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether a reward must be taken out, or its trouble ended, before the order can be placed."""
        return any(one.stops for one in self.rewards)

    @property
    def bound(self) -> frozenset[str]:
        """Ids of the lines that belong to a reward: their quantity is one."""
        return frozenset(str(one.reward.line_id) for one in self.rewards if one.reward.line_id is not None)


@dataclass(frozen=True)
class Asked:
    """Where, how, when and by whom a basket is priced.

    `meal_at`: None until a pick-up time is chosen. `carries`: what it may hold, see `load_of`.
    """

    on_sale: OnSale
    mode: str
    meal_at: datetime | None
    now: datetime
    diner: Diner
    basket_id: int | None
    carries: int = OURS | THEIRS
    honours: Honours = EVERYTHING

    @property
    def occasion(self) -> Occasion:
        """The same as coupons ask for it."""
        store = self.on_sale.store
        return Occasion(store.slug, store.zone, self.mode, self.now, self.meal_at)

    @property
    def minute(self) -> int | None:
        """The store's local minute of the day the meal is for."""
        return minutes_of_day(self.on_sale.store, self.meal_at) if self.meal_at is not None else None


def asked_by(session: Session, on_sale: OnSale, visit: Visit | None, customer: Customer | None, now: datetime) -> Asked:
    """How this browser would order in this store now."""
    store_id = on_sale.store.id
    mode = mode_at(visit, store_id)
    meal_at = now if mode == "table" else slot_at(visit, store_id)
    basket_id, carries = basket_and_load(session, visit.id, store_id) if visit is not None else (None, 0)
    return Asked(on_sale, mode, meal_at, now, Diner(visit, customer), basket_id, carries)


def known_customer(session: Session, visit: Visit | None, now: datetime) -> Customer | None:
    """Whoever this browser said it is, this evening."""
    if visit is None or visit.customer_id is None or not is_fresh(visit, now):
        return None
    return session.get(Customer, visit.customer_id)


def promote(session: Session, asked: Asked, wanted: Sequence[Wanted]) -> Promoted:
    """The price of `wanted` with the rewards and codes of its basket, each with its reason when it does not count."""
    menu = asked.on_sale.menu
    plain = quote(menu, asked.mode, wanted, asked.minute)
    carries = asked.basket_id if asked.carries & OURS else None
    rewards = rewards_in(session, carries) if carries is not None else []
    coupons = coupons_in(session, carries) if carries is not None and asked.honours.codes else []
    if asked.honours != EVERYTHING:
        rewards = [one for one in rewards if honoured(one[0], asked.honours)]
    choices = choices_here(session, asked, plain)
    if not rewards and not coupons and not choices:
        return Promoted(plain)
    theirs = _theirs(choices, menu.languages)
    # Read again at every price, the one that is frozen included: a proof may have ended since it was put in (A1).
    proved = bool(rewards) and is_proved(session, asked.diner.visit, asked.diner.customer, asked.now)
    reasons = _reward_reasons(session, asked, rewards, plain, proved=proved)
    sound = [_reward(row, plain, menu.languages) for row, _voucher in rewards if row.id not in reasons]
    given = [one for one in sound if one is not None]
    wished, why = _coupons(session, asked, coupons, plain, given)
    # The programme has priced the order as it is: nothing of ours comes off beside it.
    counts = frozenset[str]() if theirs else counted(plain.lines, given, wished)
    chosen = [*given, *theirs, *(one for _c, one in wished.values() if one.id in counts)]
    priced = quote(menu, asked.mode, wanted, asked.minute, chosen)
    off = {discount.id: discount.amount for discount in priced.discounts}
    return Promoted(
        priced,
        tuple(
            RewardHere(
                row,
                voucher,
                f"r:{row.id}",
                off.get(f"r:{row.id}", 0),
                reasons.get(row.id),
                counter=row.counter and not proved,
            )
            for row, voucher in rewards
        ),
        tuple(
            CouponHere(
                one,
                f"c:{one.id}",
                off.get(f"c:{one.id}", 0),
                why.get(one.id) or (None if f"c:{one.id}" in counts else Reason("set_aside")),
            )
            for one in coupons
        ),
        choices,
    )


def honoured(reward: BasketReward, honours: Honours) -> bool:
    """Whether a reward in a basket counts where the order is paid."""
    return honours.gifts if reward.kind == "free_product" else honours.vouchers


def gifts_left(session: Session, basket_id: int, honours: Honours) -> frozenset[int]:
    """Lines of a basket that belong to a reward which does not count where the order is paid."""
    rows = [row for row, _voucher in rewards_in(session, basket_id) if not honoured(row, honours)]
    return frozenset(row.line_id for row in rows if row.line_id is not None)


def party_of(asked: Asked) -> Party:
    """Whose choices, where."""
    return Party(asked.on_sale.store, asked.diner.visit, asked.diner.customer, asked.now, asked.basket_id)


def choices_here(session: Session, asked: Asked, plain: Quote) -> tuple[ChoiceHere, ...]:
    """What the programme takes off this very basket, as it said last, or why each choice takes nothing off."""
    if asked.basket_id is None or not asked.carries & THEIRS or asked.honours != EVERYTHING:
        return ()  # a till of another maker prices what it is told itself
    rows, party = choices_in(session, asked.basket_id), party_of(asked)
    why = reasons(session, rows, party, name=named(plain, party))
    return tuple(ChoiceHere(row, f"p:{row.id}", 0 if row.id in why else row.amount, why.get(row.id)) for row in rows)


def _theirs(choices: Sequence[ChoiceHere], languages: Sequence[str]) -> list[Adjustment]:
    return [
        Adjustment(one.adjustment_id, "amount", one.amount, None, None, dict.fromkeys(languages, one.row.name))
        for one in choices
        if one.reason is None
    ]


def usable(session: Session, asked: Asked, wanted: Sequence[Wanted], coupon: Coupon) -> Reason | None:
    """Why this basket could not use `coupon` now, apart from what else is in it; None when it could."""
    plain = quote(asked.on_sale.menu, asked.mode, wanted, asked.minute)
    rewards = rewards_in(session, asked.basket_id) if asked.basket_id is not None else []
    given = [one for row, _v in rewards if (one := _reward(row, plain, asked.on_sale.menu.languages))]
    past = past_of(session, coupon.id, asked.on_sale.store.merchant.id, asked.diner, asked.basket_id)
    return _why(coupon, asked, past, plain, given)


def worth(plain: Quote, given: Sequence[Adjustment]) -> int:
    """What counts towards a minimum: the basket before discounts, without what a reward gives away."""
    free = {line_id for one in given if one.kind == "free_item" for line_id in one.line_ids or ()}
    return sum(line.total - (line.base_price if line.line_id in free else 0) for line in plain.lines)


def _why(coupon: Coupon, asked: Asked, past: Past, plain: Quote, given: Sequence[Adjustment]) -> Reason | None:
    reason = why_not(coupon, asked.occasion, past, worth(plain, given))
    if reason is not None or adjustment(coupon, plain.lines, _free_lines(given)) is not None:
        return reason
    # A free product may still be chosen; a discount on dishes that are not in the basket takes nothing off.
    return Reason("no_dish")


def _free_lines(given: Sequence[Adjustment]) -> frozenset[str]:
    return frozenset(line_id for one in given if one.kind == "free_item" for line_id in one.line_ids or ())


def _coupons(
    session: Session, asked: Asked, coupons: Sequence[Coupon], plain: Quote, given: Sequence[Adjustment]
) -> tuple[dict[str, tuple[Coupon, Adjustment]], dict[int, Reason]]:
    wished: dict[str, tuple[Coupon, Adjustment]] = {}
    why: dict[int, Reason] = {}
    for coupon in coupons:
        past = past_of(session, coupon.id, asked.on_sale.store.merchant.id, asked.diner, asked.basket_id)
        reason = _why(coupon, asked, past, plain, given)
        one = adjustment(coupon, plain.lines, _free_lines(given))
        if reason is not None or one is None:
            why[coupon.id] = reason or Reason("no_dish")
        else:
            wished[one.id] = (coupon, one)
    return wished, why


def _reward(row: BasketReward, plain: Quote, languages: Sequence[str]) -> Adjustment | None:
    name = dict.fromkeys(languages, row.name)
    if row.kind == "free_product":
        line = str(row.line_id)
        sold = any(one.line_id == line for one in plain.lines)
        return Adjustment(f"r:{row.id}", "free_item", 1, (line,), None, name) if sold else None
    kind: Literal["percent", "amount"] = "percent" if row.kind == "percent" else "amount"
    return Adjustment(f"r:{row.id}", kind, row.value, None, None, name)


def _reward_reasons(
    session: Session,
    asked: Asked,
    rewards: Sequence[tuple[BasketReward, Voucher | None]],
    plain: Quote,
    *,
    proved: bool,
) -> dict[int, Reason]:
    connection_id = asked.on_sale.store.connection_id or 0
    elsewhere = taken(session, connection_id, [row.owned_id for row, _voucher in rewards], asked.basket_id)
    keys = {points_key(row.customer_id) for row, _voucher in rewards if row.cost is not None}
    spent = frozenset[str]()
    by_points = [row for row, _voucher in rewards if row.cost is not None]
    if by_points and POINTS in busy_kinds(session, party_of(asked)):
        spent = frozenset(keys)
    elsewhere |= {row.owned_id: "held" for row in by_points if points_key(row.customer_id) in spent}
    found: dict[int, Reason] = {}
    for row, voucher in rewards:
        code = _reward_code(asked, row, voucher, elsewhere.get(row.owned_id))
        if code is None and not proved and not row.counter:
            code = "unproved"
        if code is not None:
            found[row.id] = Reason(code)
            continue
        one = _reward(row, plain, asked.on_sale.menu.languages)
        there = worth(plain, [one] if one else [])
        if there < row.minimum:
            found[row.id] = Reason("minimum", row.minimum - there)
    return found


def _reward_code(asked: Asked, row: BasketReward, voucher: Voucher | None, elsewhere: str | None) -> ReasonCode | None:
    customer = asked.diner.customer
    if customer is None or customer.id != row.customer_id:
        return "other_number"
    if customer.spending_locked_at is not None:
        return "locked"
    if elsewhere is not None:
        return "held" if elsewhere == "held" else "to_check" if elsewhere == "to_check" else "used"
    if voucher is not None and voucher.expires_at is not None and voucher.expires_at <= asked.now:
        return "expired"
    return None
