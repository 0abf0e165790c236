"""Sealing every secret in the database anew with the newest key, so that older keys can be thrown away (X5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, select, tuple_, update
from sqlalchemy.orm import Session

from webapp.ground.db import Base, Database
from webapp.ground.secrets import Unreadable, Vault

SUFFIX = "_sealed"
BATCH = 200


@dataclass(frozen=True)
class Resealed:
    """One column: how many values there are, how many were sealed anew, how many no key of ours opens."""

    column: str
    values: int
    anew: int
    unreadable: int


class Fresh(NamedTuple):
    """One value to write: the key of its row, what was read there, and the same secret under the newest key."""

    key: Sequence[Any]
    before: str
    after: str


def sealed_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that holds sealed values: its name says so, and a test sees to it."""
    for table in Base.metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if column.name.endswith(SUFFIX))


def reseal_all(database: Database, vault: Vault) -> list[Resealed]:
    """Go through all of them in small transactions, beside a running shop; may be cut short and begun again."""
    return [_column(database, vault, table, column) for table, column in sealed_columns()]


def _column(database: Database, vault: Vault, table: Table, column: Column[Any]) -> Resealed:
    keys = list(table.primary_key.columns)
    query = select(*keys, column).where(column != "", column.is_not(None)).order_by(*keys).limit(BATCH)
    values = anew = unreadable = 0
    after: Sequence[Any] | None = None
    while True:
        with database.reading() as session:
            found = session.execute(query if after is None else query.where(tuple_(*keys) > tuple_(*after))).all()
        rows = [tuple(row) for row in found]
        if not rows:
            return Resealed(f"{table.name}.{column.name}", values, anew, unreadable)
        values, after = values + len(rows), rows[-1][:-1]
        fresh, lost = _anew(vault, rows)
        unreadable += lost
        anew += database.run(partial(_write, table=table, column=column, fresh=fresh))


def _anew(vault: Vault, rows: Sequence[tuple[Any, ...]]) -> tuple[list[Fresh], int]:
    fresh, lost = [], 0
    for *key, sealed in rows:
        if vault.is_newest(sealed):
            continue
        try:
            fresh.append(Fresh(key, sealed, vault.reseal(sealed)))
        except Unreadable:
            lost += 1
    return fresh, lost


def _write(session: Session, table: Table, column: Column[Any], fresh: Sequence[Fresh]) -> int:
    """Only where the value is still what was read: somebody may have stored a newer one meanwhile."""
    done = 0
    for one in fresh:
        here = [part == value for part, value in zip(table.primary_key.columns, one.key, strict=True)]
        changed = session.connection().execute(
            update(table).where(*here, column == one.before).values({column.name: one.after})
        )
        done += changed.rowcount
    return done
