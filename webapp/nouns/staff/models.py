"""The people who work for merchants, what they may do where, and what they did."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class Staff(Base):
    """A person who signs in, by e-mail; may work for several merchants."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(80), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class StaffPost(Base):
    """What a person is at one merchant; ended, never deleted, so that the log keeps its names."""

    __tablename__ = "staff_post"
    __table_args__ = (UniqueConstraint("staff_id", "merchant_id"), Index("ix_staff_post_merchant_id", "merchant_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    role: Mapped[str] = mapped_column(String(10))  # owner | manager | staff
    # Ids of the stores they work in; None: all of them.
    store_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffSession(Base):
    """A browser somebody signed in with; the cookie holds the token, this row its digest."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_staff_id", "staff_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]  # when the password was last typed here


class StaffLink(Base):
    """A link that works once: an invitation, or a new password."""

    __tablename__ = "staff_link"
    __table_args__ = (Index("ix_staff_link_expires_at", "expires_at"), Index("ix_staff_link_merchant", "merchant_id"))

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # invitation | reset
    email: Mapped[str] = mapped_column(String(254))
    merchant_id: Mapped[int | None] = mapped_column(ForeignKey("merchant.id"))
    role: Mapped[str] = mapped_column(String(10), default="")
    store_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffDeed(Base):
    """Append-only: who did what to which thing, and when; never personal data of diners (D4)."""

    __tablename__ = "staff_deed"
    __table_args__ = (Index("ix_staff_deed_merchant", "merchant_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    deed: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(140), default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]


class MailMessage(Base):
    """A mail that waits to be sent; its words are sealed, and forgotten once it has left."""

    __tablename__ = "mail_message"
    __table_args__ = (Index("ix_mail_message_due", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text_sealed: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="new")  # new → leased → done | parked
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    lease: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
