"""What staff decided to give back, and the numbers under which receipts and credit notes are issued."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class RefundRequest(Base):
    """One decision of staff about a paid order: all that is left of it, or some of its lines (M9).

    `asked → done | refused`; its credit note is numbered when the money has gone. Amounts in minor units.
    """

    __tablename__ = "refund_request"
    __table_args__ = (Index("ix_refund_request_order_id", "order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # drawn by the confirmation page: one click, one row
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    whole: Mapped[bool]
    amount: Mapped[int]
    vat: Mapped[list[dict[str, int]]] = mapped_column(JSON)
    # position, quantity, amount, vat_rate of each line given back.
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(300), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default="asked")
    credit_number: Mapped[int | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class PaperCounter(Base):
    """The last number given out in one series (`receipt`, `credit`) of one merchant; no number is ever left out."""

    __tablename__ = "paper_counter"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), primary_key=True)
    series: Mapped[str] = mapped_column(String(10), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class PaymentReport(Base):
    """One day of one merchant: our books beside the provider's ledger; `differences` is empty when they agree."""

    __tablename__ = "payment_report"
    __table_args__ = (UniqueConstraint("merchant_id", "day", "provider"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    day: Mapped[date] = mapped_column(Date)
    provider: Mapped[str] = mapped_column(String(32))
    currency: Mapped[str] = mapped_column(String(3))
    orders: Mapped[int]
    captured: Mapped[int]
    refunded: Mapped[int]
    provider_captured: Mapped[int]
    provider_refunded: Mapped[int]
    fees: Mapped[int | None]
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_at: Mapped[datetime]
