"""Changing the menu on sale: read, change, check everything, publish on the condition that nobody was quicker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.nouns.catalog import versions
from webapp.nouns.catalog.check import check_catalog
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.edit import Data
from webapp.nouns.catalog.report import Problem
from webapp.nouns.staff.deeds import note
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Editor:
    """Who changes whose menu."""

    merchant_id: int
    staff_id: int


@dataclass(frozen=True)
class Deed:
    """What the log says of a change; see `nouns/staff/deeds.note`."""

    word: str
    subject: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


class Stale(Exception):
    """Another version is on sale than the one that was looked at: nothing was changed."""


class Refused(Exception):
    """The menu would not be one that can be sold. `problems`: every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """`problems`: errors only."""
        super().__init__("refused")
        self.problems = problems


class NoMenu(LookupError):
    """The merchant has no menu yet, or not that version."""


def document(text: str) -> Catalog:
    """A stored document."""
    return Catalog.model_validate_json(text)


def change(wiring: Wiring, editor: Editor, seen: int, edit: Callable[[Data], None], deed: Deed) -> int:
    """Apply one edit to version `seen`; the new version's number.

    Raises:
        Stale: another version is on sale.
        Refused: the result is no menu.
        NoMenu: there is nothing to edit.
        NoSuchRow, NameTaken: from the edit itself.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        number, text = versions.on_sale(session, editor.merchant_id)
    if text is None:
        raise NoMenu
    if number != seen:
        raise Stale
    data: Data = document(text).model_dump(mode="json")
    edit(data)
    # Checked before the transaction: a long menu takes a tenth of a second, and others are waiting to order.
    report = check_catalog(data)
    if report.document is None:
        raise Refused(report.errors)
    return publish(wiring, editor, seen, report.document, deed, now)


def publish(wiring: Wiring, editor: Editor, seen: int, menu: Catalog, deed: Deed, now: datetime) -> int:
    """Put a checked document on sale in place of `seen`, with its deed, in one transaction.

    Raises:
        Stale: another version is on sale.
    """
    number = wiring.db.run(lambda session: put(session, editor, seen, menu, deed, now))
    if number is None:
        raise Stale
    return number


def put(session: Session, editor: Editor, seen: int, menu: Catalog, deed: Deed, now: datetime) -> int | None:
    """As `publish`, in the caller's transaction; None when another version is on sale."""
    number = versions.publish_after(session, editor.merchant_id, seen, menu, now)
    if number is not None:
        after = {**(deed.after or {}), "version": number}
        note(
            session,
            editor.merchant_id,
            editor.staff_id,
            deed.word,
            now,
            subject=deed.subject,
            before=deed.before,
            after=after,
        )
    return number


def restore(wiring: Wiring, editor: Editor, seen: int, number: int) -> int:
    """Put an earlier version on sale again, as a new one: what came between stays in the list.

    Raises:
        Stale: another version is on sale than `seen`.
        NoMenu: no such version.
        Refused: today's rules refuse it.
    """
    with wiring.db.reading() as session:
        text = versions.document_of(session, editor.merchant_id, number)
    if text is None:
        raise NoMenu
    report = check_catalog(document(text).model_dump(mode="json"))
    if report.document is None:
        raise Refused(report.errors)
    deed = Deed("menu.restore", subject=str(number))
    return publish(wiring, editor, seen, report.document, deed, wiring.clock.now())
