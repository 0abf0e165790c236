"""Merchants, their stores and the tables in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.ground.db import Base


class Merchant(Base):
    """A restaurant company: one menu, one programme, one brand, one or more stores."""

    __tablename__ = "merchant"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    vat_number: Mapped[str] = mapped_column(String(32), default="")
    languages: Mapped[list[str]] = mapped_column(JSON)
    default_language: Mapped[str] = mapped_column(String(8))
    currency: Mapped[str] = mapped_column(String(3))
    accent: Mapped[str] = mapped_column(String(7))
    logo: Mapped[str] = mapped_column(String(120), default="")
    # "open": points shown on the typed number, as on a kiosk; "strict": only after proof (invariants, section 3).
    loyalty_display: Mapped[str] = mapped_column(String(8), default="open")
    # How a number is proved before points are spent: "sms" (a code), "pin" (the programme's own), "counter" (by staff).
    spend_proof: Mapped[str] = mapped_column(String(8), default="sms", server_default="sms")
    # Rewards dearer than this, in points, wait a quarter of an hour on a browser new to the number; 0: none waits.
    hold_above: Mapped[int] = mapped_column(default=500, server_default="500")
    # Law, per language: terms of sale, who publishes this, what becomes of personal data.
    terms: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    legal_notice: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    privacy: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    catalog_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Store(Base):
    """One place that sells: its own hours, zone, capacity and VAT."""

    __tablename__ = "store"
    __table_args__ = (UniqueConstraint("merchant_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    slug: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200), default="")
    postcode: Mapped[str] = mapped_column(String(16), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(2))
    phone: Mapped[str] = mapped_column(String(32), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    modes: Mapped[list[str]] = mapped_column(JSON)
    hours: Mapped[dict[str, list[list[str]]]] = mapped_column(JSON)
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    prep_minutes: Mapped[int] = mapped_column(default=15)
    slot_minutes: Mapped[int] = mapped_column(default=15)
    # How many items the kitchen can hand over in one slot.
    slot_items: Mapped[int] = mapped_column(default=20)
    # Whether the last page offers a tip, and which three shares of the sum it suggests, in per cent.
    tips_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    tip_percents: Mapped[list[int]] = mapped_column(JSON, default=lambda: [5, 10, 15], server_default="[5, 10, 15]")
    # In which modes diners may choose to pay at the counter, where staff confirm it; none until the store says so.
    counter_modes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    # The till that takes payments here (a row of `payment_account` with provider `till`); None without one. No foreign
    # key: SQLite would copy the table for it.
    till_account_id: Mapped[int | None]
    # VAT rates that hold here in place of the catalogue's, in basis points; keys are text because JSON says so.
    vat_map: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    # Ordering is paused since then, until a moment or until somebody says so; checked before every payment.
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    # Minutes the kitchen needs beyond its usual ones, for as long as it says so.
    busy_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    # Whether ordering pauses by itself while no order board listens.
    needs_listener: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Raised by every change a diner could see: prices, dishes, sold out, hours, brand.
    menu_stamp: Mapped[int] = mapped_column(default=1)


class DiningTable(Base):
    """A table with the code printed on it; a revoked code never opens it again."""

    __tablename__ = "dining_table"
    __table_args__ = (
        Index("ix_dining_table_store_id", "store_id"),
        Index("uq_dining_table_typed_code", "typed_code", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"))
    label: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    # What a diner types when the camera fails; NULL on tables of earlier releases until a desk looks at them.
    typed_code: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ConsentWording(Base):
    """Append-only: a merchant's own words for one question in one language; the newest is asked (D2)."""

    __tablename__ = "consent_wording"
    __table_args__ = (
        UniqueConstraint("merchant_id", "channel", "language", "number", name="uq_consent_wording_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    channel: Mapped[str] = mapped_column(String(8))  # email | sms
    language: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]  # 1, 2, …; 0 is the wording every merchant begins with and has no row
    # `{merchant}` stands for the merchant's name; empty: back to the wording every merchant begins with.
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class LoyaltyConnection(Base):
    """A merchant's account at a loyalty programme; the secrets are sealed (X5)."""

    __tablename__ = "loyalty_connection"
    __table_args__ = (Index("ix_loyalty_connection_merchant_id", "merchant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))
    vendor: Mapped[str] = mapped_column(String(32))
    client_id: Mapped[str] = mapped_column(String(200), default="")
    client_secret_sealed: Mapped[str] = mapped_column(default="")
    token_sealed: Mapped[str] = mapped_column(default="")
    token_expires_at: Mapped[datetime | None]
    # connected → needs_reconnect (401) → connected; retired when another connection takes its place.
    state: Mapped[str] = mapped_column(String(20), default="connected")
    # What its stores were called there when it was retired, by our store's row: for orders that are still its own (L9).
    last_slugs: Mapped[dict[str, str] | None] = mapped_column(JSON)
    # The circuit breaker: no call of the worker before this moment (L11).
    paused_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class StoreMapping(Base):
    """Which store of the programme one of our stores is."""

    __tablename__ = "store_mapping"

    store_id: Mapped[int] = mapped_column(ForeignKey("store.id"), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("loyalty_connection.id"))
    slug: Mapped[str] = mapped_column(String(120))
    mapped_at: Mapped[datetime]
