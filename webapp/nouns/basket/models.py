"""A browser's basket in one store; it outlives the tab."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class Basket(Base):
    """The lines one visit has chosen in one store."""

    __tablename__ = "basket"
    __table_args__ = (UniqueConstraint("visit_id", "store_id"), Index("ix_basket_updated_at", "updated_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    # Raised by every change, so that a page knows whether the bar it kept is still true.
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    # The tip chosen on the last page: a suggested share in per cent, or an amount of one's own; both 0 means none.
    tip_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    tip_amount: Mapped[int] = mapped_column(default=0, server_default="0")


class BasketLine(Base):
    """One configured dish; the same dish configured the same way is one line."""

    __tablename__ = "basket_line"
    __table_args__ = (UniqueConstraint("basket_id", "line_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"))
    line_key: Mapped[str] = mapped_column(String(64))
    sku: Mapped[str] = mapped_column(String(64))
    configuration: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    # What the diner last saw, so that a change can be said in words (P3).
    seen_name: Mapped[str] = mapped_column(String(200), default="")
    seen_unit_price: Mapped[int | None]
