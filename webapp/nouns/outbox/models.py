"""The outbox: facts to tell the outside, written in the transaction that made them true (L3)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base, index_where

JOINS = text("topic = 'loyalty.enrol'")


class OutboxMessage(Base):
    """One message: `new → leased → done | parked | void`; nothing is ever dropped (L5).

    `void`: the order was refunded before anything was sent, so there is nothing to tell any more (L10).
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("topic", "key"),
        Index("ix_outbox_message_due", "state", "not_before"),
        Index("ix_outbox_message_connection", "connection_id", "state", "not_before"),
        Index("ix_outbox_message_order_id", "order_id"),
        Index("ix_outbox_message_merchant", "merchant_id", "topic", "id"),
        index_where("ix_outbox_message_joins", "merchant_id", "created_at", where=JOINS),
        Index("ix_outbox_message_merchant_state", "merchant_id", "topic", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id", ondelete="SET NULL"))
    # Frozen at the first attempt (G9, L9); empty while the store is not mapped (L7).
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("loyalty_connection.id"))
    # The programme's name of the store, as it was written into the frozen bytes.
    slug: Mapped[str] = mapped_column(String(120), default="", server_default="")
    payload: Mapped[str] = mapped_column(Text)
    # The exact bytes of the request, frozen before the first attempt and sent again unchanged (L4).
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(8), default="new")
    attempts: Mapped[int] = mapped_column(default=0)
    # Whether an earlier attempt may have been received: only then is "already processed" a success (L6).
    may_have_acted: Mapped[bool] = mapped_column(default=False)
    not_before: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    lease: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    # Of somebody whose id at the programme is a secret: that id, and the bytes that hold it, never in the clear (X5).
    member_sealed: Mapped[str] = mapped_column(Text, default="", server_default="")
    body_sealed: Mapped[str] = mapped_column(Text, default="", server_default="")
    # What the programme said just before the first attempt, for reports that must not be sent twice; None: not asked.
    evidence: Mapped[str | None] = mapped_column(Text)
    # How often the programme said, after an unknown outcome, that it has nothing; -1: a person wants it sent anyway.
    denied: Mapped[int] = mapped_column(default=0, server_default="0")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime]
    first_tried_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class DeliveryCheck(Base):
    """One merchant's paid orders of one local day against what its programme was told, as last compared (L5, O5)."""

    __tablename__ = "delivery_check"

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    checked_at: Mapped[datetime]
    paid: Mapped[int]  # orders paid that day, and still
    paid_total: Mapped[int]  # their sum, in minor units
    guests: Mapped[int]  # of them: nobody gave a number
    untold: Mapped[int]  # of them: there was no programme to tell
    delivered: Mapped[int]  # of them: the programme has taken the order
    missing: Mapped[int]  # of them: it should have and has not, yet or for good
    unequal: Mapped[int]  # told with another sum than was paid
    surplus: Mapped[int]  # told, though the order is no longer paid and that was not told

    @property
    def differs(self) -> int:
        """How many orders a person must look at."""
        return self.missing + self.unequal + self.surplus
