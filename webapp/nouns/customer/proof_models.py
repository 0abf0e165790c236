"""Proof that a browser is the owner of a number, and the messages that carry it (section 3 of the invariants)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class ProvenBrowser(Base):
    """This browser has proved this number at this merchant; 90 days, revocable."""

    __tablename__ = "proven_browser"
    __table_args__ = (UniqueConstraint("browser", "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))  # fingerprint of the 256-bit token in its cookie
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    method: Mapped[str] = mapped_column(String(10))  # sms | pin
    proved_at: Mapped[datetime]
    # When this browser first proved it: a new browser waits before it spends much, one that only renews does not.
    known_since: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """A code sent by SMS: kept as a keyed digest, 10 minutes, 5 tries, once, for the browser that asked."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_browser", "browser", "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    digest: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class SmsMessage(Base):
    """A short message to send: the outbox of the SMS port, told by the worker, text sealed (D4, X5)."""

    __tablename__ = "sms_message"
    __table_args__ = (Index("ix_sms_message_due", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(16))  # code | spent
    text_sealed: Mapped[str]
    state: Mapped[str] = mapped_column(String(8), default="new")  # new → leased → done | parked
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    lease: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
