"""The café most integration tests happen in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.checkout_cast import Cast, on_stage
from tests.integration.scene import MAPPED, NOON, Scene, open_cafe
from tests.peers import TOKEN, LoyaltyPeer, loyalty_peer
from webapp.ground.clock import FixedClock
from webapp.ground.db import Database


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[LoyaltyPeer]:
    """A loyalty sandbox over real HTTP."""
    with loyalty_peer(tmp_path) as running:
        yield running


@pytest.fixture
def scene(database: Database, peer: LoyaltyPeer) -> Scene:
    """The café, connected to the sandbox."""
    return Scene(database, peer, FixedClock(NOON), open_cafe(database, "cafe", TOKEN, NOON, MAPPED))


@pytest.fixture
def cast(database: Database, tmp_path: Path) -> Iterator[Cast]:
    """A café that sells, with a payment sandbox beside the loyalty sandbox."""
    with on_stage(database, tmp_path) as everybody:
        yield everybody
