"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL spell the same but SQLAlchemy keeps in two dialects."""

from typing import Any

from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session


def insert_into(session: Session, table: Any) -> "SqliteInsert | PostgresqlInsert":
    """An INSERT into `table` for the session's database, with `on_conflict_do_nothing` and `…_do_update`."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite_insert(table)
    return postgresql_insert(table)
