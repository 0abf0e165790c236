"""Who is about to order, and what their basket carries: one question each for the door and for the transaction."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from webapp.ground.db import Database
from webapp.nouns.basket.models import Basket, BasketLine
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import Guest, Patron
from webapp.nouns.merchant.models import DiningTable, Store
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.find import load_of


class Glimpse(NamedTuple):
    """A visit as the last page's tap meets it. `carries`: what its basket here holds, see `load_of`."""

    id: int
    mode: str
    store_id: int | None
    table_id: int | None
    slot_at: datetime | None
    membership: str
    customer_id: int | None
    identified_at: datetime | None
    has_lines: bool
    carries: int


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
    `pending_id`: the order this basket is being paid with.
    """

    visit: Guest
    customer: Patron | None
    table: DiningTable | Place | None
    stamp: int | None
    pending_id: int | None
    carries: int


# Made once: making one costs as much as asking it.
_GLIMPSE = (
    select(
        Visit.id, Visit.mode, Visit.store_id, Visit.table_id, Visit.slot_at, Visit.membership, Visit.customer_id,
        Visit.identified_at, exists().where(BasketLine.basket_id == Basket.id),
        func.coalesce(load_of(Basket.id), 0),
    )
    .outerjoin(Basket, and_(Basket.visit_id == Visit.id, Basket.store_id == bindparam("store_id")))
    .where(Visit.browser == bindparam("browser"), Visit.merchant_id == bindparam("merchant_id"))
)  # fmt: skip
_CUSTOMER = len(Browsing._fields)
_TABLE = _CUSTOMER + len(Known._fields)
_REST = _TABLE + len(Place._fields)
_BASKET: BindParameter[int] = bindparam("basket_")
_STANDING = (
    select(
        *(getattr(Visit, name) for name in Browsing._fields),
        *(getattr(Customer, name) for name in Known._fields),
        *(getattr(DiningTable, name) for name in Place._fields),
        Store.menu_stamp, Order.id, load_of(_BASKET),
    )
    .outerjoin(Customer, Customer.id == Visit.customer_id)
    .outerjoin(DiningTable, and_(DiningTable.id == Visit.table_id, DiningTable.revoked_at.is_(None)))
    .outerjoin(Store, Store.id == bindparam("store_"))
    .outerjoin(Order, and_(Order.basket_id == _BASKET, Order.state == "pending"))
    .where(Visit.id == bindparam("visit_"))
)  # fmt: skip


def glimpse(database: Database, browser: str, merchant_id: int, store_id: int) -> Glimpse | None:
    """This browser in this store, or None when it has never chosen anything at this merchant.

    Args:
        database: to ask.
        browser: fingerprint of its cookie's token.
        merchant_id: whose store it is.
        store_id: the store.
    """
    asked: dict[str, str | int] = {"browser": browser, "merchant_id": merchant_id, "store_id": store_id}
    row = database.first(_GLIMPSE, asked)
    return Glimpse(*row) if row is not None else None


def standing(session: Session, visit_id: int, store_id: int, basket_id: int | None) -> Standing | None:
    """This visit in this store; asked after its basket was locked, all of it is true until the transaction ends.

    The lock is a question of its own: PostgreSQL answers one that waited for a lock as of before it waited.
    """
    asked = {"visit_": visit_id, "store_": store_id, "basket_": basket_id}
    row = session.connection().execute(_STANDING, asked).first()
    if row is None:
        return None
    customer, table = row[_CUSTOMER:_TABLE], row[_TABLE:_REST]
    return Standing(
        Browsing(*row[:_CUSTOMER]),
        Known(*customer) if customer[0] is not None else None,
        Place(*table) if table[0] is not None else None,
        *row[_REST:],
    )
