"""The worker's loops: nothing ends them but being asked to, and no merchant waits for another's programme (O2, L11)."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.integration.scene import MAPPED, Scene, open_cafe, wiring_at
from tests.peers import LOYALTY_SEED, TOKEN, loyalty_peer
from webapp.doors.cli.worker import keep_doing, work
from webapp.ground.clock import SystemClock
from webapp.ground.db import Database
from webapp.usecases.wiring import Wiring


@contextmanager
def _working(wiring: Wiring) -> Iterator[None]:
    stopping = threading.Event()
    thread = threading.Thread(target=work, args=(wiring, stopping))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(20)
        assert not thread.is_alive()


def _until(happened: Callable[[], bool], seconds: float) -> float:
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - begun


def _on_wall_clock(scene: Scene) -> None:
    """The same café, living now."""
    scene.clock.set(SystemClock().now())


def test_a_paid_order_leaves_within_five_seconds_and_its_points_come_back(scene: Scene) -> None:
    _on_wall_clock(scene)
    with _working(wiring_at(scene.database, {TOKEN: scene.peer.api}, SystemClock())):
        time.sleep(0.5)
        order_id = scene.pay()
        assert _until(lambda: scene.message(order_id).state == "done", 5) < 5
        _until(lambda: scene.order(order_id).points_state == "credited", 8)


def test_two_workers_deliver_every_order_once(scene: Scene) -> None:
    _on_wall_clock(scene)
    orders = [scene.pay() for _ in range(10)]
    apis = {TOKEN: scene.peer.api}
    with (
        _working(wiring_at(scene.database, apis, SystemClock())),
        _working(wiring_at(scene.database, apis, SystemClock())),
    ):
        _until(lambda: all(scene.message(order_id).state == "done" for order_id in orders), 15)
    assert [told["times"] for told in scene.effects()] == [1] * 10


def test_a_hanging_programme_holds_up_no_other_merchant(scene: Scene, tmp_path: Path) -> None:
    _on_wall_clock(scene)
    other = _other_merchant(scene)
    (tmp_path / "other").mkdir()
    with loyalty_peer(tmp_path / "other", _seed("hanging")) as hanging:
        hanging.fault(route="*", kind="hang", seconds=30, count=100)
        hung = [other.pay() for _ in range(3)]
        apis = {TOKEN: scene.peer.api, "hanging": hanging.api}
        with _working(wiring_at(scene.database, apis, SystemClock(), patience_s=6)):
            time.sleep(1)
            fine = scene.pay()
            assert _until(lambda: scene.message(fine).state == "done", 5) < 5
        assert {scene.message(order_id).state for order_id in hung} == {"new"}
        assert other.account().failures > 0
        assert hanging.ledger()["orders"] == []


def _seed(token: str) -> dict[str, object]:
    [merchant] = LOYALTY_SEED["merchants"]
    return {"merchants": [merchant | {"token": token}]}


def _other_merchant(scene: Scene) -> Scene:
    connection = open_cafe(scene.database, "other", "hanging", scene.clock.now(), MAPPED)
    return replace(scene, slug="other", connection=connection)


def test_a_round_that_falls_is_followed_by_another(scene: Scene) -> None:
    stopping, rounds = threading.Event(), []

    def falls() -> int:
        rounds.append(1)
        if len(rounds) == 3:
            stopping.set()
        raise ZeroDivisionError

    keep_doing("test", falls, 0.01, stopping)
    assert len(rounds) == 3
    assert scene.due() == []


def test_a_database_that_goes_away_ends_nothing(scene: Scene) -> None:
    gone = Database(f"sqlite:///{scene.peer.url.rpartition(':')[2]}/nowhere/at-all.db")
    with _working(wiring_at(gone, {TOKEN: scene.peer.api}, SystemClock())):
        time.sleep(1)
