"""Children are started, waited for, started again when they die, and ended with their supervisor."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp import bootstrap
from webapp.doors.cli.supervisor import Child, StartFailed, Supervisor

SERVER = """
import http.server, sys
class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy).serve_forever()
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _child(directory: Path, name: str, script: str, port: int | None = None) -> Child:
    health = f"http://127.0.0.1:{port}/healthz" if port else None
    command = [sys.executable, "-c", script, str(port)]
    log = directory / f"{name}.log"
    log.touch()
    return Child(name, command, dict(os.environ), log, health)


def _eventually(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    state = Path("/proc", str(pid), "stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Child, Child, list[str]]]:
    site = _child(tmp_path, "site", SERVER, _free_port())
    worker = _child(tmp_path, "worker", "import time; time.sleep(600)")
    said: list[str] = []
    supervisor = Supervisor([site, worker], said.append)
    supervisor.start()
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    yield site, worker, said
    supervisor.stop()
    watching.join()


def test_after_the_start_every_child_answers(watched: tuple[Child, Child, list[str]]) -> None:
    site, worker, _ = watched
    assert site.answers()
    assert worker.answers()


@pytest.mark.parametrize("place", [0, 1])
def test_a_killed_child_is_named_and_comes_back_by_itself(watched: tuple[Child, Child, list[str]], place: int) -> None:
    child = (watched[0], watched[1])[place]
    assert child.process
    killed = child.process.pid
    os.kill(killed, signal.SIGKILL)
    _eventually(lambda: child.process is not None and child.process.pid != killed and child.answers())
    assert watched[2] == [f"{child.name} ended (signal 9); starting it again."]


def test_stopping_ends_every_child_within_seconds_even_a_deaf_one(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    child = _child(tmp_path, "deaf", deaf)
    supervisor = Supervisor([child], print, stop_seconds=0.5)
    supervisor.start()
    _eventually(lambda: "up" in child.last_words())
    assert child.process
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5
    assert not _is_alive(child.process.pid)


def test_a_child_that_cannot_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    broken = _child(tmp_path, "site", "raise SystemExit('the oven is cold')", _free_port())
    supervisor = Supervisor([broken], print)
    with pytest.raises(StartFailed, match=r"site did not start(.|\n)*the oven is cold"):
        supervisor.start()
    supervisor.stop()


def test_children_end_with_a_supervisor_killed_outright(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from webapp.doors.cli.supervisor import Child\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "child = Child('x', command, dict(os.environ), Path(sys.argv[1]))\n"
        "child.start(); print(child.process.pid, flush=True); time.sleep(600)"
    )
    reading, writing = os.pipe()
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    environment = os.environ | {"PYTHONPATH": str(bootstrap.ROOT)}
    actions = [(os.POSIX_SPAWN_DUP2, writing, 1)]
    supervisor = os.posix_spawn(sys.executable, command, environment, file_actions=actions)
    child = int(os.read(reading, 20))
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(supervisor, 0)
    _eventually(lambda: not _is_alive(child))
    os.close(reading)
    os.close(writing)
