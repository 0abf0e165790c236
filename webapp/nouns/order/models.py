"""Orders and the money behind them: frozen lines, attempts, captures, refunds, and what the provider told us."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base, index_where

LIVE_ATTEMPT = text("state IN ('created', 'open', 'authorized')")
PENDING_ORDER = text("state = 'pending'")
BY_ITSELF = text("request_id IS NULL")
PAID = text("paid_at IS NOT NULL")  # once paid, whatever became of it afterwards
# Left for good to a till that cannot say what is paid there: the kitchen makes it, and no money of it is ever ours.
AT_TILL = "at_till"
ON_BOARD = ("paid", AT_TILL)
TO_CHECK = text("number_check = 'wanted'")
# Paid by somebody who gave a number, and nobody was there to be told. Questions must say exactly this, no parameters.
UNTOLD = text("paid_at IS NOT NULL AND points_state = 'none' AND phone IS NOT NULL")


class Order(Base):
    """What was ordered, frozen when payment starts (G1); only `state` and `progress` move afterwards."""

    __tablename__ = "order"
    __table_args__ = (
        Index("ix_order_state_created_at", "state", "created_at"),
        Index("ix_order_store_id_placed", "store_id", "created_at"),
        Index("ix_order_visit_id", "visit_id"),
        Index("ix_order_board", "store_id", "progress", "progress_at"),
        index_where("ix_order_merchant_paid", "merchant_id", "id", where=PAID),
        index_where("ix_order_merchant_paid_at", "merchant_id", "paid_at", where=PAID),
        index_where("ix_order_untold", "merchant_id", "id", where=UNTOLD),
        index_where("ix_order_to_check", "paid_at", where=TO_CHECK),
        index_where("uq_order_pending_basket", "basket_id", unique=True, where=PENDING_ORDER),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    # Random 128-bit id: the loyalty programme's and the payment provider's name for this order (G9).
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int]
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="SET NULL"))
    basket_id: Mapped[int | None] = mapped_column(ForeignKey("basket.id", ondelete="SET NULL"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    state: Mapped[str] = mapped_column(String(12))
    # The kitchen's side once paid: accepted → preparing → ready → collected.
    progress: Mapped[str] = mapped_column(String(12), default="")
    progress_at: Mapped[datetime | None]
    # When somebody in the kitchen said that they have seen it.
    seen_at: Mapped[datetime | None]
    mode: Mapped[str] = mapped_column(String(8))
    table_label: Mapped[str] = mapped_column(String(40), default="")
    slot_at: Mapped[datetime | None]
    slot_items: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(8))
    currency: Mapped[str] = mapped_column(String(3))
    subtotal: Mapped[int]
    # What is paid: goods less discounts, plus the tip, which bears no VAT and earns no points.
    total: Mapped[int]
    tip: Mapped[int] = mapped_column(default=0, server_default="0")
    # The part of the total that what the programme keeps for the diner pays (`ValueMovement`); the rest is `due`.
    by_value: Mapped[int] = mapped_column(default=0, server_default="0")
    vat: Mapped[list[dict[str, int]]] = mapped_column(JSON)
    discounts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    quote_digest: Mapped[str] = mapped_column(String(64))
    menu_stamp: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    name: Mapped[str] = mapped_column(String(60), default="")
    # Whoever is to earn the points; frozen here, so that a later sign-out or change of number moves nothing.
    phone: Mapped[str | None] = mapped_column(String(20))
    consent: Mapped[dict[str, bool]] = mapped_column(JSON, default=dict)
    # The secret id of a member who signed in, from placing until the programme is told (X5).
    member_sealed: Mapped[str] = mapped_column(Text, default="", server_default="")
    # none | waiting | sent | credited | recalled | withdrawn | refused: the diner's view of the loyalty side.
    points_state: Mapped[str] = mapped_column(String(10), default="none")
    points_before: Mapped[int | None]
    points_credited: Mapped[int | None]
    points_at: Mapped[datetime | None]
    # A reward given without proof: "wanted" until staff have looked at the phone, then "yes", "no", or "late" when
    # nobody said a word in time. Empty: nothing to check.
    number_check: Mapped[str] = mapped_column(String(8), default="", server_default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    # Counts up per merchant without a gap, taken in the transaction that makes the order paid.
    receipt_number: Mapped[int | None]

    @property
    def due(self) -> int:
        """What the payment provider is asked for, minor units."""
        return self.total - self.by_value


class OrderLine(Base):
    """One frozen line of an order; amounts in minor units, VAT included, VAT rate in basis points."""

    __tablename__ = "order_line"
    __table_args__ = (Index("ix_order_line_order_id", "order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    position: Mapped[int]
    basket_line_id: Mapped[int | None]
    sku: Mapped[str] = mapped_column(String(64))
    # In the merchant's first language for kitchen and programme; `shown_name` in the diner's.
    name: Mapped[str] = mapped_column(String(200))
    shown_name: Mapped[str] = mapped_column(String(200))
    # Per unit: name, shown_name, quantity, unit_price, sku, included, kind (option | dish), course.
    details: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    configuration: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    unit_price: Mapped[int]
    total: Mapped[int]
    vat_rate: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")


class OrderTransition(Base):
    """Append-only: every move of an order and what caused it (M3)."""

    __tablename__ = "order_transition"
    __table_args__ = (Index("ix_order_transition_order_id", "order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    cause: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class OrderCounter(Base):
    """The last number given out in a store on a local day."""

    __tablename__ = "order_counter"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class SlotUse(Base):
    """How many items are promised for one pick-up slot; never above the store's capacity."""

    __tablename__ = "slot_use"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)


class PaymentAttempt(Base):
    """One try at paying one order; at most one is alive per order (G5)."""

    __tablename__ = "payment_attempt"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        Index("ix_payment_attempt_provider_ref", "provider_ref"),
        Index("ix_payment_attempt_state_check", "state", "next_check_at"),
        index_where("uq_payment_attempt_alive", "order_id", unique=True, where=LIVE_ATTEMPT),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(64), unique=True)  # order reference + attempt number
    provider: Mapped[str] = mapped_column(String(32))
    # Whose keys: the merchant's account (`PaymentAccount`) when this began; None where one provider serves all. No
    # foreign key: added later, SQLite would copy the table for it, and dropping the old one would take captures along.
    payment_account_id: Mapped[int | None]
    provider_ref: Mapped[str | None] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(14))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    account: Mapped[str] = mapped_column(String(64))
    livemode: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    next_check_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(default=0)
    # When a page that waits for it last had the provider asked: however many wait, it is asked once in a few seconds.
    asked_at: Mapped[datetime | None]
    # What the kitchen said about money that is authorised only: "" | accept | refuse; written before anybody is asked.
    decision: Mapped[str] = mapped_column(String(8), default="", server_default="")


class PaymentCapture(Base):
    """Money the provider says it took; each capture either pays its order or is refunded (M1, M2)."""

    __tablename__ = "payment_capture"
    __table_args__ = (
        UniqueConstraint("provider", "capture_id"),
        Index("ix_payment_capture_order_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempt.id", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(32))
    capture_id: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    honoured: Mapped[bool]  # whether this very capture pays the order
    seen_at: Mapped[datetime]
    # The provider's own moment, by which its days and ours are compared.
    taken_at: Mapped[datetime | None]
    # What staff have asked to give back of it; never above `amount`.
    asked_back: Mapped[int] = mapped_column(default=0, server_default="0")


class Refund(Base):
    """Money to give back: asked once per capture and request, its result learned even after a crash (M9).

    What goes back by itself is one row per capture; what staff ask for is one row per request of theirs.
    """

    __tablename__ = "refund"
    __table_args__ = (
        Index("ix_refund_state_next", "state", "next_check_at"),
        Index("ix_refund_order_id", "order_id"),
        index_where("uq_refund_by_itself", "capture_row_id", unique=True, where=BY_ITSELF),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    capture_row_id: Mapped[int] = mapped_column(ForeignKey("payment_capture.id", ondelete="CASCADE"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("refund_request.id", ondelete="CASCADE"), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(140), unique=True)
    state: Mapped[str] = mapped_column(String(14), default="intended")  # intended → done | refused
    amount: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    next_check_at: Mapped[datetime]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class PaymentNotice(Base):
    """A verified callback, stored before it is acted on; an orphan waits for its order (M5, M11)."""

    __tablename__ = "payment_notice"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_payment_notice_state", "state", "next_check_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(32))
    payment_account_id: Mapped[int | None]  # whose address was called
    event_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    provider_ref: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(120), default="")
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(12), default="new")  # new → applied | ignored | orphan → parked
    attempts: Mapped[int] = mapped_column(default=0)
    next_check_at: Mapped[datetime | None]
    received_at: Mapped[datetime]


class Alert(Base):
    """Something a person must look at (O5): a mismatch, an orphan, a refund, a parked delivery."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("kind", "subject"), Index("ix_alert_open", "merchant_id", "resolved_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchant.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(140))
    detail: Mapped[str] = mapped_column(String(500), default="")
    raised_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
