"""Which schema the database has, which one this code expects, and the way from one to the other (O4, O6, C31)."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from webapp.ground.db import Database, spell_indexes
from webapp.migrations.known import UnknownLevel, check, current, expected
from webapp.nouns.schema import metadata

# One lock for every host that may migrate the same PostgreSQL database at once.
ADVISORY_LOCK = 7_205_019

__all__ = ["UnknownLevel", "check", "current", "differences", "expected", "upgrade", "write_revision"]


class BrokenReferences(Exception):
    """A migration left rows that point to nothing: it must not be kept."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`, the expected one by itself; each step commits whole or not at all.

    Raises:
        BrokenReferences: a step left rows behind that point to nothing.
    """
    config = _config()
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # A change SQLite cannot make in place copies the table and drops the old one, and dropping it would take
            # along every row that points to it. The setting holds for this connection, outside transactions only.
            _driver(connection).execute("PRAGMA foreign_keys=OFF")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
            connection.exec_driver_sql("SET lock_timeout = '10s'; SET statement_timeout = 0")
            connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
        if database.is_sqlite:
            _check_references(_driver(connection))
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver: Any = connection.connection.driver_connection
    found: sqlite3.Connection = driver
    return found


def _check_references(driver: sqlite3.Connection) -> None:
    broken = driver.execute("PRAGMA foreign_key_check").fetchall()
    driver.execute("PRAGMA foreign_keys=ON")
    if broken:
        raise BrokenReferences(f"{len(broken)} rows point to nothing, the first in {broken[0][0]!r}")


def differences(database: Database) -> list[object]:
    """What the models say that the migrated database does not; empty when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, spell_indexes(metadata)))


def write_revision(database: Database, message: str, number: str) -> None:
    """Developers: draft the next migration from the models. `number`: four digits."""
    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=number)
