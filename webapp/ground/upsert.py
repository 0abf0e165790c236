"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL spell the same but SQLAlchemy keeps in two dialects.

Only the dialect in use is loaded: the other would cost every web worker 2 MB.
"""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

AnyInsert: TypeAlias = "SqliteInsert | PostgresqlInsert"
Spelled: TypeAlias = "AnyInsert | ReturningInsert[int]"


def _spelled(session: Session, table: Any) -> "tuple[str, AnyInsert]":
    name = session.get_bind().dialect.name
    return name, cast("AnyInsert", importlib.import_module(f"sqlalchemy.dialects.{name}").insert(table))


class Upsert:
    """An INSERT made once: making one costs several times what running it does.

    Run it with `session.connection().execute(upsert.on(session), row)`; what a row holds is `statement.excluded`.
    """

    def __init__(self, table: Any, finish: "Callable[[AnyInsert], Spelled]") -> None:
        """`table`: a model; `finish`: adds the conflict clause, and what is returned, to the INSERT."""
        self._table, self._finish = table.__table__, finish
        self._made: dict[str, Spelled] = {}

    def on(self, session: Session) -> "Spelled":
        """The statement for the session's database."""
        made = self._made.get(session.get_bind().dialect.name)
        if made is None:
            name, plain = _spelled(session, self._table)
            made = self._made[name] = self._finish(plain)
        return made


def insert_into(session: Session, table: Any) -> "AnyInsert":
    """An INSERT into `table` for the session's database, with `on_conflict_do_nothing` and `…_do_update`."""
    return _spelled(session, table)[1]
