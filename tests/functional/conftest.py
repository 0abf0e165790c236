"""The shop in which the functional tests order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import done, opened
from tests.functional.town import Town, open_town
from tests.shop import Shop, Watched, open_shop


@pytest.fixture(scope="session")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where static files are built once; databases lie elsewhere."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def watched(database_url: str) -> Iterator[Watched]:
    """A fresh, migrated, empty database that tells of every question."""
    there = opened(Watched, database_url)
    yield there
    done(there)


@pytest.fixture
def shop(watched: Watched, shared_data: Path) -> Shop:
    """The demo's merchants on a fresh database, at noon."""
    return open_shop(watched, shared_data)


@pytest.fixture
def town(watched: Watched, shared_data: Path, tmp_path: Path) -> Iterator[Town]:
    """The shop with a payment page and a loyalty programme beside it."""
    with open_town(watched, shared_data, tmp_path) as opened:
        yield opened
