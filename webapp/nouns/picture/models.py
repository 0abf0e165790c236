"""Pictures of dishes and logos: as somebody uploaded them until the worker has read them, then as they are served."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class Picture(Base):
    """An uploaded picture, named by its content; in the database, since hosts share nothing else."""

    __tablename__ = "picture"
    __table_args__ = (Index("ix_picture_state", "state", "lease_until"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), default="dish", server_default="dish")  # or: logo
    # new → encoding → ready | failed; a lease that ran out is taken again, three times at most.
    state: Mapped[str] = mapped_column(String(10), default="new")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    # Forgotten once encoded: it may say where and when it was taken.
    source: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class PictureFile(Base):
    """One served file, `<key>-<width>.<format>`."""

    __tablename__ = "picture_file"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(32), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
