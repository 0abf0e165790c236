"""The servers under measurement: processes of ours, their processor time and memory as the kernel counts them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from webapp.doors.cli.bench.report import Failed
from webapp.doors.cli.lean import LEAN

ROOT = Path(__file__).resolve().parents[4]
TICKS = os.sysconf("SC_CLK_TCK")
START_S = 30.0
# One processor for the load, one for the server, where there are two: neither then waits for the other.
CPUS = sorted(os.sched_getaffinity(0))


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


@contextmanager
def process(
    command: Sequence[str], environment: Mapping[str, str], log: Path, port: int | None = None
) -> Iterator[int]:
    """A process of ours for as long as the block runs; its id.

    Args:
        command: what to run.
        environment: its whole environment.
        log: file its words go to.
        port: the block begins once it answers there.

    Raises:
        Failed: when it ends or does not answer within 30 s; with its last words.
    """
    with log.open("ab") as words:
        child = subprocess.Popen(  # noqa: S603 -- our own commands only
            command, cwd=ROOT, env=dict(environment), stdout=words, stderr=words, start_new_session=True
        )
    try:
        ends = time.monotonic() + START_S
        while port is not None and not _answers(port):
            if child.poll() is not None or time.monotonic() > ends:
                raise Failed(f"{command[2]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield child.pid
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


@dataclass(frozen=True)
class Server:
    """A running gunicorn."""

    pid: int
    port: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return _children(self.pid)

    def cpu_s(self) -> float:
        """Processor seconds its workers have used so far, user and system."""
        spent = 0
        for pid in self.workers:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / TICKS

    def memory_mb(self) -> tuple[float, float]:
        """Resident and proportional memory of its largest worker, in MB."""
        sizes = []
        for pid in self.workers:
            rows = [row.split() for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
            known = {row[0]: int(row[1]) / 1024 for row in rows}
            sizes.append((known["Rss:"], known["Pss:"]))
        return max(sizes)


@contextmanager
def gunicorn(application: str, environment: Mapping[str, str], folder: Path, name: str) -> Iterator[Server]:
    """A gunicorn with the very settings of production, serving `application` (`module:name`)."""
    port = free_port()
    own = (
        dict(environment)
        | LEAN
        | {
            "PASSE_PLAT_BIND": f"127.0.0.1:{port}",
            "PASSE_PLAT_DATA_DIR": str(folder / name),
            "PYTHONPATH": str(ROOT),
        }
    )
    (folder / name).mkdir(exist_ok=True)
    command = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.doors.cli.web_server", application]
    with process(command, own, folder / f"{name}.log", port) as pid:
        server = Server(pid, port)
        ends = time.monotonic() + START_S
        while len(server.workers) < int(own["PASSE_PLAT_WEB_WORKERS"]) and time.monotonic() < ends:
            time.sleep(0.05)
        if len(CPUS) > 1:
            for worker in server.workers:
                for task in Path(f"/proc/{worker}/task").iterdir():
                    os.sched_setaffinity(int(task.name), {CPUS[-1]})
        yield server
