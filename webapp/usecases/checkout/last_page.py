"""What the last page shows and its tap agrees to: read and priced anew each time (P1, P3)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import Line, lines
from webapp.nouns.basket.tip import tip_in
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import Guest, Patron, is_fresh, mode_at
from webapp.nouns.customer.visits import slot_at as slot_chosen
from webapp.nouns.merchant.pickup import offered
from webapp.nouns.merchant.tables import table_by_id
from webapp.nouns.pricing import Quote
from webapp.nouns.pricing.tip import NO_TIP, Tip, tip_of, with_tip
from webapp.nouns.promotion.basket import EVERYTHING, Asked, Promoted, gifts_left, party_of, promote
from webapp.nouns.promotion.find import THEIRS, Diner, basket_and_load
from webapp.nouns.promotion.standing import Standing
from webapp.nouns.value.basket import Tender, parts_of, tenders_here
from webapp.nouns.value.parts import Part
from webapp.usecases.till.ways import HERE, Way


class NotPlaced(Exception):
    """The order cannot be placed as confirmed; nothing was written.

    `code`: `empty`, `unanswered` (whether they collect points), `changed` (show the last page again), `slot_full`,
    `slot_gone`, `closed`, `paused`, `table_gone`, `no_slot`, `not_asked` (see `place_order`), `being_paid` (another
    order of this basket is: its `reference`), `no_payment` (nobody to take the money), and what `may_use` says of its
    rewards: `locked`, `order_limit`, `day_limit`; or `may_pay` of its points: `points_hold`, `points_prove_again`.
    """

    def __init__(self, code: str, reference: str = "") -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.reference = reference


@dataclass(frozen=True)
class Confirmation:
    """Everything the last page showed, and what it will be frozen as.

    `digest` names exactly that: the sum, the lines, where, when and for whom (P1, P3).
    """

    on_sale: OnSale
    visit: Guest
    basket_id: int
    basket_lines: tuple[Line, ...]
    promoted: Promoted
    mode: str
    table_id: int | None
    table_label: str
    slot_at: datetime | None
    customer: Patron | None
    tip: Tip = NO_TIP
    way: str = HERE
    tenders: tuple[Tender, ...] = ()

    @cached_property
    def quote(self) -> Quote:
        """The price, discounts taken off, the tip the diner wished for put on."""
        goods = self.promoted.quote
        return with_tip(goods, tip_of(goods, self.tip, self.on_sale.store.tip_percents))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What of it the diner's own gift card and points pay."""
        return parts_of(self.quote.total, self.quote.tip, self.tenders) if self.tenders else ()

    @property
    def due(self) -> int:
        """What is left for the card, minor units."""
        return self.quote.total - sum(part.amount for part in self.parts)

    @property
    def told_at(self) -> list[datetime | None]:
        """When the programme said each figure of its own that counts here."""
        choices = [one.row.priced_at for one in self.promoted.choices if one.reason is None]
        return choices + [one.row.priced_at for one in self.tenders if not one.reason]

    @property
    def diner(self) -> Diner:
        """Whom limits per customer count."""
        return Diner(self.visit, self.customer)

    @cached_property
    def digest(self) -> str:
        """A name for what is about to be agreed to."""
        slot = self.slot_at.isoformat() if self.slot_at else ""
        who = self.customer.id if self.customer else ""
        where = f"{self.on_sale.store.id}|{self.mode}|{self.table_id}"
        if self.way != HERE:
            where += f"|{self.way}"
        where += "".join(f"|{part.kind} {part.amount}" for part in self.parts)
        return hashlib.sha256(f"{self.quote.digest}|{where}|{slot}|{who}".encode()).hexdigest()

    @property
    def items(self) -> int:
        """How many items the kitchen makes."""
        return sum(line.quantity for line in self.quote.lines)


def confirmation(
    session: Session, on_sale: OnSale, visit: Visit, now: datetime, way: Way | None = None
) -> Confirmation:
    """What the last page shows now. `way`: where it is to be paid, None for on this site.

    Raises:
        NotPlaced: `empty`, `table_gone`, `no_slot`, `slot_gone`, `closed`, `paused`.
    """
    basket_id, carries = basket_and_load(session, visit.id, on_sale.store.id)
    table = table_by_id(session, visit.table_id) if visit.table_id is not None else None
    customer = session.get(Customer, visit.customer_id) if visit.customer_id is not None else None
    chosen = tuple(lines(session, visit.id, on_sale.store.id)) if basket_id is not None else ()
    stands = Standing(visit, customer, table, None, None, carries, chosen)
    return confirmed(session, on_sale, basket_id, stands, now, way)


def confirmed(
    session: Session, on_sale: OnSale, basket_id: int | None, stands: Standing, now: datetime, way: Way | None
) -> Confirmation:
    """As `confirmation`, of what was read of the visit already."""
    store, visit = on_sale.store, stands.visit
    chosen = stands.lines
    honours = way.honours if way is not None else EVERYTHING
    if honours != EVERYTHING and basket_id is not None and stands.carries:
        unpaid = gifts_left(session, basket_id, honours)  # a dish that is free only here is not sold there
        chosen = tuple(line for line in chosen if line.id not in unpaid)
    if basket_id is None or not chosen:
        raise NotPlaced("empty")
    if store.refusal(now):
        raise NotPlaced("paused")
    table = None
    slot_at = None
    mode = mode_at(visit, store.id)
    if mode == "table":
        table = stands.table
        if table is None or table.store_id != store.id:
            raise NotPlaced("table_gone")
        if not offered(store, "table", now, now):
            raise NotPlaced("closed")
    else:
        slot_at = slot_chosen(visit, store.id)
        if slot_at is None:
            raise NotPlaced("no_slot")
        if not offered(store, "collect", slot_at, now):
            raise NotPlaced("slot_gone")
    customer = stands.customer if is_fresh(visit, now) else None
    asked = Asked(on_sale, mode, slot_at or now, now, Diner(visit, customer), basket_id, stands.carries, honours)
    promoted = promote(session, asked, [line.wanted for line in chosen])
    return Confirmation(
        on_sale=on_sale,
        visit=visit,
        basket_id=basket_id,
        basket_lines=chosen,
        promoted=promoted,
        mode=mode,
        table_id=table.id if table else None,
        table_label=table.label if table else "",
        slot_at=slot_at,
        customer=customer,
        tip=tip_in(session, basket_id) if store.tip_percents else NO_TIP,
        way=way.name if way is not None else HERE,
        # A counter or a till takes what it is told: only this site's own payment is divided.
        tenders=_tenders(session, asked, promoted) if stands.carries & THEIRS and way is None else (),
    )


def _tenders(session: Session, asked: Asked, promoted: Promoted) -> tuple[Tender, ...]:
    spent = any(one.reason is None and one.reward.cost is not None for one in promoted.rewards)
    return tenders_here(session, party_of(asked), points_taken=spent)
