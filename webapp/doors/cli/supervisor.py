"""Keeps child processes running: starts them, waits until they answer, starts again what dies, ends all cleanly."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from webapp.ground.http import CallFailed, HttpPeer

READY_SECONDS = 40.0
STOP_SECONDS = 6.0
SETTLED_SECONDS = 10.0
LONGEST_PAUSE = 10.0
PATIENCE = 3
PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A child did not come up; the message is a sentence followed by its last words."""


def _die_with_parent() -> None:
    # A supervisor killed outright cannot end its children; the system does it, so that the ports are free again.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One process to keep alive. `health`: an address that answers 200 once it works, if it has one."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    log: Path
    health: str | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """Start it in a group of its own (Ctrl-C reaches the supervisor alone), its words going to `log`."""
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 -- our own commands
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 -- the supervisor has one thread
            )

    def status(self) -> int | None:
        """None while it runs, else how it ended."""
        return self.process.poll() if self.process else 0

    def answers(self) -> bool:
        """Whether it works: its health address says 200, or it has none and runs."""
        if self.health is None:
            return self.status() is None
        parts = urlsplit(self.health)
        peer = HttpPeer(f"{parts.scheme}://{parts.netloc}", allowed_hosts=frozenset({parts.netloc}))
        try:
            return peer.request("GET", parts.path, deadline_s=2).status == 200
        except CallFailed:
            return False
        finally:
            peer.close()

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def signal_group(self, number: int) -> None:
        """Send `number` to it and whatever it started."""
        if self.process:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


class Supervisor:
    """The children of one demo, in the order they are started."""

    def __init__(
        self, children: list[Child], say: Callable[[str], None], *, stop_seconds: float = STOP_SECONDS
    ) -> None:
        """`say`: takes one sentence for the person at the terminal. `stop_seconds`: what children get to end."""
        self._children = children
        self._say = say
        self._stop_seconds = stop_seconds
        self._stopping = False

    def stop_on(self, *numbers: int) -> None:
        """End everything when one of these signals comes."""
        for number in numbers:
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def start(self) -> None:
        """Start every child and wait until each answers.

        Raises:
            StartFailed: when one dies at once or does not answer in time.
        """
        for child in self._children:
            child.start()
        ends = time.monotonic() + READY_SECONDS
        waiting = list(self._children)
        while waiting and not self._stopping:
            for child in self._children:
                if child.status() is not None:
                    raise StartFailed(f"{child.name} did not start. Its last words:\n{child.last_words()}")
            if time.monotonic() > ends:
                raise StartFailed(f"{waiting[0].name} does not answer. Its last words:\n{waiting[0].last_words()}")
            waiting = [child for child in waiting if not child.answers()]
            time.sleep(0.1 if waiting else 0)

    def watch(self) -> None:
        """Start again what dies, after a pause that grows while it keeps dying, until asked to stop."""
        while not self._stopping:
            for child in self._children:
                self._heal(child, time.monotonic())
            time.sleep(0.2)

    def _heal(self, child: Child, now: float) -> None:
        if child.status() is None:
            if child.deaths and now - child.started > SETTLED_SECONDS:
                child.deaths = 0
            return
        if child.process is not None:
            child.signal_group(signal.SIGKILL)  # workers a killed master left behind still hold its port
            pause = min(LONGEST_PAUSE, 0.2 * 2**child.deaths)
            self._say(f"{child.name} ended ({_ending(child.status())}); starting it again.")
            if child.deaths == PATIENCE:
                self._say(f"{child.name} keeps ending; see {child.log}.")
            child.deaths, child.due, child.process = child.deaths + 1, now + pause, None
        if now >= child.due:
            child.start()

    def stop(self) -> None:
        """Ask every child to end, newest first, and end those that do not within seconds."""
        self._stopping = True
        for child in reversed(self._children):
            if child.process and child.status() is None:
                child.process.terminate()
        ends = time.monotonic() + self._stop_seconds
        for child in self._children:
            while child.process and child.status() is None and time.monotonic() < ends:
                time.sleep(0.05)
            child.signal_group(signal.SIGKILL)
            if child.process:
                child.process.wait()


def _ending(status: int | None) -> str:
    return f"signal {-status}" if status is not None and status < 0 else f"status {status}"
