"""What pages and prices need to know of a store, as plain immutable values that can be kept between requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from webapp.nouns.merchant.hours import Hours
from webapp.nouns.merchant.models import LoyaltyConnection, Merchant, Store, StoreMapping
from webapp.nouns.order.board_models import Board, is_heard


@dataclass(frozen=True)
class MerchantFacts:
    """A merchant as diners see it."""

    id: int
    slug: str
    name: str
    legal_name: str
    vat_number: str
    languages: tuple[str, ...]
    default_language: str
    currency: str
    accent: str
    logo: str
    loyalty_display: str
    terms: Mapping[str, str]
    catalog_number: int


@dataclass(frozen=True)
class StoreFacts:
    """A store as diners see it.

    `loyalty_vendor` is empty where the merchant has no programme, `tip_percents` where the store takes no tips.
    """

    id: int
    merchant: MerchantFacts
    slug: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    phone: str
    timezone: str
    modes: tuple[str, ...]
    hours: Mapping[str, Any]
    exceptions: tuple[Mapping[str, Any], ...]
    prep_minutes: int
    slot_minutes: int
    slot_items: int
    tip_percents: tuple[int, ...]
    vat_map: Mapping[int, int]
    menu_stamp: int
    connection_id: int | None
    loyalty_vendor: str
    loyalty_slug: str
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    busy_minutes: int = 0
    needs_listener: bool = False
    counter_modes: tuple[str, ...] = ()
    till_account_id: int | None = None
    # Whether that and nobody listening held when this was read, see `board_models`.
    unheard: bool = False

    def refusal(self, now: datetime) -> str:
        """Why no order is taken at this moment whatever the hours say: `paused`, `unheard`, or "" when it is."""
        if self.paused_at is not None and (self.paused_until is None or now < self.paused_until):
            return "paused"
        return "unheard" if self.unheard else ""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The store's own time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def opening(self) -> Hours:
        """Opening hours with their exceptions."""
        return Hours.of(self.hours, self.exceptions, self.zone)

    @property
    def address(self) -> str:
        """Street, postcode and town on one line."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip()) if part)


def _merchant(row: Merchant) -> MerchantFacts:
    return MerchantFacts(
        id=row.id, slug=row.slug, name=row.name, legal_name=row.legal_name, vat_number=row.vat_number,
        languages=tuple(row.languages), default_language=row.default_language, currency=row.currency,
        accent=row.accent, logo=row.logo, loyalty_display=row.loyalty_display, terms=dict(row.terms),
        catalog_number=row.catalog_number,
    )  # fmt: skip


def _store(
    row: Store,
    merchant: MerchantFacts,
    connection: LoyaltyConnection | None,
    mapping: StoreMapping | None,
    *,
    unheard: bool,
) -> StoreFacts:
    mapped = mapping if mapping is not None and connection and mapping.connection_id == connection.id else None
    return StoreFacts(
        id=row.id, merchant=merchant, slug=row.slug, name=row.name, street=row.street, postcode=row.postcode,
        city=row.city, country=row.country, phone=row.phone, timezone=row.timezone, modes=tuple(row.modes),
        hours=row.hours, exceptions=tuple(row.exceptions), prep_minutes=row.prep_minutes,
        slot_minutes=row.slot_minutes, slot_items=row.slot_items,
        tip_percents=tuple(row.tip_percents) if row.tips_on else (),
        vat_map={int(rate): value for rate, value in row.vat_map.items()}, menu_stamp=row.menu_stamp,
        connection_id=connection.id if connection else None, loyalty_vendor=connection.vendor if connection else "",
        loyalty_slug=mapped.slug if mapped else "", paused_at=row.paused_at, paused_until=row.paused_until,
        busy_minutes=row.busy_minutes, needs_listener=row.needs_listener, unheard=row.needs_listener and unheard,
        counter_modes=tuple(row.counter_modes), till_account_id=row.till_account_id,
    )  # fmt: skip


# Made once: a menu out of date asks one of them, and making one costs as much as asking it.
_EVERY = (
    select(Store, Merchant, LoyaltyConnection, StoreMapping, Board.heard_at)
    .outerjoin(Board, Board.store_id == Store.id)
    .join(Merchant, Merchant.id == Store.merchant_id)
    .outerjoin(
        LoyaltyConnection,
        (LoyaltyConnection.merchant_id == Merchant.id) & (LoyaltyConnection.state != "retired"),
    )
    .outerjoin(StoreMapping, StoreMapping.store_id == Store.id)
    .order_by(Store.position, Store.id)
)
_OF_MERCHANT = _EVERY.where(Merchant.slug == bindparam("merchant_"))
_AT_ADDRESS = _OF_MERCHANT.where(Store.slug == bindparam("slug_"))
_BY_ID = _EVERY.where(Store.id == bindparam("store_"))


def _rows(
    session: Session,
    now: datetime | None,
    query: Select[Store, Merchant, LoyaltyConnection, StoreMapping, datetime | None],
    **asked: str | int,
) -> list[StoreFacts]:
    return [
        _store(row[0], _merchant(row[1]), row[2], row[3], unheard=now is not None and not is_heard(row[4], now))
        for row in session.execute(query, asked)
    ]


def store_by_slugs(
    session: Session, merchant_slug: str, store_slug: str, now: datetime | None = None
) -> StoreFacts | None:
    """The store at this address, or None. `now`: for whoever asks whether somebody listens there."""
    found = _rows(session, now, _AT_ADDRESS, merchant_=merchant_slug, slug_=store_slug)
    return found[0] if found else None


def store_by_id(session: Session, store_id: int, now: datetime | None = None) -> StoreFacts | None:
    """The store of this row, or None. `now`: as above."""
    found = _rows(session, now, _BY_ID, store_=store_id)
    return found[0] if found else None


def stores_of(session: Session, merchant_slug: str, now: datetime | None = None) -> list[StoreFacts]:
    """Every store of a merchant, in its own order. `now`: as above."""
    return _rows(session, now, _OF_MERCHANT, merchant_=merchant_slug)


def every_store(session: Session) -> list[StoreFacts]:
    """Every store of every merchant, in one question."""
    return _rows(session, None, _EVERY)


def legal_of(session: Session, merchant_id: int) -> Mapping[str, Mapping[str, str]]:
    """A merchant's legal texts per language: `terms`, `legal_notice`, `privacy`."""
    row = session.execute(
        select(Merchant.terms, Merchant.legal_notice, Merchant.privacy).where(Merchant.id == merchant_id)
    ).one()
    return {"terms": row[0], "legal_notice": row[1], "privacy": row[2]}


def merchants(session: Session) -> list[MerchantFacts]:
    """Every merchant, by name."""
    return [_merchant(row) for row in session.scalars(select(Merchant).order_by(Merchant.name))]
