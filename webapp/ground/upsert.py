"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL spell the same but SQLAlchemy keeps in two dialects."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

AnyInsert = SqliteInsert | PostgresqlInsert
SPELLED: dict[str, Callable[[Any], AnyInsert]] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


class Upsert:
    """An INSERT made once for each kind of database: making one costs several times what running it does.

    Run it with `session.connection().execute(upsert.on(session), row)`; what a row holds is `statement.excluded`.
    """

    def __init__(self, table: Any, finish: Callable[[Any], AnyInsert]) -> None:
        """`table`: a model; `finish`: adds the conflict clause, and what is returned, to the INSERT."""
        self._made = {name: finish(insert(table.__table__)) for name, insert in SPELLED.items()}

    def on(self, session: Session) -> AnyInsert:
        """The statement for the session's database."""
        return self._made[session.get_bind().dialect.name]


def insert_into(session: Session, table: Any) -> "SqliteInsert | PostgresqlInsert":
    """An INSERT into `table` for the session's database, with `on_conflict_do_nothing` and `…_do_update`."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite_insert(table)
    return postgresql_insert(table)
