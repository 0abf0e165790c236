"""Asking a programme for the price of a basket: where, for whom, and within which time."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.ground.links import fingerprint
from webapp.ground.secrets import Unreadable
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.merchant.tables import table_by_id
from webapp.nouns.pricing import Quote, Wanted, quote
from webapp.nouns.promotion.basket import Asked, party_of
from webapp.nouns.promotion.choice import cart_of, may_spend
from webapp.ports.loyalty.port import Cart, Chosen, LoyaltyError, LoyaltyProgram, Priced, Wallet
from webapp.usecases.membership.wallet import fresh_wallet
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Counter:
    """Where a basket is priced by its programme. `member_id`: only of somebody who proved to be them (A1)."""

    program: LoyaltyProgram
    connection_id: int
    slug: str
    member_id: str | None
    proved: bool


def program_of(wiring: Wiring, on_sale: OnSale) -> LoyaltyProgram | None:
    """The programme that prices this store's baskets itself; None where we price them."""
    store = on_sale.store
    if store.connection_id is None or not store.loyalty_slug:
        return None
    program = wiring.programs.of(store.connection_id)
    return program if program is not None and program.capabilities.price_remotely else None


def counter(wiring: Wiring, asked: Asked) -> Counter | None:
    """Where to ask, and for whom."""
    program, store, party = program_of(wiring, asked.on_sale), asked.on_sale.store, party_of(asked)
    if program is None or store.connection_id is None:
        return None
    with wiring.db.reading() as session:
        proved = may_spend(session, party)
    member_id = _member(wiring, asked, program, store.connection_id) if proved else None
    return Counter(program, store.connection_id, store.loyalty_slug, member_id, proved)


def _member(wiring: Wiring, asked: Asked, program: LoyaltyProgram, connection_id: int) -> str | None:
    visit, customer = asked.diner.visit, asked.diner.customer
    if program.capabilities.secret_members:
        if visit is None or wiring.vault is None or not visit.member_sealed:
            return None
        try:
            return wiring.vault.open(visit.member_sealed)
        except Unreadable:
            return None
    same = customer is not None and customer.member_connection_id == connection_id
    return customer.member_id if customer is not None and same else None


def handle(wiring: Wiring, owned_id: str) -> str:
    """What pages call a copy whose own name may be a code that anybody could type: known to us, telling nothing."""
    return fingerprint(wiring.signer.sign("owned", owned_id))[:32]


def wallet_there(wiring: Wiring, asked: Asked, there: Counter) -> Wallet | None:
    """What this person holds there now; None: it does not say."""
    member_id, customer = there.member_id, asked.diner.customer
    if there.program.capabilities.secret_members and member_id is not None:
        try:
            return wiring.patience.ask(
                there.connection_id,
                wiring.page_seconds,
                lambda: there.program.wallet(member_id, store_slug=there.slug, deadline_s=wiring.page_seconds),
            )
        except LoyaltyError:
            return None
    return fresh_wallet(wiring, asked.on_sale.store, customer.id) if customer is not None else None


def plain_price(asked: Asked, wanted: Sequence[Wanted]) -> Quote:
    """The basket before anything is taken off it."""
    return quote(asked.on_sale.menu, asked.mode, wanted, asked.minute)


def basket_of(wiring: Wiring, asked: Asked, plain: Quote) -> Cart:
    """The basket as the programme prices it."""
    visit, label = asked.diner.visit, ""
    if asked.mode == "table" and visit is not None and visit.table_id is not None:
        with wiring.db.reading() as session:
            table = table_by_id(session, visit.table_id)
        label = table.label if table is not None else ""
    return cart_of(plain, asked.on_sale.menu.languages, label)


def price(wiring: Wiring, there: Counter, cart: Cart, chosen: tuple[Chosen, ...]) -> Priced:
    """What the programme says of this cart with these choices.

    Raises:
        LoyaltyError: it refused, or did not answer.
    """
    seconds = wiring.page_seconds
    return wiring.patience.ask(
        there.connection_id,
        seconds,
        lambda: there.program.price_cart(
            cart, chosen, member_id=there.member_id, store_slug=there.slug, deadline_s=seconds
        ),
    )
