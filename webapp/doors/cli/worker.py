"""`worker`: tells the loyalty programmes, settles payments and keeps house, until it is asked to stop.

Each loop on a thread of its own, so that none waits for another: deliveries (one lane per merchant's connection), the
reconciler, short messages, pictures, sessions, figures, upkeep. Any number of workers may run beside each other:
leases and conditional updates keep them apart (G8). Whatever goes wrong in a round is logged and the loop goes on (O2).
"""

import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from webapp.ground import logs
from webapp.ground.config import Settings
from webapp.migrations import known
from webapp.nouns.outbox import box
from webapp.usecases.books.report import find_unheard, report_due
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.comparison import compare_due
from webapp.usecases.delivery.lane import AT_ONCE, work_lane
from webapp.usecases.kitchen.number import release_unchecked
from webapp.usecases.membership.sessions import leave_abandoned
from webapp.usecases.menu.encode import encode_due
from webapp.usecases.menu.tidy import forget_menus
from webapp.usecases.promotion.lock import release_locks
from webapp.usecases.proof.announce import announce_uses
from webapp.usecases.proof.messages import send_waiting
from webapp.usecases.rewards.settle import settle_due
from webapp.usecases.setup.connect import refresh_due
from webapp.usecases.staff.mail import send_waiting_mail
from webapp.usecases.staff.tidy import forget_staff
from webapp.usecases.upkeep.figures import count_alerts, count_outbox
from webapp.usecases.upkeep.retention import forget
from webapp.usecases.upkeep.tidy import tidy
from webapp.usecases.value.worker import move_due
from webapp.usecases.wiring import Wiring
from webapp.wire import build_wiring

LANES = 8
TURNS = 20  # batches of one connection before others get its thread
IDLE_S = 0.3  # a paid order leaves within 5 s (L5); most of that belongs to the programme
ANNOUNCE_S = 5.0
PICTURES_S = 2.0
COUNT_S = 15.0
KEEP_HOUSE_S = 60.0
BOOKS_S = 300.0  # a capture nobody told us of is given back within 15 minutes (M2)
LONGEST_PAUSE_S = 30.0


class Lanes:
    """Deliveries, one thread per connection at most: a merchant whose programme hangs holds up nobody else (L11)."""

    def __init__(self, wiring: Wiring, stopping: threading.Event) -> None:
        """`stopping`: set when no further row is to be begun."""
        self._wiring = wiring
        self._stopping = stopping
        self._pool = ThreadPoolExecutor(LANES, thread_name_prefix="lane")
        self._busy: set[int] = set()
        self._lock = threading.Lock()

    def dispatch(self) -> int:
        """Give every free connection with something to send a thread, as far as they go; how many were given one."""
        with self._lock:
            busy = set(self._busy)
        if len(busy) >= LANES:
            return 0
        with self._wiring.db.reading() as session:
            due = box.connections_due(session, self._wiring.clock.now(), busy, LANES - len(busy))
        for connection_id in due:
            with self._lock:
                self._busy.add(connection_id)
            self._pool.submit(self._work, connection_id)
        return len(due)

    def _work(self, connection_id: int) -> None:
        try:
            for _ in range(TURNS):
                if work_lane(self._wiring, connection_id, self._stopping.is_set) < AT_ONCE:
                    break
        except Exception:  # noqa: BLE001 -- a lane that fell ends here; its rows come back by their lease
            logs.get().error("a delivery lane fell", step="lane", row=connection_id, exc_info=True)
            self._stopping.wait(1)  # whatever it fell over is met again at once otherwise
        finally:
            with self._lock:
                self._busy.discard(connection_id)

    def close(self) -> None:
        """Wait for the calls under way."""
        self._pool.shutdown()


def keep_doing(name: str, work: Callable[[], int], pause_s: float, stopping: threading.Event) -> None:
    """Do `work` again and again, pausing when it found nothing, longer and longer while it fails."""
    failures = 0
    while not stopping.is_set():
        try:
            found = work()
        except Exception:  # noqa: BLE001 -- nothing ends the worker but being asked to
            failures += 1
            wait = min(LONGEST_PAUSE_S, IDLE_S * 2**failures)
            logs.get().error("a round of the worker failed", step=name, next_try_s=wait, exc_info=True)
        else:
            failures, wait = 0, 0.05 if found else pause_s
        stopping.wait(wait)


def work(wiring: Wiring, stopping: threading.Event) -> None:
    """Run every loop until `stopping` is set, then finish the calls under way."""
    lanes = Lanes(wiring, stopping)

    def count() -> int:
        count_outbox(wiring)
        count_alerts(wiring)
        return 0

    def keep_house() -> int:
        return (
            release_unchecked(wiring)
            + compare_due(wiring)
            + tidy(wiring)
            + forget(wiring)
            + forget_staff(wiring)
            + forget_menus(wiring)
        )

    def keep_books() -> int:
        find_unheard(wiring)
        report_due(wiring)
        return 0

    loops: tuple[tuple[str, Callable[[], int], float], ...] = (
        ("deliveries", lanes.dispatch, IDLE_S),
        ("reconciler", lambda: reconcile(wiring), 2 * IDLE_S),
        ("messages", lambda: send_waiting(wiring), IDLE_S),
        ("mail", lambda: send_waiting_mail(wiring), IDLE_S),
        ("notices", lambda: announce_uses(wiring), ANNOUNCE_S),
        ("locks", lambda: release_locks(wiring), 2 * IDLE_S),
        ("stored value", lambda: move_due(wiring), 2 * IDLE_S),
        ("purchases", lambda: settle_due(wiring), 2 * IDLE_S),
        ("pictures", lambda: encode_due(wiring), PICTURES_S),
        ("sessions", lambda: leave_abandoned(wiring), KEEP_HOUSE_S),
        ("lists of stores", lambda: refresh_due(wiring), KEEP_HOUSE_S),
        ("books", keep_books, BOOKS_S),
        ("figures", count, COUNT_S),
        ("upkeep", keep_house, KEEP_HOUSE_S),
    )
    threads = [
        threading.Thread(target=keep_doing, args=(name, todo, pause_s, stopping), name=name)
        for name, todo, pause_s in loops
    ]
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join()
    lanes.close()


def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; the exit status.

    A database of another level is refused (O4).
    """
    wiring = build_wiring(settings)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        known.check(wiring.db)
        logs.get().info("the worker has started")
        work(wiring, stopping)
    except known.UnknownLevel as refused:
        print(f"The worker does not start: {refused}", file=sys.stderr)
        return 2
    finally:
        wiring.db.close()
    logs.get().info("the worker has ended")
    return 0


def arguments(parser: ArgumentParser) -> None:
    """No options."""
    del parser


def command(settings: Settings, chosen: Namespace) -> int:
    """See `run`."""
    del chosen
    return run(settings)
