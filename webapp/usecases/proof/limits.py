"""How much may be spent, and how fast, once a number is proved (section 3, "Limits")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import names_of, proof_of
from webapp.nouns.customer.proof_models import ProvenBrowser
from webapp.nouns.customer.visits import Patron
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount, RewardPurchase
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import POINTS
from webapp.nouns.value.rows import DEBIT

DAY = timedelta(days=1)
NOTHING_SPENT = ("refused", "void")
REWARDS = ("reward", "voucher", "taken", "owned")


@dataclass(frozen=True)
class SpendRules:
    """The figures of section 3.

    Attributes:
        per_order: rewards of one number in one order.
        per_day: rewards bought, and rewards used, per member in 24 hours, whatever names the member goes by.
        points_per_proof: points spent in 24 hours before the number must be proved once more.
        hold: how long rewards dearer than the merchant's `hold_above` wait on a browser that is new to the number.
    """

    per_order: int = 1
    per_day: int = 3
    points_per_proof: int = 1000
    hold: timedelta = timedelta(minutes=15)


RULES = SpendRules()


def may_spend(
    session: Session,
    customer: Customer,
    now: datetime,
    *,
    browser: str,
    cost: int | None = None,
    given_at: datetime | None = None,
    rules: SpendRules = RULES,
) -> str:
    """Whether this browser may now buy a reward with this customer's points.

    Args:
        session: best the transaction that writes the purchase.
        customer: whose points.
        now: the present moment.
        browser: fingerprint of the browser that asks; whether it has proved the number is asked elsewhere.
        cost: of the reward, in points; None when the programme does not say.
        given_at: when this browser gave the number. A PIN proves it only together with the purchase, so that a browser
            without a proof of its own is new to the number since then.
        rules: the figures.

    Returns:
        "" when it may; else "locked", "day_limit", "prove_again" or "hold".
    """
    if customer.spending_locked_at is not None:
        return "locked"
    names = names_of(session, customer)
    bought = (RewardPurchase.customer_id.in_(names), RewardPurchase.state.not_in(NOTHING_SPENT))
    today = session.scalar(select(func.count()).where(*bought, RewardPurchase.created_at > now - DAY)) or 0
    if today >= rules.per_day:
        return "day_limit"
    proof = proof_of(session, browser, customer.id, now)
    if proof is None:
        return "hold" if _waits(session, customer, given_at, cost, now, rules) else ""
    spent = _points_bought_with(session, names, max(proof.proved_at, now - DAY))
    # Something may always be spent on a fresh proof, however dear it is.
    if spent and spent + (cost or 0) > rules.points_per_proof:
        return "prove_again"
    return "hold" if _waits(session, customer, _known(proof), cost, now, rules) else ""


def _points_bought_with(session: Session, names: Sequence[int], since: datetime) -> int:
    bought = (RewardPurchase.customer_id.in_(names), RewardPurchase.state.not_in(NOTHING_SPENT))
    cost = select(func.sum(RewardPurchase.cost)).where(*bought, RewardPurchase.created_at > since)
    return int(session.scalar(cost) or 0)


def may_pay(
    session: Session,
    customer: Customer,
    now: datetime,
    *,
    browser: str,
    amount: int,
    rate: Fraction,
    given_at: datetime | None = None,
    rules: SpendRules = RULES,
) -> str:
    """Whether this browser may now pay `amount` with this customer's points: the pace of rewards bought with them.

    Points that paid are known by the money they paid, and counted at the present rate; whoever buys a reward is held
    against rewards alone, for no rate is known there. A gift card has no pace of its own: it is money, and the
    merchant's `hold_above` is in points; its owner's lock and the text that it paid guard it.

    Args:
        session: the transaction that freezes the order.
        customer: whose points.
        now: the present moment.
        browser: fingerprint of the browser that pays.
        amount: minor units the points are to pay.
        rate: points per minor unit, as the programme counts them now.
        given_at: see `may_spend`.
        rules: the figures.

    Returns:
        "" when it may; else "prove_again" or "hold".
    """
    cost, proof = ceil(amount * rate), proof_of(session, browser, customer.id, now)
    if proof is None:
        return "hold" if _waits(session, customer, given_at, cost, now, rules) else ""
    names, since = names_of(session, customer), max(proof.proved_at, now - DAY)
    paid = select(func.sum(ValueMovement.amount)).where(
        ValueMovement.customer_id.in_(names),
        ValueMovement.kind == POINTS,
        ValueMovement.way == DEBIT,
        ValueMovement.state.not_in(NOTHING_SPENT),
        ValueMovement.created_at > since,
    )
    spent = _points_bought_with(session, names, since) + ceil((session.scalar(paid) or 0) * rate)
    if spent and spent + cost > rules.points_per_proof:
        return "prove_again"
    return "hold" if _waits(session, customer, _known(proof), cost, now, rules) else ""


def _known(proof: ProvenBrowser) -> datetime:
    return proof.known_since or proof.proved_at


def _waits(
    session: Session, customer: Patron, since: datetime | None, cost: int | None, now: datetime, rules: SpendRules
) -> bool:
    """Whether a reward of this cost waits on a browser that knows the number `since` then; the merchant says which."""
    if cost is None or since is None or now - since >= rules.hold:
        return False
    above = session.get_one(Merchant, customer.merchant_id).hold_above
    return bool(above) and cost > above


def may_use(
    session: Session,
    customer: Patron,
    now: datetime,
    *,
    in_order: int = 0,
    browser: str = "",
    cost: int | None = None,
    rules: SpendRules = RULES,
) -> str:
    """Whether one more reward of this customer may be put on an order that already carries `in_order` of them.

    `browser`, `cost`: fingerprint, and points the reward costs, where a dear one may have to wait. Whoever has proved
    nothing is not held here: staff look at the phone.

    Returns:
        "" when it may; else "locked", "order_limit", "day_limit" or "hold".
    """
    if customer.spending_locked_at is not None:
        return "locked"
    if in_order >= rules.per_order:
        return "order_limit"
    used = (
        select(func.count())
        .select_from(OrderDiscount)
        .join(Order, Order.id == OrderDiscount.order_id)
        .where(
            Order.customer_id.in_(names_of(session, customer)),
            Order.created_at > now - DAY,
            OrderDiscount.kind.in_(REWARDS),
            OrderDiscount.state != "released",
        )
    )
    if (session.scalar(used) or 0) >= rules.per_day:
        return "day_limit"
    proof = proof_of(session, browser, customer.id, now) if browser else None
    return "hold" if proof is not None and _waits(session, customer, _known(proof), cost, now, rules) else ""


def held_until(
    session: Session,
    customer: Customer,
    browser: str,
    now: datetime,
    *,
    given_at: datetime | None = None,
    rules: SpendRules = RULES,
) -> datetime | None:
    """When a dear reward may be bought on this browser; None when it need not wait. `given_at`: see `may_spend`."""
    proof = proof_of(session, browser, customer.id, now)
    since = _known(proof) if proof is not None else given_at
    if since is None:
        return None
    ends = since + rules.hold
    return ends if ends > now else None
