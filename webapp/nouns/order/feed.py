"""The feed of a store's order board: appended to by every move, read from any number onwards, and its heartbeat."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.db import Database
from webapp.ground.upsert import Upsert
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.board_models import Board, BoardEvent, is_heard

BEAT = timedelta(seconds=8)
MOST_AT_ONCE = 200

# Made once: making one costs as much as asking it.
_NEXT = Upsert(
    Board,
    lambda made: made.on_conflict_do_update(
        index_elements=[Board.store_id], set_={"last": Board.last + 1}
    ).returning(Board.last),
)  # fmt: skip
_APPENDED = insert(BoardEvent)
_THERE = Upsert(Board, lambda made: made.on_conflict_do_nothing().returning(Board.store_id))
_STORE: BindParameter[int] = bindparam("store_")
_MARK = select(Store.menu_stamp, Board.last).outerjoin(Board, Board.store_id == Store.id).where(Store.id == _STORE)
_SINCE = (
    select(BoardEvent.number, BoardEvent.order_id)
    .where(BoardEvent.store_id == _STORE, BoardEvent.number > bindparam("after_"))
    .order_by(BoardEvent.number)
    .limit(MOST_AT_ONCE)
)
_HEARD_AT = select(Board.heard_at).where(Board.store_id == _STORE)
_HEARD = (
    update(Board)
    .where(Board.store_id == _STORE, Board.heard_at.is_(None) | (Board.heard_at < bindparam("stale_")))
    .values(heard_at=bindparam("now_"))
)


def append(
    session: Session, store_id: int, order_id: int, before: str, after: str, now: datetime, staff_id: int | None = None
) -> int:
    """One more event, in the transaction of the move itself; its number.

    Args:
        session: the transaction of the move.
        store_id: whose board.
        order_id: what moved.
        before: state or progress before.
        after: and after.
        now: the present moment.
        staff_id: who moved it; None when nobody of the staff did.
    """
    connection = session.connection()
    number = int(connection.execute(_NEXT.on(session), {"store_id": store_id, "last": 1}).scalar_one())
    row = {
        "store_id": store_id, "number": number, "order_id": order_id, "before": before, "after": after,
        "staff_id": staff_id, "at": now,
    }  # fmt: skip
    connection.execute(_APPENDED, row)
    return number


def mark(database: Database, store_id: int) -> tuple[int, int]:
    """How far the store's feed is, and its menu's stamp: one question by primary keys, whatever has happened before."""
    row = database.first(_MARK, {"store_": store_id})
    return (0, 0) if row is None else (int(row[1] or 0), int(row[0]))


def since(session: Session, store_id: int, after: int) -> tuple[int, dict[int, int]]:
    """What changed after event number `after`: the number read up to, and per order the number of its newest event."""
    rows = session.execute(_SINCE, {"store_": store_id, "after_": after}).all()
    return (rows[-1].number if rows else after), {row.order_id: row.number for row in rows}


def history(session: Session, order_id: int) -> Sequence[BoardEvent]:
    """What happened to an order on the board, oldest first."""
    return list(session.scalars(select(BoardEvent).where(BoardEvent.order_id == order_id).order_by(BoardEvent.id)))


def hear(session: Session, store_id: int, now: datetime) -> bool:
    """A board of this store is open; False when that was written down moments ago already."""
    connection = session.connection()
    asked = {"store_": store_id, "now_": now, "stale_": now - BEAT}
    if connection.execute(_HEARD, asked).rowcount == 1:
        return True
    made = connection.execute(_THERE.on(session), {"store_id": store_id, "last": 0, "heard_at": now})
    return made.scalar() is not None


def heard(session: Session, store_id: int, now: datetime) -> bool:
    """Whether somebody listens to this store's board, as this very transaction sees it."""
    return is_heard(session.connection().execute(_HEARD_AT, {"store_": store_id}).scalar(), now)
