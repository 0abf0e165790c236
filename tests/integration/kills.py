"""kill -9 at each crash point of section 2.10, as often as asked: nothing lost, nothing doubled, healed in a minute.

`python -m tests.integration.kills --times 50 [--database sqlite|postgresql] [--only C11 …]` kills that often at each
point and prints what was found. Time is simulated: a restarted worker looks every 5 s, as nothing but the clock moves.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from tests.databases import KINDS, Maker, done, makers, opened
from tests.integration import stands
from tests.integration.checkout_cast import Cast, on_stage
from tests.integration.promo_cast import Promos
from tests.integration.stands import Stand, dies, killed_on_the_wire, wait_out
from tests.integration.truth import broken
from tests.peers import ADA_ID
from webapp.ground.db import Database
from webapp.nouns.order.models import Order, PaymentNotice, Refund
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.locks import LIVE
from webapp.nouns.promotion.models import RewardLock
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.promotion.lock import release_locks

HEALED_WITHIN_S, LOOK_EVERY_S = 60, 5
LETTING_GO_S = 240  # an order ends, then a request in flight is waited for (90 s), then the sweeper comes round


@dataclass(frozen=True)
class Way:
    """One way to die: at the `moment`-th moment just before (odd) or just after (even) a commit, or on the wire."""

    stand: Stand
    moment: int = 0
    wire: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Point:
    """A crash point, such as C11, and the ways to die there."""

    name: str
    ways: tuple[Way, ...]


def _at(stand: Stand, *moments: int) -> tuple[Way, ...]:
    return tuple(Way(stand, moment) for moment in moments)


def _calling(stand: Stand, peer: str, route: str, *moments: str) -> tuple[Way, ...]:
    return tuple(Way(stand, wire=(peer, route, moment)) for moment in moments)


BOTH = ("before", "after")
POINTS = (
    Point("C8", _at(stands.placing, 1, 2)),
    Point("C9", (*_calling(stands.reserving, "loyalty", "rewards.lock", *BOTH), *_at(stands.reserving, 2, 3))),
    Point("C10", _at(stands.starting, 1, 2)),
    Point("C11", (*_calling(stands.starting, "payment", "sessions.create", *BOTH), *_at(stands.starting, 3))),
    Point("C12", _at(stands.starting, 4)),
    Point("C13", (*_at(stands.left_open, 1, 2), *_calling(stands.left_open, "payment", "sessions.get", *BOTH))),
    Point("C14", _at(stands.received, 0)),
    Point("C15", _at(stands.calling_back, 1)),
    Point("C16", _at(stands.calling_back, 3, 4)),
    Point("C17", _at(stands.calling_back, 2, 5, 6)),
    Point("C18", (*_at(stands.returning, 1, 2), *_calling(stands.returning, "payment", "sessions.get", *BOTH))),
    Point("C19", _at(stands.delivering, 1, 2, 3, 4)),
    Point("C20", _calling(stands.delivering, "loyalty", "orders.create", *BOTH)),
    Point("C21", _at(stands.delivering, 5)),
    Point("C22", (*_at(stands.letting_go, 1, 2, 3), *_calling(stands.letting_go, "loyalty", "rewards.unlock", *BOTH))),
    Point("C23", tuple(
        way for stand in (stands.cancelling, stands.expiring)
        for way in (*_calling(stand, "payment", "sessions.expire", *BOTH), *_at(stand, 1))
    )),
    Point("C24", (*_at(stands.cancelling, 1, 2), *_at(stands.expiring, 1, 2))),
    Point("C25", tuple(
        way for stand in (stands.refunding, stands.refunding_for_staff)
        for way in _calling(stand, "payment", "refunds.create", *BOTH)
    ) + _at(stands.giving_back, 2) + _at(stands.refunding_for_staff, 1)),
    Point("C26", (*_at(stands.withdrawing, 1, 2, 3), *_calling(stands.withdrawing, "loyalty", "orders.status", *BOTH))),
)  # fmt: skip


@dataclass
class Found:
    """What came of one kill."""

    healed_s: int
    wrong: list[str]


def kill_at(cast: Cast, way: Way) -> Found:
    """Play up to the step, kill the process that takes it, restart, and look."""
    before = len(cast.rows(Order))
    _, step = way.stand(cast)
    if way.wire is not None:
        killed_on_the_wire(cast, step, *way.wire)
    else:
        assert dies(cast, step, way.moment), f"{way.stand.__name__} has no moment {way.moment}"
    orders = cast.rows(Order)[before:]
    healed_s, wrong = _healed(cast, orders)
    wait_out(cast)
    for _ in range(LETTING_GO_S // 60):
        cast.later(seconds=60)
        release_locks(cast.wiring)
        cast.deliver()
    wrong += broken(cast, orders)
    if way.stand in {stands.reserving, stands.letting_go} and _reserved(cast):
        wrong.append("R4: a reward is still reserved at the programme")
    cast.payment.settings(capture="exact")
    return Found(healed_s, wrong)


def _healed(cast: Cast, orders: Sequence[Order]) -> tuple[int, list[str]]:
    """Seconds a restarted worker took until nothing was left to do, and what was still wrong after a minute."""
    worker = cast.restart()
    wrong: list[str] = []
    for seconds in range(0, HEALED_WITHIN_S + 1, LOOK_EVERY_S):
        cast.later(seconds=LOOK_EVERY_S if seconds else 0)
        reconcile(worker)
        work_lane(worker, cast.connection)
        release_locks(worker)
        wrong = list(_undone(cast, orders)) or broken(cast, orders)  # what waits is asked first: it costs little
        if not wrong:
            return seconds, []
    return HEALED_WITHIN_S, [f"after {HEALED_WITHIN_S} s: {words}" for words in wrong]


def _undone(cast: Cast, orders: Sequence[Order]) -> Iterator[str]:
    """Rows about these orders that a worker has yet to carry out."""
    ids = [order.id for order in orders]
    waiting = {
        "outbox rows": select(func.count()).where(
            OutboxMessage.order_id.in_(ids), OutboxMessage.state.in_(("new", "leased")),
            OutboxMessage.topic.in_(("loyalty.report", "loyalty.cancel")),
        ),
        "refunds": select(func.count()).where(Refund.order_id.in_(ids), Refund.state == "intended"),
        "reserved rewards": select(func.count()).where(
            RewardLock.order_id.in_(ids), RewardLock.state.in_(LIVE), RewardLock.order_id == Order.id,
            Order.state != "pending",
        ),
        "callbacks": select(func.count()).select_from(PaymentNotice).where(PaymentNotice.state == "new"),
    }  # fmt: skip
    with cast.wiring.db.reading() as session:
        for name, query in waiting.items():
            left = session.scalar(query)
            if left:
                yield f"{left} {name} wait"


def _reserved(cast: Cast) -> bool:
    program = cast.wiring.programs.of(cast.connection)
    assert program is not None
    owned = program.wallet(ADA_ID, store_slug="demo-republique", deadline_s=5).owned or ()
    return any(one.locked for one in owned)


def offer_a_crepe(cast: Cast) -> None:
    """The programme has a crêpe for nothing; a slot takes as many as come."""
    Promos(cast).reward("free-crepe", "free_product", external_id="CREPE", points=0)


def kill_often(point: Point, times: int, maker: Maker) -> list[Found]:
    """Kill `times` times at this point, in a house of its own."""
    url, remove = maker()
    database = opened(Database, url)
    try:
        with tempfile.TemporaryDirectory() as folder, on_stage(database, Path(folder), point.name) as cast:
            offer_a_crepe(cast)
            return [kill_at(cast, way) for way in itertools.islice(itertools.cycle(point.ways), times)]
    finally:
        done(database)
        remove()


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--only", nargs="*", default=[])
    chosen = parser.parse_args()
    bad = 0
    with makers(chosen.database) as maker:
        for point in POINTS:
            if chosen.only and point.name not in chosen.only:
                continue
            began = time.monotonic()
            found = kill_often(point, chosen.times, maker)
            wrong = [words for one in found for words in one.wrong]
            slowest = max(one.healed_s for one in found)
            bad += len(wrong)
            took = time.monotonic() - began
            sys.stdout.write(
                f"{chosen.database} {point.name}: {len(found)} kills, {len(wrong)} wrong, "
                f"healed within {slowest} s ({took:.0f} s)\n"
            )
            sys.stdout.writelines(f"  {words}\n" for words in wrong[:10])
            sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
