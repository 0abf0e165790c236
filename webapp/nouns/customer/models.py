"""Diners: the browser's visit, the number it gave, and the proof of every consent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, column, func, select, table
from sqlalchemy.orm import Mapped, column_property, mapped_column

from webapp.ground.db import Base, UtcDateTime

# Every row of the same table, to ask for the others of one member.
_SAME = table(
    "customer",
    column("merchant_id"),
    column("member_id"),
    column("member_connection_id"),
    column("spending_locked_at", UtcDateTime()),
).alias("same_member")


class Customer(Base):
    """One person at one merchant, by phone number or by what else the programme knows them by (A2)."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("merchant_id", "phone"), Index("ix_customer_member", "merchant_id", "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    # E.164; for somebody without a number the key that stands for them, see `identities.py`.
    phone: Mapped[str] = mapped_column(String(20))
    # What such a key stands for; empty for a number.
    identity_sealed: Mapped[str] = mapped_column(Text, default="", server_default="")
    # The programme's id of this person under `member_connection_id`; learned from look-ups and enrolments.
    member_id: Mapped[str | None] = mapped_column(String(120))
    member_connection_id: Mapped[int | None] = mapped_column(ForeignKey("loyalty_connection.id"))
    # The last wallet the programme showed us, for "as of 12:04" when it is slow (R3).
    wallet: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    wallet_store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    wallet_as_of: Mapped[datetime | None]
    # "This was not me", said by the owner of this very number, who alone takes it back by proving it.
    own_lock_at: Mapped[datetime | None] = mapped_column("spending_locked_at")
    # Since when nobody spends these points: locked here, or under another name of the same member (a card, an address).
    spending_locked_at: Mapped[datetime | None] = column_property(
        func.coalesce(
            own_lock_at,
            select(func.min(_SAME.c.spending_locked_at))
            .where(
                _SAME.c.merchant_id == merchant_id,
                _SAME.c.member_id == member_id,
                _SAME.c.member_connection_id == member_connection_id,
            )
            .scalar_subquery(),
            type_=UtcDateTime(),
        )
    )
    created_at: Mapped[datetime]


class Visit(Base):
    """One browser at one merchant: where it sits, what it speaks, who it says it is."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("browser", "merchant_id"), Index("ix_visit_seen_at", "seen_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))  # fingerprint of the token in the browser's cookie
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    mode: Mapped[str] = mapped_column(String(8), default="collect")
    table_id: Mapped[int | None] = mapped_column(ForeignKey("dining_table.id"))
    slot_at: Mapped[datetime | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    # member | new | unsure (the programme did not answer) | joined | guest (chose to go on without)
    membership: Mapped[str] = mapped_column(String(8), default="")
    # Too many strangers asked for this number: nothing of it is shown without proof.
    strict: Mapped[bool] = mapped_column(default=False)
    identified_at: Mapped[datetime | None]
    # Answers given in this visit; empty means not asked or left, and is then never sent (D1).
    consent_email: Mapped[bool | None]
    consent_sms: Mapped[bool | None]
    email: Mapped[str | None] = mapped_column(String(254))
    # Where the programme itself proved who this is: its id of them, a secret of this one browser (X5).
    member_sealed: Mapped[str] = mapped_column(Text, default="", server_default="")
    member_connection_id: Mapped[int | None]
    # When the programme was told that this person had left (`Capabilities.sessions`); older than `seen_at`: came back.
    checked_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class ConsentEvidence(Base):
    """Append-only: one answer to one question, with the words it was asked in (D2)."""

    __tablename__ = "consent_evidence"
    __table_args__ = (
        Index("ix_consent_evidence_customer_id", "customer_id"),
        Index("ix_consent_evidence_merchant", "merchant_id", "answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    channel: Mapped[str] = mapped_column(String(8))  # email | sms
    granted: Mapped[bool]
    answered_at: Mapped[datetime]
    wording: Mapped[str] = mapped_column(Text)
    wording_version: Mapped[str] = mapped_column(String(32))
    wording_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    page: Mapped[str] = mapped_column(String(40))
    proof: Mapped[str] = mapped_column(String(8))  # typed | proved
