"""The worker's part: credits, points of paid orders, and movements whose answer was lost, settled by reading (G10).

A balance that moved by exactly the amount says that it was done. One that stands as before, read twice with minutes in
between, says that it was not. Anything else, someone else having used the card meanwhile, is for a person. A debit
whose answer was lost is never asked for again; a credit that surely was not done is, once more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from webapp.nouns.value import rows
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import POINTS
from webapp.ports.loyalty.port import LoyaltyError
from webapp.usecases.value.asking import SILENT, Line, ask
from webapp.usecases.value.result import ended, later
from webapp.usecases.wiring import Wiring

AT_ONCE = 50
LEASE = timedelta(seconds=40)
SECOND_LOOK = timedelta(minutes=5)
GIVE_UP = timedelta(hours=24)
FIRST_WAIT_S, LONGEST_WAIT_S = 5, 300
SAME, UNLIKE = "same", "unlike"


def move_due(wiring: Wiring) -> int:
    """One round; how many movements were turned to. A programme that is silent is asked once per round (L11)."""
    with wiring.db.reading() as session:
        found = rows.due(session, wiring.clock.now(), AT_ONCE)
    silent = set[int]()
    for row in found:
        if row.connection_id not in silent and not _turn_to(wiring, row):
            silent.add(row.connection_id)
    return len(found)


def _turn_to(wiring: Wiring, row: ValueMovement) -> bool:
    """Do what is next for one; False when its programme gave no answer."""
    now = wiring.clock.now()
    until = now + LEASE
    if not wiring.db.run(lambda session: rows.look_again(session, row, until)):
        return True
    row.look_at = until
    if now - row.created_at > GIVE_UP or not row.member_id:
        never_sent = row.state == rows.PLANNED and row.way == rows.DEBIT
        _end(wiring, row, rows.REFUSED if never_sent else rows.BY_HAND, "nobody answered")
        return True
    if row.state == rows.PLANNED:
        code = ask(Line(wiring, row))
        if code == SILENT:
            _later(wiring, row, SILENT)
        return code != SILENT
    return _settle(wiring, row)


def _settle(wiring: Wiring, row: ValueMovement) -> bool:
    try:
        left = Line(wiring, row).left()
    except LoyaltyError as error:
        _later(wiring, row, error.code)
        return False
    found = judge(row, left)
    if found == rows.DONE:
        _end(wiring, row, rows.DONE, "seen in the balance")
    elif found == UNLIKE:
        _end(wiring, row, rows.BY_HAND, "the balance does not say")
    elif not row.unmoved:
        again = wiring.clock.now() + SECOND_LOOK
        wiring.db.run(partial(_look_again, row=row, when=again))
    elif row.way == rows.DEBIT:
        _end(wiring, row, rows.VOID, "not taken")
    else:
        _end(wiring, row, rows.PLANNED if row.tries < 2 else rows.BY_HAND, "not given back")
    return True


def judge(row: ValueMovement, left: int | None) -> str:
    """What a balance read afterwards says of a movement: `done`, `same` or `unlike`."""
    if left is None or row.before is None:
        return UNLIKE
    if left == row.before:
        return SAME
    if row.kind == POINTS:  # worth whole points: what left may be a little more than the amount
        return rows.DONE if left < row.before else UNLIKE
    moved = left - row.before
    return rows.DONE if moved == (-row.amount if row.way == rows.DEBIT else row.amount) else UNLIKE


def _look_again(session: Session, *, row: ValueMovement, when: datetime) -> None:
    rows.look_again(session, row, when, unmoved=1)


def _end(wiring: Wiring, row: ValueMovement, after: str, reason: str) -> None:
    now = wiring.clock.now()
    work: Callable[[Session], bool] = partial(_ended, row=row, after=after, now=now, reason=reason)
    wiring.db.run(work)


def _ended(session: Session, *, row: ValueMovement, after: str, now: datetime, reason: str) -> bool:
    return ended(session, row, (row.state,), after, now, reason)


def _later(wiring: Wiring, row: ValueMovement, reason: str) -> None:
    now = wiring.clock.now()
    wait = timedelta(seconds=min(LONGEST_WAIT_S, max(FIRST_WAIT_S, int((now - row.created_at).total_seconds() / 4))))
    wiring.db.run(lambda session: later(session, row, now, wait, reason))
