"""What the open boards of one process share: a limited number of lines, one reader of each feed, one heartbeat."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from webapp.ground.db import Database
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order import feed

LOOK_S = 0.25  # how far a board may be behind the database, beside the time its own line takes
BEAT_S = 10.0
BELIEVED_S = 5.0  # how long the guard's word holds for a board that only asks whether anything changed
KEPT = 1000

Mark = tuple[int, int]


class Kept(NamedTuple):
    """A card as JSON; `strip`: it is not among the columns, so the board is to read its page again."""

    json: str
    strip: bool


class Pass(NamedTuple):
    """The guard let this browser look at this store's board, in this language, until then."""

    until: float
    store: StoreFacts
    language: str


@dataclass
class Reader:
    """One store's feed as this process knows it. Every event above `floor` is in `newest`, by order."""

    mark: Mark
    read_at: float
    floor: int
    known: int
    newest: OrderedDict[int, int] = field(default_factory=OrderedDict)

    def follow(self, database: Database, store_id: int) -> None:
        """Read what is new, once for every board of this process."""
        while self.known < self.mark[0]:
            with database.reading() as session:
                last, changed = feed.since(session, store_id, self.known)
            if last <= self.known:
                return
            self.known = last
            self.mark = (max(self.mark[0], last), self.mark[1])
            # By number, not by which order came first: `since` reads back to the number a board has, and no further.
            for order, number in sorted(changed.items(), key=itemgetter(1)):
                self.newest[order] = number
                self.newest.move_to_end(order)
            while len(self.newest) > KEPT:
                self.floor = self.newest.popitem(last=False)[1]

    def since(self, after: int) -> tuple[int, dict[int, int]]:
        """As `feed.since`, from memory; `after` is not below `floor`."""
        found: list[tuple[int, int]] = []
        for order, number in reversed(self.newest.items()):
            if number <= after:
                break
            found.append((order, number))
        told = found[::-1][: feed.MOST_AT_ONCE]
        return (told[-1][1] if len(told) < len(found) else max(self.known, after)), dict(told)


class Boards:
    """One per application. Every stream is a thread of the server's: `lines` says how many it may spend on them."""

    def __init__(self, lines: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`lines`: streams at once; boards beyond that poll."""
        self._free = lines
        self._monotonic = monotonic
        self.drawing = threading.Lock()
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._marks: dict[int, Reader] = {}
        self._beats: dict[int, float] = {}
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._passes: OrderedDict[bytes, Pass] = OrderedDict()

    def now(self) -> float:
        """Seconds on a clock that only goes forwards."""
        return self._monotonic()

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

    def mark(self, database: Database, store_id: int, had: int = 0) -> Mark:
        """How far a store's feed is, and its menu's stamp; asked once for all boards of this process.

        `had`: the number a board has. Another process may have told it more than this one knows of.
        """
        seen = self._fresh(store_id, had)
        if seen is not None:
            return seen.mark
        with self._asking:  # whoever came second finds what the first was told
            return self._looked(database, store_id, had).mark

    def _fresh(self, store_id: int, had: int) -> Reader | None:
        reader = self._marks.get(store_id)
        fresh = reader is not None and self._monotonic() - reader.read_at < LOOK_S and had <= reader.mark[0]
        return reader if fresh else None

    def _looked(self, database: Database, store_id: int, had: int) -> Reader:
        fresh = self._fresh(store_id, had)
        if fresh is not None:
            return fresh
        moment, reader = self._monotonic(), self._marks.get(store_id)
        mark = feed.mark(database, store_id)
        if reader is None or mark[0] < reader.known:  # a smaller number: the database was put back from a backup
            reader = self._marks[store_id] = Reader(mark, moment, mark[0], mark[0])
        reader.mark, reader.read_at = mark, moment
        return reader

    def since(self, database: Database, store_id: int, after: int) -> tuple[int, dict[int, int]]:
        """What changed after an event, see `feed.since`; from memory for every board that is not far behind."""
        with self._asking:
            reader = self._looked(database, store_id, after)
            if after >= reader.floor:
                reader.follow(database, store_id)
                if after >= reader.floor:
                    return reader.since(after)
        with database.reading() as session:
            return feed.since(session, store_id, after)

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

    def believe(self, browser: bytes, store: StoreFacts, language: str) -> None:
        """The guard has just let this browser pass to this store's feed. `browser`: a digest of all it was told by."""
        with self._lock:
            self._passes.pop(browser, None)
            self._passes[browser] = Pass(self._monotonic() + BELIEVED_S, store, language)
            while len(self._passes) > KEPT:
                self._passes.popitem(last=False)

    def believed(self, browser: bytes) -> Pass | None:
        """What the guard said of it a moment ago; None when it is to be asked."""
        with self._lock:
            found = self._passes.get(browser)
        return found if found is not None and self._monotonic() < found.until else None
