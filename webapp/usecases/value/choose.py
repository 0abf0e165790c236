"""Choosing to pay with a gift card or with points: a wish kept with the basket, nothing reserved (spoonity.md 8.3)."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import lock_basket
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.promotion.basket import Asked, party_of
from webapp.nouns.promotion.choice import may_spend
from webapp.nouns.promotion.find import THEIRS
from webapp.nouns.value.basket import kind_of, put_tender, take_tender_out, tenders_in
from webapp.nouns.value.parts import ORDER_OF_USE, POINTS
from webapp.ports.loyalty.port import StoredValueKind
from webapp.usecases.membership.abilities import abilities
from webapp.usecases.membership.wallet import fresh_wallet
from webapp.usecases.wiring import Wiring

# Credit is no tender: the programme takes it off inside its own price (menu.md M5).
CREDIT = StoredValueKind.CREDIT.value
SOURCES = frozenset({*ORDER_OF_USE, CREDIT})


@dataclass(frozen=True)
class Purse:
    """What may be paid with now. `balances`: per source, minor units; None when the programme does not say.

    `alone`: one order carries one discount of the programme's, credit or another (menu.md M6). `points`: what the
    balance of points is in points, 0 where the programme does not say.
    """

    kinds: frozenset[str]
    proved: bool
    balances: Mapping[str, int] | None
    alone: bool = False
    points: int = 0

    def points_of(self, kind: str) -> int:
        """Points behind a balance; 0 for anything else than points."""
        return self.points if kind == POINTS else 0


def kinds_of(wiring: Wiring, store: StoreFacts) -> frozenset[str]:
    """Which of the sources this store's programme declares."""
    if store.connection_id is None or not store.loyalty_slug:
        return frozenset()
    return frozenset(one.value for one in abilities(wiring, store).stored_value) & SOURCES


def purse(wiring: Wiring, asked: Asked) -> Purse | None:
    """What this diner could pay with here; None where there is nothing of the kind, or nobody to ask for."""
    store, customer = asked.on_sale.store, asked.diner.customer
    kinds = kinds_of(wiring, store)
    if not kinds or customer is None:
        return None
    with wiring.db.reading() as session:
        proved = may_spend(session, party_of(asked))
    balances, points = _balances(wiring, asked, kinds) if proved else (None, 0)
    return Purse(kinds, proved, balances, abilities(wiring, store).choices_at_once == 1, points)


def _balances(wiring: Wiring, asked: Asked, kinds: frozenset[str]) -> tuple[Mapping[str, int] | None, int]:
    """What is there in the shop's own currency, and the points; a source with nothing on it is left out."""
    customer, visit = asked.diner.customer, asked.diner.visit
    if customer is None:
        return None, 0
    wallet = fresh_wallet(wiring, asked.on_sale.store, customer.id, visit_id=visit.id if visit is not None else None)
    if wallet is None:
        return None, 0
    money = asked.on_sale.menu.currency
    stored = [one for one in wallet.stored if one.kind.value in kinds and one.currency == money]
    return {str(one.kind.value): one.amount for one in stored}, wallet.points or 0


def choose_value(wiring: Wiring, asked: Asked, kind: str, *, wanted: bool) -> bool:
    """Pay with this source, or without it; False when it cannot be had now. Takes nothing from anybody."""
    visit, customer, store = asked.diner.visit, asked.diner.customer, asked.on_sale.store
    if visit is None or kind not in ORDER_OF_USE:
        return False
    found = purse(wiring, asked) if wanted else None
    balance = (found.balances or {}).get(kind, 0) if found is not None else 0
    if wanted and (balance <= 0 or customer is None or store.connection_id is None):
        return False
    now, connection_id = wiring.clock.now(), store.connection_id or 0
    owner = customer.id if customer is not None else 0

    def work(session: Session) -> bool:
        basket_id = lock_basket(session, visit.id, store.id)
        if basket_id is None:
            return False
        if wanted:
            points = found.points_of(kind) if found is not None else 0
            put_tender(session, basket_id, (connection_id, owner), kind, balance, now, points)
        else:
            take_tender_out(session, basket_id, kind)
        return True

    return wiring.db.run(work)


def refresh_value(wiring: Wiring, asked: Asked, found: Purse | None = None) -> None:
    """Note what is on the sources chosen now; where the programme is silent they count for nothing.

    `found`: what it has just said; None to ask it, right before an order is placed.
    """
    if asked.basket_id is None or not asked.carries & THEIRS:
        return
    basket_id, now = asked.basket_id, wiring.clock.now()
    with wiring.db.reading() as session:
        chosen = tenders_in(session, basket_id)
    if not chosen:
        return
    found = found or purse(wiring, asked)
    balances = found.balances or {} if found is not None else {}

    def work(session: Session) -> None:
        if lock_basket(session, asked.diner.visit.id if asked.diner.visit else 0, asked.on_sale.store.id) is None:
            return
        for row in tenders_in(session, basket_id):
            owner = (row.connection_id, row.customer_id or 0)
            points = found.points_of(kind_of(row)) if found is not None else 0
            put_tender(session, basket_id, owner, kind_of(row), balances.get(kind_of(row), 0), now, points)

    wiring.db.run(work)
