"""The tables of a store: made, renamed, revoked, printed anew; each with its deed in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.merchant.document import Label
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.models import DiningTable, Store
from webapp.nouns.merchant.tables import (
    MOST_TABLES,
    add_tables,
    give_typed_codes,
    rename_table,
    revoke_table,
    table_by_id,
    tables_of,
)
from webapp.nouns.staff.deeds import note
from webapp.usecases.wiring import Wiring

MOST_AT_ONCE = 200
_LABEL: TypeAdapter[str] = TypeAdapter(Label)


class NotDone(Exception):
    """Nothing was changed. `code`: `label`, `taken` (with the label), `too_many`, `run`, `gone`."""

    def __init__(self, code: str, label: str = "") -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.label = label


@dataclass(frozen=True)
class Desk:
    """Whose tables, and who asks."""

    wiring: Wiring
    store: StoreFacts
    staff_id: int

    def note(self, session: Session, deed: str, now: datetime, before: str = "", after: str = "") -> None:
        """Write the deed down."""
        was, became = ({"table": text} if text else None for text in (before, after))
        here = self.store
        note(session, here.merchant.id, self.staff_id, deed, now, subject=here.slug, before=was, after=became)


def read_label(typed: str) -> str:
    """A table's name as it is kept.

    Raises:
        NotDone: `label`: empty, longer than 40 signs, or with signs no name is made of.
    """
    try:
        return _LABEL.validate_python(" ".join(typed[:400].split()))
    except ValidationError as error:
        raise NotDone("label") from error


def run_of(prefix: str, first: str, last: str) -> list[str]:
    """The names of a numbered run, as they are kept.

    Args:
        prefix: what stands before the number, such as `Terrasse`; may be empty.
        first: the first number, as typed.
        last: the last number, as typed.

    Raises:
        NotDone: `run`: no whole numbers of at most four digits, in the wrong order, or more than 200 of them;
            `label`: see `read_label`.
    """
    numbers = [text.strip() for text in (first, last)]
    if not all(text.isascii() and text.isdecimal() and len(text) <= 4 for text in numbers):
        raise NotDone("run")
    start, end = (int(text) for text in numbers)
    if start > end or end - start >= MOST_AT_ONCE:
        raise NotDone("run")
    return [read_label(f"{prefix} {number}") for number in range(start, end + 1)]


def living(desk: Desk) -> list[DiningTable]:
    """The tables in use, each with a code to type: those of earlier releases are given one now."""
    with desk.wiring.db.reading() as session:
        found = tables_of(session, desk.store.id)
    if all(table.typed_code for table in found):
        return found

    def work(session: Session) -> list[DiningTable]:
        give_typed_codes(session, desk.store.id, desk.wiring.draw)
        session.expire_all()
        return tables_of(session, desk.store.id)

    return desk.wiring.db.run(work)


def make(desk: Desk, labels: Sequence[str]) -> None:
    """New tables with fresh codes: all of them or none.

    Raises:
        NotDone: `taken`, `too_many`.
    """
    now = desk.wiring.clock.now()

    def work(session: Session) -> None:
        have = _names(session, desk.store.id)
        _refuse_taken(have, labels)
        if len(have) + len(labels) > MOST_TABLES:
            raise NotDone("too_many")
        add_tables(session, desk.store.id, labels, desk.wiring.draw, now)
        told = labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]}"
        desk.note(session, "tables.make", now, after=told)

    desk.wiring.db.run(work)


def rename(desk: Desk, table_id: int, label: str) -> None:
    """Another name; the printed code goes on working.

    Raises:
        NotDone: `gone`, `taken`.
    """
    now = desk.wiring.clock.now()

    def work(session: Session) -> None:
        have = _names(session, desk.store.id)
        table = _own(session, desk.store.id, table_id)
        before = table.label
        _refuse_taken([name for name in have if name != before], [label])
        if not rename_table(session, table_id, label):
            raise NotDone("gone")
        desk.note(session, "tables.rename", now, before, label)

    desk.wiring.db.run(work)


def revoke(desk: Desk, table_id: int, *, renew: bool) -> str:
    """The printed codes stop working for good; the table's name. `renew`: the same table gets fresh ones.

    Raises:
        NotDone: `gone`.
    """
    now = desk.wiring.clock.now()

    def work(session: Session) -> str:
        table = _own(session, desk.store.id, table_id)
        if not revoke_table(session, table_id, now):
            raise NotDone("gone")
        if renew:
            add_tables(session, desk.store.id, [table.label], desk.wiring.draw, now)
        desk.note(session, "tables.renew" if renew else "tables.revoke", now, before=table.label)
        return table.label

    return desk.wiring.db.run(work)


def _names(session: Session, store_id: int) -> list[str]:
    """Names in use. The store's row is held, so that nobody else takes one of them meanwhile."""
    session.execute(select(Store.id).where(Store.id == store_id).with_for_update())
    return [table.label for table in tables_of(session, store_id)]


def _refuse_taken(have: Sequence[str], wanted: Sequence[str]) -> None:
    names = {name.casefold() for name in have}
    for label in wanted:
        if label.casefold() in names:
            raise NotDone("taken", label)


def _own(session: Session, store_id: int, table_id: int) -> DiningTable:
    table = table_by_id(session, table_id)
    if table is None or table.store_id != store_id:
        raise NotDone("gone")
    return table


def was_ours(desk: Desk, table_id: int) -> bool:
    """Whether the store has, or had, this table (A5)."""
    with desk.wiring.db.reading() as session:
        table = session.get(DiningTable, table_id)
    return table is not None and table.store_id == desk.store.id
