"""`bench`: the product measured beside a bare Flask in one run, on this machine, now.

Rounds against the two servers alternate, so that whatever else the machine does falls on both. What counts first is
the processor time of the server's workers, as the kernel counts it; requests per second stand beside it.
"""

import os
import sys
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from webapp.doors.cli.bench import board, clicks, coupon, deliveries, hanging, importing, lists, orders, pages
from webapp.doors.cli.bench.postgresql import KINDS
from webapp.doors.cli.bench.report import Failed, Figure, table
from webapp.doors.cli.bench.servers import CPUS, ROOT, free_port, process
from webapp.doors.cli.bench.stage import PAYMENT_KEY, PAYMENT_SECRET, Stage, Wish, stage
from webapp.ground import logs
from webapp.ground.config import Settings

PARTS = ("pages", "orders", "journeys", "worker", "partner", "clicks", "coupon", "board", "import", "lists")
ALONE: Mapping[str, Callable[[Stage], Figure]] = {
    "clicks": clicks.figure,
    "coupon": coupon.figure,
    "board": board.figure,
    "import": importing.figure,
}
TOLD = """\
Everything happens on the loopback address, in a temporary directory and a database of its own.
parts: pages (warm, unchanged, cold, first visit, memory), orders (add, place), journeys, worker, partner (a loyalty
programme that hangs), clicks (one button pressed 2,000 times at once), coupon (5,000 checkouts on a code with one use),
board (50 order boards, 1,000 orders, connections cut at random), import (a menu of 5,000 products), lists (what
desks ask beside 100,000 past orders). A figure that
misses its aim is marked; only a wrong answer ends the run with status 1.
For --database postgresql, TEST_DATABASE_URL names a server whose user may create databases; without it the one of the
test packages is started.
"""


def arguments(parser: ArgumentParser) -> None:
    """The options of `bench`."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = TOLD
    parser.add_argument("--quick", action="store_true", help="less than a minute, wider spread")
    parser.add_argument("--database", choices=KINDS, default="sqlite", help="which database both servers use")
    parser.add_argument("--only", choices=PARTS, action="append", metavar="PART", help="this part only; repeatable")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each comparison (5, quick 3)")
    parser.add_argument("--scale", type=float, metavar="X", help="length of each round, 1 being the full run's")


@contextmanager
def _outside(folder: Path, payment_port: int, loyalty_port: int) -> Iterator[None]:
    """The payment page and the programme, each a process of its own."""
    plain = {**os.environ, "PYTHONPATH": str(ROOT)}
    keys = {"SANDBOX_PAYMENT_API_KEY": PAYMENT_KEY, "SANDBOX_PAYMENT_WEBHOOK_SECRETS": PAYMENT_SECRET}
    payment = [sys.executable, "-m", "webapp.sandbox.payment", "--port", str(payment_port)]
    loyalty = [sys.executable, "-m", "webapp.doors.cli.bench.loyalty_stand_in", str(loyalty_port)]
    with (
        process(payment, plain | keys, folder / "payment.log", payment_port),
        process(loyalty, plain, folder / "loyalty.log", loyalty_port),
    ):
        yield


def _figures(on: Stage, parts: set[str], wish: Wish) -> Iterator[Figure]:
    with pages.pair(on) as servers:
        if "pages" in parts:
            yield from pages.first_visit(servers)
            yield from pages.warm(on, servers)
            yield pages.cold(on, servers)
        if "orders" in parts:
            yield orders.add(on, servers)
            yield orders.place(on, servers)
        if "journeys" in parts:
            api = f"Bearer {PAYMENT_KEY}"
            yield orders.journeys(on, servers, wish.payment_port, api)
    if "pages" in parts:
        yield from pages.memory(on)
    if "worker" in parts:
        yield from deliveries.figures(on)
    if "partner" in parts:
        yield hanging.figure(on, wish.loyalty_port)
    for part, measure in ALONE.items():
        if part in parts:
            yield measure(on)
    if "lists" in parts:
        yield from lists.figures(on)


def command(settings: Settings | None, chosen: Namespace) -> int:
    """Measure and print; 1 when anything was answered wrongly."""
    del settings  # the bench makes its own, for a database of its own
    logs.configure(level="WARNING")
    wish = Wish(
        kind=chosen.database,
        rounds=chosen.rounds or (3 if chosen.quick else 5),
        scale=chosen.scale or (0.25 if chosen.quick else 1.0),
        payment_port=free_port(),
        loyalty_port=free_port(),
    )
    if len(CPUS) > 1:
        os.sched_setaffinity(0, CPUS[:-1])
    began, found = time.monotonic(), []
    try:
        with stage(wish, os.environ) as on, _outside(on.folder, wish.payment_port, wish.loyalty_port):
            for figure in _figures(on, set(chosen.only or PARTS), wish):
                found.append(figure)
                print(f"{figure.name}: {figure.value} (aim {figure.aim}) {figure.detail}", flush=True)
    except Failed as failed:
        print(f"The run is worth nothing: {failed}", file=sys.stderr)
        return 1
    finally:
        os.sched_setaffinity(0, CPUS)
    print(f"\n{table(found)}\n\n{wish.kind}, {wish.rounds} rounds, {time.monotonic() - began:.0f} s.")
    return 0
