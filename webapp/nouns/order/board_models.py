"""What order boards read: how far a store's feed is, what each step of it was about, and who listens."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base

# A board says every ten seconds that it is there; one that was cut off has this long to find its way back.
PATIENCE = timedelta(seconds=60)


class Board(Base):
    """A store's feed: the number of its newest event, and when an open board was last heard."""

    __tablename__ = "board"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
    heard_at: Mapped[datetime | None]


class BoardEvent(Base):
    """Append-only: one thing that changed on a store's board, numbered without gaps in the order of the commits.

    The number is drawn from the store's row, whose lock is held until the commit: whoever has read up to N has missed
    nothing below it, on either database. A sequence could not promise that.
    """

    __tablename__ = "board_event"
    __table_args__ = (UniqueConstraint("store_id", "number"), Index("ix_board_event_order_id", "order_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    number: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    before: Mapped[str] = mapped_column(String(12))
    after: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    at: Mapped[datetime]


def is_heard(heard_at: datetime | None, now: datetime) -> bool:
    """Whether a board heard at that moment still counts as listening."""
    return heard_at is not None and now - heard_at <= PATIENCE
