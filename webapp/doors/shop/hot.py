"""What is kept of the menu between requests: pages by store, language and hour, and the small parts put into them.

Nothing here is shared between browsers but what every browser is shown: a basket is kept under the browser that holds
it, and every entry belongs to one very `OnSale`, so that a change of the menu makes it worthless at once.
"""

import hashlib
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from webapp.doors.shop.pieces import Filling, Pieces
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.catalog.shelf import OnSale

PAGES_KEPT = 128
PLACES_KEPT = 1024
BASKETS_KEPT = 4096

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
        self.digest = digest(*(kept.content for kept in pieces.kept))


class Part:
    """A kept filling and a short name of its content."""

    def __init__(self, html: str) -> None:
        """`html`: what goes into the hole."""
        content = html.encode()
        self.filling = Filling.squeezed(content)
        self.digest = digest(content)


class Larder:
    """Everything one application keeps."""

    def __init__(self) -> None:
        """Empty."""
        self.pages: Recent[Page] = Recent(PAGES_KEPT)
        self.places: Recent[Part] = Recent(PLACES_KEPT)
        self.baskets: Recent[Part] = Recent(BASKETS_KEPT)
        self._edges: Recent[tuple[int, ...]] = Recent(PAGES_KEPT)

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
