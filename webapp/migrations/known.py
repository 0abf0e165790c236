"""The schema this code was written for, read without Alembic: servers and workers ask at every start (O4).

Alembic and its templates would stay in the memory of every process that only wants to know this one word.
"""

from pathlib import Path

from sqlalchemy import inspect, text

from webapp.ground.db import Database

VERSIONS = Path(__file__).parent / "versions"
TABLE = "alembic_version"


class UnknownLevel(Exception):
    """The database's schema is not the one this code was written for."""


def expected() -> str:
    """The revision this code was written for: the last number in front of a migration's file name."""
    return max((path.name[:4] for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py")), default="")


def current(database: Database) -> str:
    """The revision the database is at; empty when it holds nothing yet."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(TABLE):
            return ""
        return str(connection.scalar(text(f"SELECT version_num FROM {TABLE}")) or "")  # noqa: S608 -- our own word


def check(database: Database) -> None:
    """Refuse to serve on a schema this code does not know.

    A newer revision is refused too: only the release before it may run beside a migration, and it knows its own head.

    Raises:
        UnknownLevel: when the levels differ.
    """
    have, want = current(database), expected()
    if have != want:
        raise UnknownLevel(f"the database is at migration {have or 'none'!r}, this code expects {want!r}: run migrate")
