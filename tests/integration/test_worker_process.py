"""The worker as a process: asked to end, killed outright, started on the wrong database (O2, O4, C19 to C21)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.integration.scene import SIGNING_KEY, VAULT_KEY, Scene
from tests.peers import ADA
from webapp.bootstrap import ROOT
from webapp.ground.clock import SystemClock
from webapp.nouns.outbox.models import OutboxMessage

KEY = "sk_0123456789abcdefghijklmnopqrstuv"


class Workers:
    """Starts workers on the scene's database; ends them all."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        """`folder`: for their data and words."""
        scene.clock.set(SystemClock().now())
        named = {
            "MODE": "test",
            "SECRET_KEYS": SIGNING_KEY,
            "VAULT_KEYS": VAULT_KEY,
            "DATA_DIR": str(folder),
            "DATABASE_URL": scene.database.url.render_as_string(hide_password=False),
            "PONGO_BASE_URL": scene.peer.api,
            "SANDBOX_PAYMENT_API_KEY": KEY,
            "SANDBOX_PAYMENT_WEBHOOK_SECRETS": KEY,
        }
        self.environment = dict(os.environ) | {f"PASSE_PLAT_{name}": value for name, value in named.items()}
        self.log = folder / "worker.log"
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """A new worker."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "webapp.doors.cli", "worker"]
            process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        self.started.append(process)
        return process

    def close(self) -> None:
        """End what still runs."""
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def workers(scene: Scene, tmp_path: Path) -> Iterator[Workers]:
    started = Workers(scene, tmp_path / "data")
    (tmp_path / "data").mkdir()
    yield started
    started.close()


def _until(happened: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
def test_a_worker_killed_in_the_middle_of_a_call_is_healed_by_a_restart(
    scene: Scene, workers: Workers, kind: str
) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind=kind, seconds=10)
    first = workers.start()
    _until(lambda: scene.message(order_id).attempts == 1)
    time.sleep(0.5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert scene.message(order_id).state == "leased"
    with scene.database.transaction() as session:  # as if the lease had run out meanwhile
        row = session.get_one(OutboxMessage, scene.message(order_id).id)
        row.leased_until = scene.clock.now() - timedelta(seconds=1)
        session.flush()
    workers.start()
    _until(lambda: scene.message(order_id).state == "done")
    assert [told["points"] for told in scene.effects()] == [10]


def test_a_worker_asked_to_end_does_so_at_once_and_says_nothing_personal(scene: Scene, workers: Workers) -> None:
    order_id = scene.pay()
    process = workers.start()
    _until(lambda: scene.message(order_id).state == "done")
    process.send_signal(signal.SIGTERM)
    assert process.wait(8) == 0
    said = workers.log.read_text()
    assert "the worker has ended" in said
    assert [word for word in (ADA[1:], "Ada", VAULT_KEY) if word in said] == []


def test_a_database_of_another_level_is_refused(scene: Scene, workers: Workers) -> None:
    with scene.database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert workers.start().wait(20) == 2
    assert "run migrate" in workers.log.read_text()
