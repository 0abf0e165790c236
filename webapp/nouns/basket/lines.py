"""Reading and changing a basket; prices are never stored here, only what the diner last saw."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import AnyInsert, Upsert, insert_into
from webapp.nouns.basket.models import Basket, BasketLine
from webapp.nouns.pricing import MAX_QUANTITY, Configuration, Malformed, Wanted

MAX_LINES = 60


def _raised(made: AnyInsert) -> AnyInsert:
    more = BasketLine.quantity + made.excluded.quantity
    return made.on_conflict_do_update(
        index_elements=["basket_id", "line_key"],
        set_={
            "quantity": case((more > MAX_QUANTITY, MAX_QUANTITY), else_=more),
            "seen_unit_price": made.excluded.seen_unit_price,
        },
    )


# Statements of every journey are made once: making one costs as much as running it.
_OPENED = Upsert(
    Basket,
    lambda made: made.on_conflict_do_update(
        index_elements=["visit_id", "store_id"],
        set_={"updated_at": made.excluded.updated_at, "revision": Basket.revision + 1},
    ).returning(Basket.id),
)
_HERE = (Basket.visit_id == bindparam("visit_"), Basket.store_id == bindparam("store_"))
_BASKET = select(Basket.id).where(*_HERE)
_LOCKED = _BASKET.with_for_update()
_OTHERS = select(func.count()).where(
    BasketLine.basket_id == bindparam("basket_"), BasketLine.line_key != bindparam("key_")
)
_ADDED = Upsert(BasketLine, lambda made: _raised(made.inline()))  # nobody asks for the line's id
# What `line_of` reads a line from.
LINE = (
    BasketLine.id, BasketLine.sku, BasketLine.configuration, BasketLine.quantity, BasketLine.note,
    BasketLine.seen_name, BasketLine.seen_unit_price,
)  # fmt: skip
_LINES = select(*LINE).join(Basket, Basket.id == BasketLine.basket_id).where(*_HERE).order_by(BasketLine.id)
_TOUCHED = (
    update(Basket)
    .where(Basket.id == bindparam("basket_"))
    .values(revision=Basket.revision + 1, updated_at=bindparam("now_"))
)


class BasketFull(Exception):
    """No further line fits: a basket holds at most `MAX_LINES`."""


@dataclass(frozen=True)
class Line:
    """One stored line, with what the diner last saw of it."""

    id: int
    wanted: Wanted
    seen_name: str
    seen_unit_price: int | None


def _line_key(sku: str, configuration: Configuration, note: str) -> str:
    return hashlib.sha256(f"{sku}\0{configuration.key}\0{note}".encode()).hexdigest()


def open_basket(session: Session, visit_id: int, store_id: int, now: datetime) -> int:
    """The id of this visit's basket in this store, made when there is none; it is about to change."""
    row = {"visit_id": visit_id, "store_id": store_id, "updated_at": now}
    return int(session.connection().execute(_OPENED.on(session), row).scalar_one())


def basket_of(session: Session, visit_id: int, store_id: int) -> int | None:
    """The id of this visit's basket in this store, or None."""
    return session.connection().execute(_BASKET, {"visit_": visit_id, "store_": store_id}).scalar()


def lock_basket(session: Session, visit_id: int, store_id: int) -> int | None:
    """The id of this visit's basket, held until the transaction ends: nobody changes or orders it meanwhile."""
    return session.connection().execute(_LOCKED, {"visit_": visit_id, "store_": store_id}).scalar()


def add(
    session: Session,
    basket_id: int,
    wanted: Wanted,
    *,
    seen_name: str,
    seen_unit_price: int,
) -> None:
    """Put `wanted` in the basket; the same dish configured the same way raises its line, up to 99.

    Raises:
        BasketFull: when it would need a line too many.
    """
    key = _line_key(wanted.sku, wanted.configuration, wanted.note)
    connection = session.connection()
    if (connection.execute(_OTHERS, {"basket_": basket_id, "key_": key}).scalar() or 0) >= MAX_LINES:
        raise BasketFull
    row = {
        "basket_id": basket_id,
        "line_key": key,
        "sku": wanted.sku,
        "configuration": wanted.configuration.to_json(),
        "quantity": wanted.quantity,
        "note": wanted.note,
        "seen_name": seen_name[:200],
        "seen_unit_price": seen_unit_price,
    }
    connection.execute(_ADDED.on(session), row)


def add_alone(
    session: Session, basket_id: int, wanted: Wanted, mark: str, *, seen_name: str, seen_unit_price: int
) -> int:
    """Put `wanted` on a line of its own, never joined with the same dish: `mark` tells it apart; the line.

    Raises:
        BasketFull: when it would be a line too many.
    """
    if (session.scalar(select(func.count()).where(BasketLine.basket_id == basket_id)) or 0) >= MAX_LINES:
        raise BasketFull
    key = hashlib.sha256(f"{_line_key(wanted.sku, wanted.configuration, wanted.note)}\0{mark}".encode()).hexdigest()
    row = insert_into(session, BasketLine).values(
        {
            "basket_id": basket_id,
            "line_key": key,
            "sku": wanted.sku,
            "configuration": wanted.configuration.to_json(),
            "quantity": wanted.quantity,
            "note": wanted.note,
            "seen_name": seen_name[:200],
            "seen_unit_price": seen_unit_price,
        }
    )
    return int(session.execute(row.returning(BasketLine.id)).scalar_one())


def set_quantity(session: Session, basket_id: int, line_id: int, quantity: int) -> bool:
    """Set a line to `quantity` (0 removes it); False when the line is not in this basket."""
    here = (BasketLine.id == line_id, BasketLine.basket_id == basket_id)
    if quantity <= 0:
        changed = session.connection().execute(delete(BasketLine).where(*here))
    else:
        changed = session.connection().execute(update(BasketLine).where(*here).values(quantity=quantity))
    return changed.rowcount == 1


def lines(session: Session, visit_id: int, store_id: int) -> list[Line]:
    """The lines of this visit's basket in this store, in the order they were added."""
    rows = session.connection().execute(_LINES, {"visit_": visit_id, "store_": store_id})
    return [line_of(row) for row in rows]


def line_of(row: Iterable[Any]) -> Line:
    """A line from the values of `LINE`."""
    line_id, sku, configured, quantity, note, seen_name, seen_unit_price = row
    try:
        configuration = Configuration.from_json(configured)
    except Malformed:
        configuration = Configuration()  # then priced as unconfigured: refused where choices are required
    return Line(line_id, Wanted(str(line_id), sku, quantity, configuration, note), seen_name, seen_unit_price)


def touch(session: Session, basket_id: int, now: datetime) -> None:
    """The basket has changed: pages that kept its old state are out of date."""
    session.connection().execute(_TOUCHED, {"basket_": basket_id, "now_": now})


def touch_all(session: Session, visit_id: int, now: datetime) -> None:
    """Whose order this is has changed: so may the price of every basket of this visit."""
    session.execute(
        update(Basket).where(Basket.visit_id == visit_id).values(revision=Basket.revision + 1, updated_at=now)
    )


def remember_seen(session: Session, seen: Iterable[tuple[int, str, int]]) -> None:
    """The diner has now seen these lines (id, name, unit price); a later change is measured from here."""
    for line_id, name, unit_price in seen:
        session.execute(
            update(BasketLine).where(BasketLine.id == line_id).values(seen_name=name[:200], seen_unit_price=unit_price)
        )


def drop(session: Session, line_ids: Sequence[int]) -> None:
    """Remove lines that can no longer be bought, after the diner was told."""
    session.execute(delete(BasketLine).where(BasketLine.id.in_(line_ids)))


@dataclass(frozen=True)
class Ordered:
    """What of a basket was paid: the line it came from, and what stood in it then."""

    line_id: int
    sku: str
    configuration: str
    quantity: int


def take_out(session: Session, basket_id: int | None, ordered: Sequence[Ordered], now: datetime) -> None:
    """These were paid: take out just that much, and the tip; what was added meanwhile stays.

    A line is known by its content too: a removed line's id may since have been given to another basket's line.
    """
    if basket_id is None:
        return
    touch(session, basket_id, now)
    session.execute(update(Basket).where(Basket.id == basket_id).values(tip_percent=0, tip_amount=0))
    for one in ordered:
        same = (
            BasketLine.id == one.line_id,
            BasketLine.basket_id == basket_id,
            BasketLine.sku == one.sku,
            BasketLine.configuration == one.configuration,
        )
        session.execute(update(BasketLine).where(*same).values(quantity=BasketLine.quantity - one.quantity))
    session.execute(delete(BasketLine).where(BasketLine.basket_id == basket_id, BasketLine.quantity <= 0))
