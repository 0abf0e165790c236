"""Somebody at a table of the café whose programme is one of the real sandboxes: what they choose, see and pay."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import update

from tests.contract import gonnaorder_calls, menu_calls
from tests.http import CLIENT
from tests.integration.checkout_cast import MENU, Cast, Guest
from tests.integration.programmes import VAULT, House, house
from tests.integration.promo_cast import Promos
from tests.payment_peer import API_KEY, SECRETS, payment_peer
from tests.peers import ADA
from tests.unit.catalog_samples import read
from webapp.ground.db import Database
from webapp.ground.randomness import SeededRandomness
from webapp.nouns.basket.lines import lines
from webapp.nouns.catalog.publish import publish
from webapp.nouns.customer.visits import keep_member
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.merchant.tables import add_tables
from webapp.nouns.order.models import Order
from webapp.nouns.pricing import Wanted
from webapp.sandbox.payment.peer import Setup
from webapp.usecases.checkout.confirm import refresh as ask_provider
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.payments import OneForAll
from webapp.usecases.promotion.asking import handle
from webapp.usecases.promotion.theirs import choose, refresh

OWN = {"gonnaorder": gonnaorder_calls.ADA_CODE, "menu": str(menu_calls.OFFER)}


@dataclass
class Table:
    """The café, somebody at a table, and their programme."""

    at: House
    promos: Promos
    guest: Guest

    @property
    def cast(self) -> Cast:
        """Everybody."""
        return self.promos.cast

    def choose(self, named: str = "") -> None:
        """Put a voucher, offer or reward on the order."""
        wiring, own = self.cast.wiring, named or OWN[self.at.kind.vendor]
        choose(wiring, self.promos.asked(self.guest), self.wanted(), handle(wiring, own))

    def wanted(self) -> list[Wanted]:
        """The basket."""
        with self.cast.wiring.db.reading() as session:
            return [line.wanted for line in lines(session, self.guest.visit_id, self.guest.store_id)]

    def ask(self, *, anew: bool = True) -> list[str]:
        """The programme is asked for its price, as a page does."""
        asked = self.promos.asked(self.guest)
        return [one.code for one in refresh(self.cast.wiring, asked, self.wanted(), anew=anew)]

    def total(self) -> int:
        """What the page shows."""
        return self.promos.price(self.guest).quote.total

    def pay(self, order: Order) -> None:
        """The diner pays."""
        if start_payment(self.cast.wiring, order.reference):
            self.cast.paid_at_provider(order)
            ask_provider(self.cast.wiring, order.reference, "return")

    def validated(self, total: int) -> int:
        """What is left of an order of this sum with Ada's wallet, as GonnaOrder says it, asked by nobody of ours."""
        headers = {"Authorization": f"Bearer {gonnaorder_calls.FIXED}"}
        url = f"{self.at.peer.url}/api/v1/stores/{gonnaorder_calls.STORE}/customer-voucher/validate/order"
        body = {"voucherCode": gonnaorder_calls.ADA_CODE, "totalNonDiscountedPrice": total / 100}
        said: dict[str, float] = CLIENT.post(url, json=body, headers=headers).json()["order"]
        return round(said["totalDiscountedPrice"] * 100)

    def refused(self) -> str:
        """Why the order as shown is not placed."""
        try:
            self.cast.place(self.guest)
        except NotPlaced as refusal:
            return refusal.code
        return ""


@contextmanager
def table(database: Database, vendor: str, *, proved: bool = True, phone: str | None = ADA) -> Iterator[Table]:
    with house(database, vendor) as at:
        setup = Setup(api_key=API_KEY, webhook_secrets=SECRETS, now=lambda: at.clock.now().timestamp())
        with payment_peer(setup=setup) as payment:
            with database.transaction() as session:
                merchant = session.query(Merchant.id).scalar()
                publish(session, merchant, read(MENU), at.clock.now())
                session.execute(update(Store).values(slot_items=9))
                add_tables(session, at.store_id("one"), ["7"], SeededRandomness("tables"), at.clock.now())
            wiring = replace(at.restart(), payments=OneForAll(payment.provider()))
            promos = Promos(Cast(wiring, at.clock, payment, at.peer, at.connection))
            promos.cast.wiring = replace(promos.cast.wiring, page_seconds=1.0)
            guest = promos.cast.guest(phone=phone)
            made = Table(at, promos, guest)
            if proved and vendor == "menu":
                secret = VAULT.seal(menu_calls.SOMEBODY)
                wiring.db.run(lambda session: keep_member(session, guest.visit_id, secret, at.connection))
            elif proved:
                promos.prove(guest)
            promos.cast.choose(guest, "CREPE", 2)
            yield made
