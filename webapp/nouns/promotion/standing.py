"""Who is about to order what: all that the transaction which freezes an order reads before it prices it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import LINE, Line, line_of
from webapp.nouns.basket.models import Basket, BasketLine
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import Guest, Patron
from webapp.nouns.merchant.models import DiningTable, Store
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.find import load_of


class Browsing(NamedTuple):
    """A visit as a bare row, see `Guest`: an order is frozen from it without making an entity of it."""

    id: int
    browser: str
    merchant_id: int
    mode: str
    store_id: int | None
    table_id: int | None
    slot_at: datetime | None
    membership: str
    identified_at: datetime | None
    consent_email: bool | None
    consent_sms: bool | None
    member_sealed: str
    member_connection_id: int | None


class Known(NamedTuple):
    """A customer as a bare row, see `Patron`."""

    id: int
    merchant_id: int
    phone: str
    member_id: str | None
    member_connection_id: int | None
    spending_locked_at: datetime | None


class Place(NamedTuple):
    """A table, likewise."""

    id: int
    store_id: int
    label: str


class Standing(NamedTuple):
    """A visit as the transaction that freezes its order finds it.

    `stamp`: of the store's menu, None without a store. `table`: the one it sits at, unless its code was revoked.
    `pending_id`: the order this basket is being paid with. `carries`: what it holds beside its lines, see `load_of`.
    """

    visit: Guest
    customer: Patron | None
    table: DiningTable | Place | None
    stamp: int | None
    pending_id: int | None
    carries: int
    lines: tuple[Line, ...]


# Made once: making one costs as much as asking it.
_LOCKED = (
    select(Basket.id, Basket.visit_id)
    .join(Visit, Visit.id == Basket.visit_id)
    .where(Visit.browser == bindparam("browser"), Basket.store_id == bindparam("store_"))
    .with_for_update(of=Basket)
)
_CUSTOMER = len(Browsing._fields)
_TABLE = _CUSTOMER + len(Known._fields)
_REST = _TABLE + len(Place._fields)
_LINE = _REST + 3
_BASKET: BindParameter[int] = bindparam("basket_")
_STANDING = (
    select(
        *(getattr(Visit, name) for name in Browsing._fields),
        *(getattr(Customer, name) for name in Known._fields),
        *(getattr(DiningTable, name) for name in Place._fields),
        Store.menu_stamp, Order.id, load_of(_BASKET), *LINE,
    )
    .outerjoin(Customer, Customer.id == Visit.customer_id)
    .outerjoin(DiningTable, and_(DiningTable.id == Visit.table_id, DiningTable.revoked_at.is_(None)))
    .outerjoin(Store, Store.id == bindparam("store_"))
    .outerjoin(Order, and_(Order.basket_id == _BASKET, Order.state == "pending"))
    .outerjoin(BasketLine, BasketLine.basket_id == _BASKET)
    .where(Visit.id == bindparam("visit_"))
    .order_by(BasketLine.id)
)  # fmt: skip


def lock(session: Session, browser: str, store_id: int) -> tuple[int, int] | None:
    """The ids of this browser's basket and visit; the basket is held until the transaction ends.

    Nobody changes or orders it meanwhile. None when it never put anything in a basket here.

    Args:
        session: the transaction.
        browser: fingerprint of its cookie's token.
        store_id: the store.
    """
    row = session.connection().execute(_LOCKED, {"browser": browser, "store_": store_id}).first()
    return (row[0], row[1]) if row is not None else None


def standing(session: Session, visit_id: int, store_id: int, basket_id: int) -> Standing:
    """This visit in this store; asked after `lock`, all of it is true until the transaction ends.

    The lock is a question of its own: PostgreSQL answers one that waited for a lock as of before it waited.
    """
    asked = {"visit_": visit_id, "store_": store_id, "basket_": basket_id}
    rows = session.connection().execute(_STANDING, asked).all()
    row = rows[0]
    customer, table = row[_CUSTOMER:_TABLE], row[_TABLE:_REST]
    return Standing(
        Browsing(*row[:_CUSTOMER]),
        Known(*customer) if customer[0] is not None else None,
        Place(*table) if table[0] is not None else None,
        stamp=row[_REST],
        pending_id=row[_REST + 1],
        carries=row[_REST + 2],
        lines=tuple(line_of(one[_LINE:]) for one in rows if one[_LINE] is not None),
    )
