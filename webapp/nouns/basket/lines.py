"""Reading and changing a basket; prices are never stored here, only what the diner last saw."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.basket.models import Basket, BasketLine
from webapp.nouns.pricing import MAX_QUANTITY, Configuration, Malformed, Wanted

MAX_LINES = 60


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
    row = insert_into(session, Basket).values({"visit_id": visit_id, "store_id": store_id, "updated_at": now})
    kept = row.on_conflict_do_update(
        index_elements=["visit_id", "store_id"], set_={"updated_at": now, "revision": Basket.revision + 1}
    )
    return int(session.execute(kept.returning(Basket.id)).scalar_one())


def basket_of(session: Session, visit_id: int, store_id: int) -> int | None:
    """The id of this visit's basket in this store, or None."""
    return session.scalar(select(Basket.id).where(Basket.visit_id == visit_id, Basket.store_id == store_id))


def lock_basket(session: Session, visit_id: int, store_id: int) -> int | None:
    """The id of this visit's basket, held until the transaction ends: nobody changes or orders it meanwhile."""
    query = select(Basket.id).where(Basket.visit_id == visit_id, Basket.store_id == store_id)
    return session.scalar(query.with_for_update())


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
    count = session.scalar(select(func.count()).where(BasketLine.basket_id == basket_id, BasketLine.line_key != key))
    if (count or 0) >= MAX_LINES:
        raise BasketFull
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
    more = BasketLine.quantity + wanted.quantity
    session.execute(
        row.on_conflict_do_update(
            index_elements=["basket_id", "line_key"],
            set_={
                "quantity": case((more > MAX_QUANTITY, MAX_QUANTITY), else_=more),
                "seen_unit_price": seen_unit_price,
            },
        )
    )


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
    query = (
        select(BasketLine)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(Basket.visit_id == visit_id, Basket.store_id == store_id)
        .order_by(BasketLine.id)
    )
    return [_line(row) for row in session.scalars(query)]


def _line(row: BasketLine) -> Line:
    try:
        configuration = Configuration.from_json(row.configuration)
    except Malformed:
        configuration = Configuration()  # then priced as unconfigured: refused where choices are required
    wanted = Wanted(str(row.id), row.sku, row.quantity, configuration, row.note)
    return Line(row.id, wanted, row.seen_name, row.seen_unit_price)


def touch(session: Session, basket_id: int, now: datetime) -> None:
    """The basket has changed: pages that kept its old state are out of date."""
    session.execute(update(Basket).where(Basket.id == basket_id).values(revision=Basket.revision + 1, updated_at=now))


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
    """These were paid: take out just that much; what was added meanwhile stays.

    A line is known by its content too: a removed line's id may since have been given to another basket's line.
    """
    if basket_id is None:
        return
    touch(session, basket_id, now)
    for one in ordered:
        same = (
            BasketLine.id == one.line_id,
            BasketLine.basket_id == basket_id,
            BasketLine.sku == one.sku,
            BasketLine.configuration == one.configuration,
        )
        session.execute(update(BasketLine).where(*same).values(quantity=BasketLine.quantity - one.quantity))
    session.execute(delete(BasketLine).where(BasketLine.basket_id == basket_id, BasketLine.quantity <= 0))


def forget_idle(session: Session, before: datetime) -> int:
    """Delete baskets untouched since `before` (D6: drafts 24 h); how many."""
    gone = session.connection().execute(delete(Basket).where(Basket.updated_at < before))
    return int(gone.rowcount)
