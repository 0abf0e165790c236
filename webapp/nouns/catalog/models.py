"""Versions of a merchant's menu, and what has run out meanwhile."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class CatalogVersion(Base):
    """One immutable menu document; the merchant's `catalog_number` points at the one on sale."""

    __tablename__ = "catalog_version"
    __table_args__ = (UniqueConstraint("merchant_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    number: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class SoldOut(Base):
    """Something a store has run out of: a SKU, or `sku-or-group:option`; until further notice when `until` is empty."""

    __tablename__ = "sold_out"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(140), primary_key=True)
    until: Mapped[datetime | None]


class MenuDraft(Base):
    """An import somebody has looked at and not applied yet; only they can, and only for a while."""

    __tablename__ = "menu_draft"
    __table_args__ = (UniqueConstraint("merchant_id", "staff_id"),)

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    # What is worth saying about the file: the encoding it was read in.
    note: Mapped[str] = mapped_column(String(40), default="", server_default="")
    document: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
