"""What we know of the merchant's account at its programme, and the connecting under way."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class ConnectState(Base):
    """The `state` of one OAuth form: random, used once, bound to a signed-in browser and a merchant (A6)."""

    __tablename__ = "connect_state"
    __table_args__ = (Index("ix_connect_state_created_at", "created_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_digest: Mapped[str] = mapped_column(String(64))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ProgramPlace(Base):
    """A store as the programme listed it; `gone_at` once its list no longer names it."""

    __tablename__ = "program_place"

    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(200), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(200), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    gone_at: Mapped[datetime | None]


class ProgramCheck(Base):
    """When a connection's list of stores was last asked for, last read, and what was wrong ("" when nothing)."""

    __tablename__ = "program_check"

    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"), primary_key=True)
    tried_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(60), default="")
