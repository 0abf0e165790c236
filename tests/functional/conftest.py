"""The shop in which the functional tests order."""

from pathlib import Path

import pytest

from tests.shop import Shop, open_shop
from webapp.ground.db import Database


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where static files are built once; databases lie elsewhere."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def shop(database: Database, shared_data: Path) -> Shop:
    """The demo's merchants on a fresh database, at noon."""
    return open_shop(database, shared_data)
