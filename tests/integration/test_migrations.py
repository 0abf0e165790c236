"""The migrated database is exactly what the models say, and only that level is served."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    select,
    text,
)
from sqlalchemy.engine import make_url

from webapp.ground.db import Database
from webapp.migrations import level


def test_the_migrated_database_is_what_the_models_say(database: Database) -> None:
    assert level.differences(database) == []
    assert level.current(database) == level.expected()


def test_the_level_read_from_the_file_names_is_alembics_own_head() -> None:
    script = ScriptDirectory(str(Path(level.__file__).parent))
    assert script.get_current_head() == level.expected()


def test_migrating_again_changes_nothing(database: Database) -> None:
    level.upgrade(database)
    assert level.current(database) == level.expected()


def test_another_level_is_refused(database: Database) -> None:
    level.check(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(level.UnknownLevel):
        level.check(database)


# The level of the first code that may have kept somebody's orders; every later one must be reachable from it (O6).
FIRST_KEPT = "0004"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def unmigrated(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    url, name = make_url(database.url), f"old_{tmp_path.name}".replace("-", "_")[:50].lower()
    if database.is_sqlite:
        empty = Database(f"sqlite:///{tmp_path}/old.db")
        yield empty
        empty.close()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        empty = Database(url.set(database=name).render_as_string(hide_password=False))
        yield empty
        empty.close()
        connection.exec_driver_sql(f'DROP DATABASE "{name}"')


def a_row(table: Table) -> dict[str, Any]:
    """One row that points to the first row of every table it knows of."""
    values: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type
        if column.nullable and not column.foreign_keys:
            continue
        if column.foreign_keys or isinstance(kind, Boolean | Integer):
            values[column.name] = True if isinstance(kind, Boolean) else 1
        elif isinstance(kind, DateTime | Date):
            values[column.name] = NOW.date() if isinstance(kind, Date) else NOW
        else:
            values[column.name] = {} if isinstance(kind, JSON) else b"x" if isinstance(kind, LargeBinary) else "x"
    return values


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = MetaData()
    tables.reflect(connection)
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in tables.sorted_tables
        if table.name != "alembic_version"
    }


def test_every_row_kept_by_an_older_release_is_still_there_after_migrating(unmigrated: Database) -> None:
    level.upgrade(unmigrated, FIRST_KEPT)
    with unmigrated.engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert(), a_row(table))
        before = counts(connection)
    level.upgrade(unmigrated)
    with unmigrated.engine.connect() as connection:
        after = counts(connection)
    assert set(before.values()) == {1}
    assert {name: after[name] for name in before} == before
