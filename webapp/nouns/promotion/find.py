"""What a basket carries and what happened before: each question by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from webapp.nouns.basket.models import Basket
from webapp.nouns.customer.visits import Guest, Patron
from webapp.nouns.order.models import AT_TILL, Order
from webapp.nouns.promotion.models import BasketChoice, BasketCoupon, BasketReward, Coupon, OrderDiscount, Voucher
from webapp.nouns.promotion.rule import Past

TAKEN = ("held", "used")
COUNTS_AS_ORDER = ("pending", "paid", "closed", "refund_due", AT_TILL)

OURS, THEIRS = 1, 2  # what a basket carries: rewards and codes we price; choices that the programme prices


def load_of(basket_id: Any) -> ColumnElement[int]:
    """What a basket carries, the sum of `OURS` and `THEIRS`; `basket_id`: a column or a parameter."""
    ours = or_(exists().where(BasketReward.basket_id == basket_id), exists().where(BasketCoupon.basket_id == basket_id))
    return cast(ours, Integer) * OURS + cast(exists().where(BasketChoice.basket_id == basket_id), Integer) * THEIRS


# Asked of every basket that is priced, and made once: making a statement costs as much as running it.
_LOAD = select(
    Basket.id,
    load_of(Basket.id),
).where(Basket.visit_id == bindparam("visit_"), Basket.store_id == bindparam("store_"))
_COUPONS_IN = (
    select(Coupon)
    .join(BasketCoupon, BasketCoupon.coupon_id == Coupon.id)
    .where(BasketCoupon.basket_id == bindparam("basket_"))
    .order_by(Coupon.code)
)
_REWARDS_IN = (
    select(BasketReward, Voucher)
    .outerjoin(Voucher, Voucher.id == BasketReward.voucher_id)
    .where(BasketReward.basket_id == bindparam("basket_"))
    .order_by(BasketReward.id)
)


@dataclass(frozen=True)
class Diner:
    """Who is asking: a browser, and the number it gave in this visit, if any."""

    visit: Guest | None
    customer: Patron | None

    @property
    def holder(self) -> str:
        """Whom a limit per customer counts (K4).

        The customer row stands for the normalised number (A2) without holding a digit of it; else the browser.
        """
        if self.customer is not None:
            return f"c{self.customer.id}"
        return f"b{self.visit.browser}"[:64] if self.visit is not None else ""


def basket_and_load(session: Session, visit_id: int, store_id: int) -> tuple[int | None, int]:
    """This visit's basket here, and what it carries (see `load_of`): one question for most baskets."""
    row = session.execute(_LOAD, {"visit_": visit_id, "store_": store_id}).first()
    return (row[0], int(row[1])) if row is not None else (None, 0)


def coupon_of_code(session: Session, merchant_id: int, code: str) -> Coupon | None:
    """The merchant's coupon of this canonical code."""
    return session.scalar(select(Coupon).where(Coupon.merchant_id == merchant_id, Coupon.code == code))


def coupons_of(session: Session, merchant_id: int) -> Sequence[Coupon]:
    """Every coupon of a merchant, by code."""
    return list(session.scalars(select(Coupon).where(Coupon.merchant_id == merchant_id).order_by(Coupon.code)))


def coupons_in(session: Session, basket_id: int) -> Sequence[Coupon]:
    """The coupons typed into this basket, by code."""
    return list(session.scalars(_COUPONS_IN, {"basket_": basket_id}))


def rewards_in(session: Session, basket_id: int) -> Sequence[tuple[BasketReward, Voucher | None]]:
    """The rewards put into this basket, each with its voucher when it is one."""
    return [(row[0], row[1]) for row in session.execute(_REWARDS_IN, {"basket_": basket_id})]


def _elsewhere(basket_id: int | None) -> ColumnElement[bool]:
    """Orders other than the one this basket is being paid with."""
    if basket_id is None:
        return Order.id.is_not(None)
    return or_(Order.basket_id.is_(None), Order.basket_id != basket_id, Order.state != "pending")


def past_of(session: Session, coupon_id: int, merchant_id: int, diner: Diner, basket_id: int | None) -> Past:
    """What happened with one coupon before; asked in the same way for a coupon that does not exist (K5)."""
    at = (OrderDiscount.coupon_id == coupon_id, OrderDiscount.state.in_(TAKEN))
    theirs = (
        select(func.count())
        .select_from(OrderDiscount)
        .join(Order, Order.id == OrderDiscount.order_id)
        .where(*at, OrderDiscount.holder == diner.holder, OrderDiscount.holder != "", _elsewhere(basket_id))
    )
    mine = (
        select(func.count())
        .select_from(OrderDiscount)
        .join(Order, Order.id == OrderDiscount.order_id)
        .where(*at, and_(Order.basket_id == (basket_id or 0), Order.state == "pending"))
    )
    row = session.execute(select(theirs.scalar_subquery(), mine.scalar_subquery())).one()
    return Past(mine=row[1], uses=row[0], ordered=has_ordered(session, merchant_id, diner, basket_id))


def has_ordered(session: Session, merchant_id: int, diner: Diner, basket_id: int | None) -> bool:
    """Whether this diner has an order here beside the one this basket is being paid with."""
    who: ColumnElement[bool]
    if diner.customer is not None:
        who = Order.customer_id == diner.customer.id
    else:
        who = Order.visit_id == (diner.visit.id if diner.visit is not None else 0)
    asked = exists().where(
        Order.merchant_id == merchant_id, who, Order.state.in_(COUNTS_AS_ORDER), _elsewhere(basket_id)
    )
    return bool(session.scalar(select(asked)))


def taken(session: Session, connection_id: int, owned_ids: Sequence[str], basket_id: int | None) -> dict[str, str]:
    """Copies that an order other than this basket's own holds or has used (R4).

    Copy → `held`, `used`, or `to_check`: given with a paid order, and staff have not looked at the phone yet.
    """
    if not owned_ids:
        return {}
    query = (
        select(OrderDiscount.owned_id, OrderDiscount.state, Order.state)
        .join(Order, Order.id == OrderDiscount.order_id)
        .where(
            OrderDiscount.connection_id == connection_id,
            OrderDiscount.owned_id.in_(owned_ids),
            OrderDiscount.state.in_(TAKEN),
            _elsewhere(basket_id),
        )
    )
    return {
        str(owned_id): "to_check" if state == "held" and order_state != "pending" else str(state)
        for owned_id, state, order_state in session.execute(query)
    }


def discounts_of(session: Session, order_id: int) -> Sequence[OrderDiscount]:
    """What a frozen order takes off, in the order it is taken."""
    query = select(OrderDiscount).where(OrderDiscount.order_id == order_id).order_by(OrderDiscount.id)
    return list(session.scalars(query))
