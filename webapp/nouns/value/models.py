"""Money a programme keeps for somebody, moved for an order: one row per movement, written before it is asked for."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base, index_where

OPEN = text("state IN ('sent', 'unknown')")


class ValueMovement(Base):
    """`planned → sent → done | refused | unknown`, `unknown → done | void | by_hand`; `planned → void`, never sent.

    A debit pays a part of its order; a credit gives back what a debit took. Amounts in minor units. One movement of a
    person is on its way at a time, so that the balance read before it says afterwards what became of it (G10).
    """

    __tablename__ = "value_movement"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_value_movement_order_id", "order_id"),
        Index("ix_value_movement_due", "state", "look_at"),
        index_where("uq_value_movement_open", "connection_id", "customer_id", unique=True, where=OPEN),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    # The decision of staff a credit belongs to; None where it goes back by itself.
    request_id: Mapped[int | None] = mapped_column(ForeignKey("refund_request.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"))
    # Whose, until the person asks to be forgotten (D5).
    customer_id: Mapped[int | None]
    member_id: Mapped[str] = mapped_column(String(120), default="")
    store_slug: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))  # gift_card | points
    way: Mapped[str] = mapped_column(String(6))  # debit | credit
    key: Mapped[str] = mapped_column(String(100), unique=True)
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(8))
    # The balance read right before it was asked for: what the one read afterwards is held against.
    before: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(120), default="")
    tries: Mapped[int] = mapped_column(default=0)
    unmoved: Mapped[int] = mapped_column(default=0)  # how often a later reading showed the balance as before
    look_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
