"""What the menu needs to know of one browser, in a single question."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select

from webapp.ground.db import Database
from webapp.nouns.basket.models import Basket
from webapp.nouns.customer.models import Visit
from webapp.nouns.merchant.models import DiningTable


class Glance(NamedTuple):
    """A visit as one store sees it.

    `table` is the label of the living table of this store it sits at, else ""; `slot_at` the pick-up time chosen here.
    The last three name the state of its basket here; they are None when it has none.
    """

    visit_id: int
    table: str
    slot_at: datetime | None
    basket_id: int | None
    revision: int | None
    changed_at: datetime | None

    @property
    def mode(self) -> str:
        """How it orders here: "table" or "collect"."""
        return "table" if self.table else "collect"


_HERE = Visit.store_id == bindparam("store_id")
_QUESTION = (
    select(Visit.id, Visit.mode, _HERE, Visit.slot_at, DiningTable.label, Basket.id, Basket.revision, Basket.updated_at)
    .outerjoin(
        DiningTable,
        and_(DiningTable.id == Visit.table_id, DiningTable.revoked_at.is_(None), Visit.mode == "table", _HERE),
    )
    .outerjoin(Basket, and_(Basket.visit_id == Visit.id, Basket.store_id == bindparam("store_id")))
    .where(Visit.browser == bindparam("browser"), Visit.merchant_id == bindparam("merchant_id"))
)


def glance(database: Database, browser: str, merchant_id: int, store_id: int) -> Glance | None:
    """This browser in this store, or None when it has never chosen anything at this merchant.

    Args:
        database: to ask.
        browser: fingerprint of its cookie's token.
        merchant_id: whose store it is.
        store_id: the store.
    """
    asked: dict[str, str | int] = {"browser": browser, "merchant_id": merchant_id, "store_id": store_id}
    row = database.first(_QUESTION, asked)
    if row is None:
        return None
    visit_id, mode, here, slot_at, label, basket_id, revision, changed_at = row
    chosen = slot_at if here and mode == "collect" else None
    return Glance(visit_id, label or "", chosen, basket_id, revision, changed_at)
