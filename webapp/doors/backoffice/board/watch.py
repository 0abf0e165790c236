"""What the open boards of one process share: a limited number of lines, one look at each feed, one heartbeat."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple

from webapp.ground.db import Database
from webapp.nouns.order import feed

LOOK_S = 0.25  # how far a board may be behind the database, beside the time its own line takes
BEAT_S = 10.0
KEPT = 1000

Mark = tuple[int, int]


class Kept(NamedTuple):
    """A card as JSON; `strip`: it is not among the columns, so the board is to read its page again."""

    json: str
    strip: bool


class Boards:
    """One per application. Every stream is a thread of the server's: `lines` says how many it may spend on them."""

    def __init__(self, lines: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`lines`: streams at once; boards beyond that poll."""
        self._free = lines
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._marks: dict[int, tuple[float, Mark]] = {}
        self._beats: dict[int, float] = {}
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def admit(self) -> bool:
        """Take one of the lines; False when all are taken."""
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        """Give it back."""
        with self._lock:
            self._free += 1

    def mark(self, database: Database, store_id: int) -> Mark:
        """How far a store's feed is, and its menu's stamp; asked once for all boards of this process."""
        moment = self._monotonic()
        seen = self._marks.get(store_id)
        if seen is not None and moment - seen[0] < LOOK_S:
            return seen[1]
        found = feed.mark(database, store_id)
        self._marks[store_id] = (moment, found)
        return found

    def beat_due(self, store_id: int) -> bool:
        """Whether it is time to write down that somebody listens; True at most every ten seconds."""
        with self._lock:
            moment = self._monotonic()
            if moment - self._beats.get(store_id, -BEAT_S) < BEAT_S:
                return False
            self._beats[store_id] = moment
            return True

    def kept(self, keys: Iterable[Hashable]) -> dict[Hashable, Kept]:
        """Which of these cards were drawn already, for whichever board asked first."""
        with self._lock:
            return {key: self._kept[key] for key in keys if key in self._kept}

    def keep(self, drawn: Mapping[Hashable, Kept]) -> None:
        """Keep cards just drawn; the oldest go when there are too many."""
        with self._lock:
            self._kept.update(drawn)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
