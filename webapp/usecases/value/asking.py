"""One movement, asked for once: the balance first, then the intent, then the call, then what it said (G4, G10)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from webapp.nouns.value import rows
from webapp.nouns.value.models import ValueMovement
from webapp.ports.loyalty.port import LoyaltyError, LoyaltyProgram, StoredValueKind, Unavailable
from webapp.usecases.value.result import ended
from webapp.usecases.wiring import Wiring

T = TypeVar("T")
SHORT, SILENT, BUSY, UNCLEAR = "short", "silent", "busy", "unclear"


@dataclass(frozen=True)
class Line:
    """How a programme is asked about one movement. `page`: somebody is waiting for it."""

    wiring: Wiring
    row: ValueMovement
    page: bool = False

    @property
    def _seconds(self) -> float:
        return self.wiring.page_seconds if self.page else self.wiring.worker_seconds

    def left(self) -> int | None:
        """The balance now.

        Raises:
            LoyaltyError: it was not said.
        """
        kind, row = StoredValueKind(self.row.kind), self.row
        where = {"member_id": row.member_id, "store_slug": row.store_slug}
        return self._ask(lambda program, seconds: program.value_left(kind, **where, deadline_s=seconds))

    def act(self) -> None:
        """Take it, or give it back.

        Raises:
            LoyaltyError: as the port says.
        """
        kind, row = StoredValueKind(self.row.kind), self.row

        def call(program: LoyaltyProgram, seconds: float) -> None:
            move = program.debit_value if row.way == rows.DEBIT else program.credit_value
            move(kind, row.amount, row.key, member_id=row.member_id, store_slug=row.store_slug, deadline_s=seconds)

        self._ask(call)

    def _ask(self, question: Callable[[LoyaltyProgram, float], T]) -> T:
        # Whose value it is stays so when the merchant leaves that programme: it is settled with the account it is at.
        programs, at = self.wiring.programs, self.row.connection_id
        program = programs.of(at) or programs.still(at)
        if program is None or not self.row.member_id:
            raise Unavailable("nobody to ask")
        seconds = self._seconds
        if not self.page:
            return question(program, seconds)
        return self.wiring.patience.ask(self.row.connection_id, seconds, lambda: question(program, seconds))


def ask(line: Line) -> str:
    """Ask for a planned movement.

    Returns:
        "" when it is done; else `short` (refused: not enough there), `silent` (certainly nothing was done), `busy`
        (another movement of this person is on its way) or `unclear` (it may have been done; it is settled later).
    """
    wiring, row = line.wiring, line.row
    try:
        left = line.left()
    except LoyaltyError:
        return SILENT
    if left is None or (row.way == rows.DEBIT and left < row.amount):
        if left is None:
            return SILENT
        _write(line, (rows.PLANNED,), rows.REFUSED, SHORT)
        return SHORT
    balance, now = left, wiring.clock.now()
    if not wiring.db.run(lambda session: rows.send(session, row.id, balance, now)):
        return BUSY
    try:
        line.act()
    except LoyaltyError as error:
        return _failed(line, error)
    _write(line, rows.OPEN, rows.DONE, "")
    return ""


def _failed(line: Line, error: LoyaltyError) -> str:
    if error.may_have_acted:
        _write(line, (rows.SENT,), rows.UNKNOWN, error.code)
        return UNCLEAR
    if error.permanent:
        _write(line, (rows.SENT,), rows.REFUSED, error.code)
        return SHORT
    _write(line, (rows.SENT,), rows.PLANNED, error.code)  # it said, or the line did, that nothing was done
    return SILENT


def _write(line: Line, before: tuple[str, ...], after: str, reason: str) -> None:
    now: datetime = line.wiring.clock.now()
    line.wiring.db.run(lambda session: ended(session, line.row, before, after, now, reason))
