"""Payments told of by many callbacks, shuffled, doubled and late, by return page and reconciler, all at once (M5).

`python -m tests.integration.callbacks [--payments 100] [--callbacks 100] [--database sqlite|postgresql] [--seed S]`
plays each payment twice from the same seed: once told of plainly, once so. The rows of both must be the same ones.
"""

import argparse
import hashlib
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.databases import KINDS, Maker, done, makers, opened
from tests.integration.checkout_cast import Cast, chance_of, on_stage
from tests.integration.truth import broken
from webapp.ground.db import Base, Database
from webapp.nouns.order.models import Alert, Order, OrderTransition, PaymentAttempt, PaymentCapture, Refund
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.payment.port import PaymentTrouble
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.reconcile import reconcile

# What must be the same. Names, numbers and moments differ between two orders; `test_races` holds every column of one.
TOLD: dict[Any, tuple[str, ...]] = {
    Order: ("state", "currency", "subtotal", "total", "tip", "vat", "discounts", "progress", "points_state", "phone"),
    PaymentAttempt: ("number", "provider", "state", "amount", "currency", "account", "livemode"),
    PaymentCapture: ("provider", "amount", "currency", "honoured", "asked_back"),
    Refund: ("state", "amount", "reason"),
    OrderTransition: ("before", "after"),
    OutboxMessage: ("topic", "state", "reason"),
    Alert: ("kind", "resolved_at"),
}
AT_ONCE = 8
ACTIONS = ("pay", "pay", "pay", "twice")


def rows_of(cast: Cast, order: Order) -> str:
    """A hash of everything we hold about an order that is not left to chance."""
    said = []
    for table, columns in TOLD.items():
        about = Base.metadata.tables[table.__tablename__].c
        named = about.id == order.id if table is Order else None
        named = about.subject.contains(order.reference) if table is Alert else named
        rows = cast.rows(table, about.order_id == order.id if named is None else named)
        said += sorted(repr([table.__tablename__, *(getattr(row, name) for name in columns)]) for row in rows)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def tell(cast: Cast, order: Order, callbacks: int, seed: str) -> None:
    """The news of one payment: `callbacks` of them by each of eight threads' roads at once; 0: one plain return."""
    roads: list[Callable[[], object]] = [partial(refresh, cast.wiring, order.reference, "return")]
    if callbacks:
        chance = chance_of(seed)
        roads += [partial(cast.call_back, chance.choice(cast.events(order))) for _ in range(callbacks)]
        roads += [partial(refresh, cast.wiring, order.reference, "return") for _ in range(3)]
        roads += [partial(reconcile, cast.wiring) for _ in range(3)]
        chance.shuffle(roads)
    _all_at_once(roads)


def _all_at_once(roads: list[Callable[[], object]]) -> None:
    waiting: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
    for road in (*roads, *[None] * AT_ONCE):
        waiting.put(road)
    fell: list[str] = []

    def walk() -> None:
        while (road := waiting.get()) is not None:
            try:
                road()
            except PaymentTrouble:
                continue
            except Exception as error:  # noqa: BLE001 -- shown in the caller's own thread
                fell.append(repr(error))

    threads = [threading.Thread(target=walk) for _ in range(min(AT_ONCE, len(roads)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not fell, fell


def play(cast: Cast, payments: int, callbacks: int, seed: str) -> tuple[int, list[str]]:
    """Every payment, told of so; how many effects the programme saw, and a hash of each one's rows."""
    hashes: list[str] = []
    orders: list[Order] = []
    for number in range(payments):
        order, _ = cast.opened()
        cast.later(seconds=61)
        cast.paid_at_provider(order, chance_of(f"{seed}:{number}").choice(ACTIONS))
        tell(cast, order, callbacks, f"{seed}:{number}")
        orders.append(order)
    cast.rounds(2, seconds=61)
    while cast.deliver():
        pass
    found = broken(cast)
    assert not found, found
    hashes = [rows_of(cast, order) for order in orders]
    return sum(cast.effects(order) for order in orders), hashes


def in_a_house(maker: Maker, payments: int, callbacks: int, seed: str) -> tuple[int, list[str]]:
    """`play` in a house of its own."""
    url, remove = maker()
    database = opened(Database, url)
    try:
        with tempfile.TemporaryDirectory() as folder, on_stage(database, Path(folder), seed) as cast:
            return play(cast, payments, callbacks, seed)
    finally:
        done(database)
        remove()


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=100)
    parser.add_argument("--callbacks", type=int, default=100)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--seed", default="1")
    chosen = parser.parse_args()
    with makers(chosen.database) as maker:
        once = in_a_house(maker, chosen.payments, 0, chosen.seed)
        many = in_a_house(maker, chosen.payments, chosen.callbacks, chosen.seed)
    same = once == many
    sys.stdout.write(
        f"{chosen.payments} payments × {chosen.callbacks} callbacks on {chosen.database}, seed {chosen.seed}: "
        f"{many[0]} effects, rows {'the same as' if same else 'OTHER THAN'} of one clean run\n"
    )
    return 0 if same and once[0] == chosen.payments else 1


if __name__ == "__main__":
    sys.exit(main())
