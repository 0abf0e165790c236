"""Coupons, vouchers, purchases of rewards, and what a basket or an order carries of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base, index_where

UNRESOLVED = text("state IN ('intended', 'sent', 'unknown')")
TAKEN = text("state IN ('held', 'used') AND owned_id IS NOT NULL")
HELD = text("state = 'held' AND choice_key IS NOT NULL")


class Coupon(Base):
    """A code of the merchant's own. `held + used` never exceeds `max_uses` (K1)."""

    __tablename__ = "coupon"
    __table_args__ = (
        UniqueConstraint("merchant_id", "code"),
        CheckConstraint("held >= 0 AND used >= 0", name="counts"),
        CheckConstraint("max_uses IS NULL OR held + used <= max_uses", name="uses"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    code: Mapped[str] = mapped_column(String(40))  # canonical: upper case, no blanks
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(14))  # percent | amount | free_product
    value: Mapped[int]  # basis points, minor units, or units given away
    at_most: Mapped[int | None]  # ceiling in minor units
    skus: Mapped[list[str]] = mapped_column(JSON, default=list)  # what it applies to; empty: everything
    minimum: Mapped[int] = mapped_column(default=0)  # smallest basket, minor units
    store_slugs: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: every store
    modes: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty: both
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    hours: Mapped[list[list[str]]] = mapped_column(JSON, default=list)  # store time; empty: any hour
    weekdays: Mapped[list[int]] = mapped_column(JSON, default=list)  # 0 = Monday; empty: every day
    max_uses: Mapped[int | None]
    max_per_customer: Mapped[int | None]
    first_order_only: Mapped[bool] = mapped_column(default=False)
    stacks: Mapped[bool] = mapped_column(default=False)  # may stand beside another coupon, voucher or reward
    active: Mapped[bool] = mapped_column(default=True)
    held: Mapped[int] = mapped_column(default=0)
    used: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Voucher(Base):
    """A code bought with points: its owner's, usable once, the code identical to the programme's (K6)."""

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("merchant_id", "code"),
        Index("ix_voucher_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"))
    code: Mapped[str] = mapped_column(String(120))
    owned_id: Mapped[str] = mapped_column(String(120))
    reward_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(14))  # percent | amount
    value: Mapped[int]
    minimum: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RewardPurchase(Base):
    """`intended → sent → owned | refused | unknown → owned | void`; one unresolved per customer (G10)."""

    __tablename__ = "reward_purchase"
    __table_args__ = (
        index_where("uq_reward_purchase_unresolved", "customer_id", unique=True, where=UNRESOLVED),
        Index("ix_reward_purchase_settle", "state", "settle_at"),
        UniqueConstraint("connection_id", "owned_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # drawn by the confirmation page: one click, one row
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    reward_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200), default="")
    cost: Mapped[int | None]
    points_before: Mapped[int | None]
    owned_before: Mapped[list[str]] = mapped_column(JSON, default=list)  # copies held before, to tell the new one
    state: Mapped[str] = mapped_column(String(10))
    owned_id: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(120), default="")
    settle_at: Mapped[datetime | None]
    proof: Mapped[str] = mapped_column(String(10), default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class BasketReward(Base):
    """A reward of their own that the diner has put in a basket; nothing is spent by that."""

    __tablename__ = "basket_reward"
    __table_args__ = (UniqueConstraint("basket_id", "owned_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    owned_id: Mapped[str] = mapped_column(String(120))
    reward_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(14))  # free_product | percent | amount
    value: Mapped[int] = mapped_column(default=0)
    minimum: Mapped[int] = mapped_column(default=0)
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    # For a free product: the line it makes free; the line goes when the reward is taken out.
    line_id: Mapped[int | None] = mapped_column(ForeignKey("basket_line.id", ondelete="CASCADE"))
    # What points pay for it once the order is paid, where it is not bought before; None: it is theirs already.
    cost: Mapped[int | None]
    # Put in without proof, because none can be asked for: staff look at the phone when they hand the dish over.
    counter: Mapped[bool] = mapped_column(default=False, server_default=false())
    added_at: Mapped[datetime]


class BasketChoice(Base):
    """Something of the programme's that only it can price: what it said this takes off, and of which basket (M1).

    `amount` counts only while `priced_for` names the basket as it stands; see `webapp.nouns.promotion.choice`.
    """

    __tablename__ = "basket_choice"
    __table_args__ = (UniqueConstraint("basket_id", "kind", "programme_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))  # whose, where a number was given
    kind: Mapped[str] = mapped_column(String(8))  # reward | owned | code | credit
    programme_id: Mapped[str] = mapped_column(String(120), default="")
    code: Mapped[str] = mapped_column(String(120), default="")  # as vouchers keep theirs
    name: Mapped[str] = mapped_column(String(200), default="")
    wished: Mapped[int] = mapped_column(default=0)  # minor units of credit
    amount: Mapped[int] = mapped_column(default=0)
    priced_for: Mapped[str] = mapped_column(String(64), default="")
    priced_at: Mapped[datetime | None]
    added_at: Mapped[datetime]


class BasketCoupon(Base):
    """A coupon typed into a basket; checked again at every view and counted only when the order is placed."""

    __tablename__ = "basket_coupon"

    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"), primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupon.id"), primary_key=True)
    added_at: Mapped[datetime]


class OrderDiscount(Base):
    """What a frozen order takes off and with what: `held → used | released`, exactly once (K2, K3, R4, R5)."""

    __tablename__ = "order_discount"
    __table_args__ = (
        Index("ix_order_discount_order_id", "order_id"),
        Index("ix_order_discount_coupon", "coupon_id", "holder", "state"),
        index_where("uq_order_discount_owned", "connection_id", "owned_id", unique=True, where=TAKEN),
        index_where("uq_order_discount_choice", "connection_id", "choice_key", unique=True, where=HELD),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    # coupon | reward | voucher; of the programme, used up by the paid order: taken | owned | code | credit
    kind: Mapped[str] = mapped_column(String(10))
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupon.id"))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("loyalty_connection.id"))
    owned_id: Mapped[str | None] = mapped_column(String(120))
    reward_id: Mapped[str | None] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(120), default="", server_default="")
    # What no two orders may be paying with at once: this voucher, or these points.
    choice_key: Mapped[str | None] = mapped_column(String(140))
    # Whom a per-customer limit counts: the customer row of the normalised number, else the browser (K4).
    holder: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(String(200))
    shown_name: Mapped[str] = mapped_column(String(200))
    line_position: Mapped[int | None]  # of the order line a free product is
    amount: Mapped[int]
    shares: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10))
    # Stays held after the payment, until staff have checked the number (see Order.number_check).
    counter: Mapped[bool] = mapped_column(default=False, server_default=false())


class RewardLock(Base):
    """A copy reserved at the programme: `wanted → locked | unknown → released`, `refused | lost` (G11).

    For an order being paid; on a kiosk already for the basket that holds it, whose order takes the lock over.
    `ending_at`: when its letting go was first tried. The member's id is forgotten with the lock.
    """

    __tablename__ = "reward_lock"
    __table_args__ = (
        UniqueConstraint("order_id", "owned_id"),
        Index("ix_reward_lock_due", "state", "look_at"),
        Index("ix_reward_lock_owned", "connection_id", "owned_id"),
        Index("ix_reward_lock_basket_id", "basket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))  # None: a basket's
    basket_id: Mapped[int | None] = mapped_column(ForeignKey("basket.id", ondelete="SET NULL"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"))
    member_id: Mapped[str] = mapped_column(String(120))
    owned_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(120), default="")
    tries: Mapped[int] = mapped_column(default=0)
    look_at: Mapped[datetime]
    ending_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
