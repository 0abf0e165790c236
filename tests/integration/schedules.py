"""Many evenings of random stories, each in the hope of finding something broken.

`python -m tests.integration.schedules --count 100000 [--seed S] [--database sqlite|postgresql] [--processes N]` plays
that many schedules, some hundred in a house of their own, in as many processes as there are cores. The same seed gives
the same schedules, however many processes share them. A violation is said with the seed of its house, such as `1/400`:
`--seed 1/400 --count 200` plays that house again.
"""

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

from tests.databases import KINDS, Maker, done, makers, opened
from tests.integration.checkout_cast import chance_of, on_stage
from tests.integration.evening import PATIENCE_S, Death, Evening, offer_crepes
from webapp.ground.db import Database

ROOT = Path(__file__).resolve().parents[2]
STORIES = 20  # told in one evening
A_HOUSE = 200  # schedules; its ledgers stay short
HOUSE_DONE = "house done: "


def play(database: Database, folder: Path, seed: str, count: int) -> list[str]:
    """Run `count` schedules on a migrated, empty database; what was broken, each with the seed that repeats it."""
    death = Death()
    death.watch(database)
    found: list[str] = []
    try:
        with on_stage(database, folder, seed) as cast:
            offer_crepes(cast)
            cast.wiring = replace(cast.wiring, page_seconds=PATIENCE_S, worker_seconds=PATIENCE_S)
            for number in range(0, count, STORIES):
                evening = Evening(cast, chance_of(f"{seed}:{number}"), death)
                found += [f"seed {seed}:{number}: {words}" for words in evening.run(min(STORIES, count - number))]
                # The next evening begins on a round quarter, so that slots lie where they lay before.
                cast.clock.set(cast.clock.now() + timedelta(minutes=15))
    finally:
        death.leave(database)
    return found


def houses(seed: str, count: int) -> Iterator[tuple[str, int]]:
    """The seed of each house, and how many schedules it sees."""
    for begun in range(0, count, A_HOUSE):
        yield f"{seed}/{begun}" if begun else seed, min(A_HOUSE, count - begun)


def play_house(maker: Maker, seed: str, many: int) -> list[str]:
    """`play` in a house of its own."""
    url, remove = maker()
    database = opened(Database, url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return play(database, Path(folder), seed, many)
    finally:
        done(database)
        remove()


def play_part(chosen: argparse.Namespace) -> None:
    """Play every n-th house and write down what came of it, a line each, for the process that started this one."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # what is looked through again and again is a tenth of a run otherwise
    with makers(chosen.database) as maker:
        for seed, many in islice(houses(chosen.seed, chosen.count), chosen.part, None, chosen.processes):
            found = play_house(maker, seed, many)
            sys.stdout.writelines(f"{words}\n" for words in found)
            sys.stdout.write(f"{HOUSE_DONE}{many}\n")
            sys.stdout.flush()


def _listen(command: list[str], heard: "SimpleQueue[str | None]") -> int:
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as part:
        for line in part.stdout or ():
            heard.put(line.strip())
    heard.put(None)
    return part.returncode


def play_all(chosen: argparse.Namespace, began: float) -> int:
    """Play every house, in several processes; how many violations and processes that fell there were."""
    heard: SimpleQueue[str | None] = SimpleQueue()
    total = violations = 0
    with ThreadPoolExecutor(chosen.processes) as pool:
        call = [sys.executable, "-m", __spec__.name, *sys.argv[1:], "--processes", str(chosen.processes), "--part"]
        parts = [pool.submit(_listen, [*call, str(part)], heard) for part in range(chosen.processes)]
        for _ in parts:
            while (line := heard.get()) is not None:
                if not line.startswith(HOUSE_DONE):
                    violations += 1
                    sys.stdout.write(f"{line}\n")
                    continue
                total += int(line.removeprefix(HOUSE_DONE))
                rate = total / (time.monotonic() - began)
                sys.stdout.write(
                    f"{total} of {chosen.count} schedules on {chosen.database} from seed {chosen.seed}: "
                    f"{violations} violations ({rate:.1f}/s)\n"
                )
                sys.stdout.flush()
    fell = sum(part.result() != 0 for part in parts)
    if fell:
        sys.stdout.write(f"{fell} of {chosen.processes} processes fell; {chosen.count - total} schedules unseen\n")
    return violations + fell


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--part", type=int, help="play only this process's houses, for the process that started it")
    chosen = parser.parse_args()
    if chosen.part is not None:
        play_part(chosen)
        return 0
    return 1 if play_all(chosen, time.monotonic()) else 0


if __name__ == "__main__":
    sys.exit(main())
