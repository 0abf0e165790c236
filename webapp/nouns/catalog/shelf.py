"""What each store sells right now, compiled once per version and kept in memory.

A page may be up to one second behind another worker; whoever places an order asks with its own session and is not.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.menu import Menu, compile_menu
from webapp.nouns.catalog.models import CatalogVersion, SoldOut
from webapp.nouns.merchant.facts import StoreFacts, store_by_id, store_by_slugs
from webapp.nouns.merchant.models import Store
from webapp.nouns.picture.store import named, ready

SECONDS_KEPT = 1.0
STORES_KEPT = 512
_STAMP = select(Store.menu_stamp).where(Store.id == bindparam("store_"))


@dataclass(frozen=True)
class OnSale:
    """A store and its menu at one stamp."""

    store: StoreFacts
    menu: Menu


class NoSuchStore(LookupError):
    """No store at this address."""


class _Read:
    """A document, and the menus made of it last: stores it makes no exception for share one."""

    def __init__(self, text: str) -> None:
        """`text`: of a published version."""
        self.document = Catalog.model_validate_json(text)
        self.pictures = named(self.document)
        self._named = {slug for row in (*self.document.products, *self.document.set_menus) for slug in row.stores}
        self._made = lru_cache(maxsize=4)(self._make)

    def menu(self, slug: str, sold_out: frozenset[str], vat_map: Mapping[int, int], unready: frozenset[str]) -> Menu:
        """What this store sells. `unready`: pictures not to be shown yet."""
        made = self._made(slug if slug in self._named else "", sold_out, tuple(sorted(vat_map.items())), unready)
        return replace(made, store=slug)

    def _make(
        self, slug: str, sold_out: frozenset[str], vat_map: tuple[tuple[int, int], ...], unready: frozenset[str]
    ) -> Menu:
        return compile_menu(self.document, slug, sold_out=sold_out, vat_map=dict(vat_map), unready=unready)


@lru_cache(maxsize=4)
def _read(text: str) -> _Read:
    """The document in `text`; most changes are of what is sold out, in one store after the other, not of this."""
    return _Read(text)


def _menu(session: Session, store: StoreFacts, now: datetime) -> Menu:
    text = session.scalar(
        select(CatalogVersion.document).where(
            CatalogVersion.merchant_id == store.merchant.id, CatalogVersion.number == store.merchant.catalog_number
        )
    )
    if text is None:
        raise NoSuchStore(f"{store.merchant.slug} has no menu yet")
    gone = session.scalars(
        select(SoldOut.key).where(SoldOut.store_id == store.id, or_(SoldOut.until.is_(None), SoldOut.until > now))
    )
    made = _read(text)
    unready = made.pictures - ready(session, store.merchant.id) if made.pictures else made.pictures
    return made.menu(store.slug, frozenset(gone), store.vat_map, unready)


class Shelf:
    """The menus this process has compiled."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """`monotonic`: a clock in seconds that never goes back, for how long a stamp is trusted."""
        self._monotonic = monotonic
        self._by_id: dict[int, OnSale] = {}
        self._seen: dict[tuple[str, str], tuple[float, OnSale]] = {}
        self._lock = threading.Lock()

    def recent(self, merchant_slug: str, store_slug: str) -> OnSale | None:
        """What was on sale here within the last second, without asking the database; None when that is too old."""
        kept = self._seen.get((merchant_slug, store_slug))
        if kept is None or self._monotonic() - kept[0] > SECONDS_KEPT:
            return None
        return kept[1]

    def at(self, session: Session, merchant_slug: str, store_slug: str, now: datetime) -> OnSale:
        """What is on sale at this address, at most one second behind.

        Raises:
            NoSuchStore: unknown address.
        """
        recent = self.recent(merchant_slug, store_slug)
        if recent is not None:
            return recent
        asked = self._monotonic()
        store = store_by_slugs(session, merchant_slug, store_slug, now)
        if store is None:
            raise NoSuchStore(f"{merchant_slug}/{store_slug}")
        on_sale = self._compiled(session, store, now)
        if len(self._seen) >= STORES_KEPT:
            self._seen.clear()
        self._seen[merchant_slug, store_slug] = (asked, on_sale)
        return on_sale

    def exactly(self, session: Session, store_id: int, now: datetime) -> OnSale:
        """What is on sale as this very transaction sees it; for whoever is about to freeze an order.

        Raises:
            NoSuchStore: unknown row.
        """
        return self.stamped(session, store_id, session.connection().execute(_STAMP, {"store_": store_id}).scalar(), now)

    def stamped(self, session: Session, store_id: int, stamp: int | None, now: datetime) -> OnSale:
        """As `exactly`, for whoever has read the store's `stamp` in this very transaction.

        Raises:
            NoSuchStore: unknown row.
        """
        kept = self._by_id.get(store_id)
        if kept is not None and kept.store.menu_stamp == stamp:
            return kept
        store = store_by_id(session, store_id, now)
        if store is None:
            raise NoSuchStore(str(store_id))
        return self._compiled(session, store, now)

    def _compiled(self, session: Session, store: StoreFacts, now: datetime) -> OnSale:
        kept = self._by_id.get(store.id)
        if kept is not None and kept.store == store:
            return kept
        # Two threads may compile the same menu once at a change; the lock only keeps a crowd from doing so.
        with self._lock:
            kept = self._by_id.get(store.id)
            if kept is not None and kept.store == store:
                return kept
            on_sale = OnSale(store, _menu(session, store, now))
            if len(self._by_id) >= STORES_KEPT:
                self._by_id.clear()
            self._by_id[store.id] = on_sale
            return on_sale
