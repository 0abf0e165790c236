"""A process killed outright in the middle of buying: restart alone brings the truth (C4 to C6, O2)."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.buyer import Buyer, buyer
from tests.integration.scene import Scene
from webapp.ground.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ada(scene: Scene) -> Buyer:
    """Ada, living now."""
    scene.clock.set(SystemClock().now())
    return buyer(scene)


def _killed(ada: Buyer, when: Callable[[], bool]) -> None:
    """Press in another process and kill it outright once `when` says so."""
    wish = {
        "store_id": ada.store.id, "customer_id": ada.customer_id, "visit_id": ada.visit_id, "reward_id": "rew_1",
        "key": ada.key(), "cost": 50, "language": "fr",
    }  # fmt: skip
    url = ada.scene.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.integration.purchase_actor", url, ada.scene.peer.api, json.dumps(wish)]
    actor = subprocess.Popen(command, cwd=ROOT)
    try:
        until = time.monotonic() + 30
        while not when():
            assert time.monotonic() < until, "it did not come so far"
            assert actor.poll() is None, "it ended before it was killed"
            time.sleep(0.02)
    finally:
        actor.kill()
        actor.wait()


def test_killed_after_the_intent(ada: Buyer) -> None:
    ada.scene.peer.fault(route="*", kind="hang_before", seconds=10)
    _killed(ada, lambda: ada.states() == ["intended"])
    assert ada.settles_within(60) == ["void"]
    assert ada.debits() == []


def test_killed_while_the_programme_has_not_acted_yet(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="slow", seconds=3)
    _killed(ada, lambda: ada.states() == ["sent"])
    assert ada.debits() == []
    until = time.monotonic() + 10
    while not ada.debits() and time.monotonic() < until:
        time.sleep(0.1)
    assert ada.settles_within(180) == ["owned"]
    assert (ada.debits(), len(ada.panel().owned or ())) == ([50], 1)


def test_killed_before_a_request_that_never_acts(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="hang_before", seconds=10)
    _killed(ada, lambda: ada.states() == ["sent"])
    assert ada.settles_within(180) == ["void"]
    assert (ada.debits(), ada.panel().points) == ([], 400)


def test_killed_after_the_debit_and_before_the_answer_is_kept(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="hang_after", seconds=10)
    _killed(ada, lambda: bool(ada.debits()))
    assert ada.settles_within(180) == ["owned"]
    assert (ada.debits(), len(ada.panel().owned or ())) == ([50], 1)
