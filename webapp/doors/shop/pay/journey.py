"""Where one browser stands in one store: what the steps, the bars and the last page ask."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort

from webapp.doors.shop.desk import desk, now, on_sale, visit
from webapp.doors.shop.frame import offer_languages
from webapp.nouns.basket.lines import Line, lines
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import is_fresh, mode_at, slot_at
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.models import DiningTable
from webapp.nouns.merchant.tables import table_by_id


@dataclass(frozen=True)
class Journey:
    """A browser in a store; `visit` is None while it has only looked."""

    on_sale: OnSale
    visit: Visit | None
    customer: Customer | None
    table: DiningTable | None
    lines: tuple[Line, ...]

    @property
    def store(self) -> StoreFacts:
        """The store."""
        return self.on_sale.store

    @property
    def mode(self) -> str:
        """How it orders here: "table" or "collect"."""
        return mode_at(self.visit, self.store.id)

    @property
    def slot_at(self) -> datetime | None:
        """The pick-up time chosen here."""
        return slot_at(self.visit, self.store.id)

    @property
    def membership(self) -> str:
        """`member`, `joined`, `new`, `unsure`, `guest`, or "" when nobody has answered yet."""
        if self.visit is None:
            return ""
        if self.visit.membership == "guest":
            return "guest"
        return self.visit.membership if self.customer is not None else ""

    @property
    def has_programme(self) -> bool:
        """Whether this merchant has a loyalty programme at all."""
        return self.store.connection_id is not None

    @property
    def has_lines(self) -> bool:
        """Whether anything is in its basket here."""
        return bool(self.lines)


def journey(merchant: str, store: str) -> Journey:
    """This browser in the store at this address; 404 when there is no such store."""
    selling = on_sale(merchant, store)
    offer_languages(selling.store.merchant)
    with desk().wiring.db.reading() as database:
        known = visit(database, selling.store.merchant.id)
        if known is None:
            return Journey(selling, None, None, None, ())
        fresh = known.customer_id is not None and is_fresh(known, now())
        customer = database.get(Customer, known.customer_id) if fresh else None
        seated = mode_at(known, selling.store.id) == "table" and known.table_id is not None
        table = table_by_id(database, known.table_id) if seated and known.table_id is not None else None
        chosen = tuple(lines(database, known.id, selling.store.id))
    return Journey(selling, known, customer, table, chosen)


def visited(merchant: str, store: str) -> tuple[Journey, Visit]:
    """As `journey`, for pages that make sense only after something was chosen; 404 otherwise."""
    here = journey(merchant, store)
    if here.visit is None:
        abort(404)
    return here, here.visit
