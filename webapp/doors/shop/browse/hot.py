"""What is kept of the menu between requests: pages by store, language and hour, and the small parts put into them.

Nothing here is shared between browsers but what every browser is shown: a basket is kept under the browser that holds
it, and every entry belongs to one very `OnSale`, so that a change of the menu makes it worthless at once.
"""

import hashlib
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar

from webapp.doors.shop.arrive.meal import meal_minute
from webapp.doors.shop.browse.pieces import Filling, Pieces
from webapp.nouns.basket.glance import Glance
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.catalog.shelf import OnSale

PAGES_KEPT = 128
PLACES_KEPT = 1024
BASKETS_KEPT = 4096

NOBODY = Glance(0, "", None, None, None, None)

T = TypeVar("T")


class Recent(Generic[T]):
    """The values used most recently, each true only while its store sells exactly what it did."""

    def __init__(self, most: int) -> None:
        """`most`: how many are kept."""
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[OnSale, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, on_sale: OnSale, key: Hashable) -> T | None:
        """The value kept under `key` for this very menu; None when there is none or it is out of date."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] is not on_sale:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def keep(self, on_sale: OnSale, key: Hashable, value: T) -> T:
        """Keep `value`; the one used longest ago goes when there are too many."""
        with self._lock:
            self._kept[key] = (on_sale, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


class Page:
    """A kept menu page and a short name of its content."""

    def __init__(self, pieces: Pieces) -> None:
        """`pieces`: the page, cut."""
        self.pieces = pieces
        self.digest = digest(*(kept.deflated for kept in pieces.kept))


class Part:
    """A kept filling and a short name of its content."""

    def __init__(self, html: str) -> None:
        """`html`: what goes into the hole."""
        content = html.encode()
        self.filling = Filling.squeezed(content)
        self.digest = digest(content)


@dataclass(frozen=True)
class Asked:
    """One browser before one menu.

    `owner`: the fingerprint of its token, "" when it holds none. `kiosk`: the paired device it is, or 0.
    """

    selling: OnSale
    here: Glance
    language: str
    owner: str
    now: datetime
    kiosk: int = 0

    @cached_property
    def minute(self) -> int | None:
        """The store's local minute the meal is for."""
        return meal_minute(self.selling.store, self.here.mode, self.here.slot_at, self.now)


@dataclass(frozen=True)
class Served:
    """A page put together: its tag, and how to write it out."""

    page: Page
    placed: Part
    chosen: Part
    tag: str

    def body(self, token: Filling, *, squeeze: bool) -> bytes:
        """The bytes to send; `squeeze`: as gzip."""
        fillings = {"place": self.placed.filling, "basket": self.chosen.filling, "token": token}
        return self.page.pieces.gzipped(fillings) if squeeze else self.page.pieces.joined(fillings)


def serve(page: Page, placed: Part, chosen: Part, secret: str, *, squeeze: bool) -> Served:
    """Put a page together.

    A token on it stays good as long as the browser's own `secret` does, so the secret, not the token, is in its tag.
    """
    tag = digest(page.digest, placed.digest, chosen.digest, secret.encode()).hex()
    return Served(page, placed, chosen, f"{tag}-g" if squeeze else tag)


class Larder:
    """Everything one application keeps."""

    def __init__(self) -> None:
        """Empty."""
        self.pages: Recent[Page] = Recent(PAGES_KEPT)
        self.places: Recent[Part] = Recent(PLACES_KEPT)
        self.baskets: Recent[Part] = Recent(BASKETS_KEPT)
        self._edges: Recent[tuple[int, ...]] = Recent(PAGES_KEPT)

    def page_key(self, asked: Asked) -> Hashable:
        """What tells one kept page from another."""
        store, hour = asked.selling.store.id, self.hour(asked.selling, asked.minute)
        return (store, asked.language, asked.here.mode, hour, asked.kiosk)

    def place_key(self, asked: Asked) -> Hashable:
        """What tells one kept place from another; what it says of opening hours is true for a minute."""
        here = asked.here
        minute = int(asked.now.timestamp()) // 60
        return (asked.selling.store.id, asked.language, here.table, here.slot_at, minute, asked.kiosk)

    def basket_key(self, asked: Asked) -> Hashable:
        """What tells one kept basket from another: its owner first, so that nobody is ever shown somebody else's."""
        here = asked.here
        owner = asked.owner if here.basket_id is not None else ""
        return (owner, here.basket_id, here.revision, here.changed_at, self.page_key(asked))

    def find(self, asked: Asked) -> tuple[Page, Part, Part] | None:
        """Everything this browser is to be shown, when all of it is kept."""
        page = self.pages.get(asked.selling, self.page_key(asked))
        placed = self.places.get(asked.selling, self.place_key(asked))
        chosen = self.baskets.get(asked.selling, self.basket_key(asked))
        return (page, placed, chosen) if page and placed and chosen else None

    def hour(self, on_sale: OnSale, minute: int | None) -> int | None:
        """Which stretch of the day `minute` lies in; within one, the same dishes are served. None asks nothing."""
        if minute is None:
            return None
        edges = self._edges.get(on_sale, on_sale.store.id)
        if edges is None:
            edges = self._edges.keep(on_sale, on_sale.store.id, serving_edges(on_sale.menu))
        return bisect_right(edges, minute) if edges else None


def serving_edges(menu: Menu) -> tuple[int, ...]:
    """The minutes of the day at which some dish begins or ceases to be served."""
    return tuple(sorted({edge for item in menu.items.values() for span in item.hours or () for edge in span}))


def digest(*contents: bytes) -> bytes:
    """A short name for these bytes."""
    hashed = hashlib.blake2b(digest_size=12)
    for content in contents:
        hashed.update(content)
        hashed.update(b"\0")
    return hashed.digest()
