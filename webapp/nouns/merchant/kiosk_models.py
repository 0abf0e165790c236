"""Devices paired as kiosks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class Kiosk(Base):
    """One device that stands in a store: made at the desk, paired once, trusted until revoked."""

    __tablename__ = "kiosk"
    __table_args__ = (Index("ix_kiosk_store_id", "store_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    name: Mapped[str] = mapped_column(String(40))
    # Who eats here sits at the kiosk's own table, whose printed code nobody has.
    table_id: Mapped[int] = mapped_column(ForeignKey("dining_table.id"))
    # SHA-256 of the one-time code, NULL once used; of the device's token, NULL until paired.
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime | None]
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    paired_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
