"""A café with a real payment sandbox and a real loyalty sandbox, and diners who order there through the use cases."""

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.http import CLIENT
from tests.integration.scene import MAPPED, open_cafe, wiring_at
from tests.payment_peer import API_KEY, SECRETS, PaymentPeer, payment_peer
from tests.peers import ADA, TOKEN, LoyaltyPeer, loyalty_peer
from tests.unit.catalog_samples import document, product, read
from webapp.ground.clock import FixedClock
from webapp.ground.db import Database
from webapp.ground.randomness import SeededRandomness
from webapp.nouns.basket.lines import add, open_basket
from webapp.nouns.catalog.publish import publish
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.visits import choose_slot, customer_of, open_visit, sign_in, sign_out, sit_down
from webapp.nouns.merchant.models import Store
from webapp.nouns.merchant.tables import add_tables, tables_of
from webapp.nouns.order.find import attempts_of, by_reference
from webapp.nouns.order.models import Alert, Order, PaymentAttempt, PaymentCapture, PaymentNotice, Refund, SlotUse
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.pricing import Configuration, Wanted
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.sandbox.payment.peer import Setup
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_back import Wish, give_back, planned, standing
from webapp.usecases.checkout.last_page import confirmation
from webapp.usecases.checkout.notice import take_notice
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.checkout.place import place_order
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.payments import OneForAll
from webapp.usecases.wiring import Wiring

OPENED = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # a Friday, 12:00 in Paris
SLOT = OPENED + timedelta(hours=1)
CAFE = "cafe"
CAPACITY = 4
MENU = document(product("CREPE", price=900), product("CIDER", price=450), product("WATER", price=0))


def chance_of(seed: object) -> random.Random:
    """What happens by chance in a test: the same again for the same seed."""
    return random.Random(str(seed))  # noqa: S311 -- it must be repeatable, and guards nothing


@dataclass(frozen=True)
class Guest:
    """A browser with a visit at the café."""

    browser: str
    visit_id: int
    store_id: int


@dataclass
class Cast:
    """The café and everybody in it; `wiring` is that of a process which has just started."""

    wiring: Wiring
    clock: FixedClock
    payment: PaymentPeer
    loyalty: LoyaltyPeer
    connection: int
    guests: int = 0

    def later(self, **how_long: float) -> None:
        """Move everybody's clock on."""
        self.clock.set(self.clock.now() + timedelta(**how_long))

    def soon(self) -> datetime:
        """A pick-up time in about an hour."""
        hour = self.clock.now().replace(minute=0, second=0, microsecond=0)
        return hour + timedelta(hours=2)

    def rows(self, table: Any, *conditions: Any) -> list[Any]:
        """Rows of a table, oldest first."""
        with self.wiring.db.reading() as session:
            return list(session.scalars(select(table).where(*conditions).order_by(*table.__table__.primary_key)))

    # -- the diner -----------------------------------------------------------------------------------------------

    def guest(self, *, phone: str | None = ADA, slot: datetime | None = None, store: str = "one") -> Guest:
        """Somebody new with an empty basket: at a table, or collecting at `slot`."""
        self.guests += 1
        browser = f"browser-{self.guests}"
        now = self.clock.now()

        def work(session: Session) -> Guest:
            row = session.scalars(select(Store).where(Store.slug == store)).one()
            visit = open_visit(session, browser, row.merchant_id, now)
            if slot is None:
                sit_down(session, visit.id, row.id, "table", tables_of(session, row.id)[0].id)
            else:
                choose_slot(session, visit.id, row.id, slot)
            if phone is not None:
                sign_in(session, visit.id, customer_of(session, row.merchant_id, phone, now).id, "member", now)
            else:
                sign_out(session, visit.id, "guest")
            return Guest(browser, visit.id, row.id)

        return self.wiring.db.run(work)

    def choose(self, guest: Guest, sku: str = "CREPE", quantity: int = 1) -> None:
        """Put something in the basket."""
        now = self.clock.now()

        def work(session: Session) -> None:
            basket = open_basket(session, guest.visit_id, guest.store_id, now)
            wanted = Wanted("", sku, quantity, Configuration(), "")
            add(session, basket, wanted, seen_name=sku, seen_unit_price=0)

        self.wiring.db.run(work)

    def shown(self, guest: Guest) -> str:
        """The digest on the last page this guest would see now."""
        with self.wiring.db.reading() as session:
            on_sale = self.wiring.shelf.exactly(session, guest.store_id, self.clock.now())
            visit = session.get_one(Visit, guest.visit_id)
            return confirmation(session, on_sale, visit, self.clock.now()).digest

    def place(self, guest: Guest, shown: str | None = None, wiring: Wiring | None = None) -> Order:
        """Confirm the last page."""
        return place_order(
            wiring or self.wiring,
            browser=guest.browser,
            store_id=guest.store_id,
            shown=self.shown(guest) if shown is None else shown,
            language="fr",
        )

    def ordered(self, sku: str = "CREPE", quantity: int = 1, **about: Any) -> Order:
        """A guest's order that waits for its payment."""
        guest = self.guest(**about)
        self.choose(guest, sku, quantity)
        return self.place(guest)

    def opened(self, sku: str = "CREPE", **about: Any) -> tuple[Order, str]:
        """An order whose payment page is open, and the provider's name of that page."""
        order = self.ordered(sku, **about)
        start_payment(self.wiring, order.reference)
        return order, self.session_of(order)

    def session_of(self, order: Order) -> str:
        """The provider's id of the newest attempt."""
        return self.attempts(order)[-1].provider_ref or ""

    def paid_at_provider(self, order: Order, action: str = "pay") -> None:
        """The payer presses a button of the payment page."""
        answer = self.payment.act(self.session_of(order), action)
        assert answer.status == 303, answer.body

    def payment_takes_again(self, session_id: str) -> None:
        """The provider charges a page a second time, after it was paid."""
        ledger = self.payment.peer.bank.ledger
        with ledger.transaction() as db:
            row = db.execute("SELECT * FROM capture WHERE session_id=?", (session_id,)).fetchone()
            again = (row["id"] + "2", session_id, row["amount"], row["currency"], row["captured_at"])
            sql = "INSERT INTO capture (id, session_id, amount, currency, captured_at) VALUES (?, ?, ?, ?, ?)"
            db.execute(sql, again)

    def paid(self, sku: str = "CREPE", quantity: int = 1, **about: Any) -> Order:
        """An order that was paid, as its return page found out."""
        order = self.ordered(sku, quantity, **about)
        if start_payment(self.wiring, order.reference):
            self.paid_at_provider(order)
            refresh(self.wiring, order.reference, "return")
        assert self.state(order) == "paid"
        return order

    def wish(self, order: Order, quantities: Mapping[int, int] | None = None, key: str = "") -> Wish:
        """What somebody of the staff asks for at the refund page, as it shows the sum now."""
        self.guests += 1
        asked = Wish(
            order.id, order.merchant_id, order.store_id, None, "quality", "", quantities, key or f"k{self.guests}"
        )
        with self.wiring.db.reading() as session:
            found = planned(standing(session, session.get_one(Order, order.id)), quantities)
        return replace(asked, shown=found.amount)

    def give_back(self, order: Order, quantities: Mapping[int, int] | None = None, key: str = "") -> int:
        """Somebody of the staff gives it back, or some lines of it; the request's row."""
        return give_back(self.wiring, self.wish(order, quantities, key))

    # -- what is known -------------------------------------------------------------------------------------------

    def order(self, order: Order) -> Order:
        """The order as it is now."""
        with self.wiring.db.reading() as session:
            found = by_reference(session, order.reference)
        assert found is not None
        return found

    def state(self, order: Order) -> str:
        """Its state now."""
        return self.order(order).state

    def attempts(self, order: Order) -> list[PaymentAttempt]:
        """Its attempts, oldest first."""
        with self.wiring.db.reading() as session:
            return list(attempts_of(session, order.id))

    def messages(self, order: Order, topic: str = "loyalty.report") -> list[OutboxMessage]:
        """What loyalty is told of it."""
        return self.rows(OutboxMessage, OutboxMessage.order_id == order.id, OutboxMessage.topic == topic)

    def refunds(self, order: Order) -> list[Refund]:
        """What goes back."""
        return self.rows(Refund, Refund.order_id == order.id)

    def captures(self, order: Order) -> list[PaymentCapture]:
        """The money we have seen."""
        return self.rows(PaymentCapture, PaymentCapture.order_id == order.id)

    def balance(self, order: Order) -> int:
        """What the provider holds for this order, refunds taken off."""
        sessions = [row for row in self.payment.ledger()["sessions"] if row["reference"] == order.reference]
        return sum(capture["amount"] - capture["refunded"] for row in sessions for capture in row["captures"])

    def rename_store(self, slug: str, name: str) -> None:
        """The merchant changes a sign."""
        with self.wiring.db.transaction() as session:
            session.execute(update(Store).where(Store.slug == slug).values(name=name, menu_stamp=Store.menu_stamp + 1))

    def alerts(self) -> list[str]:
        """The kinds of the open alerts."""
        return [alert.kind for alert in self.rows(Alert, Alert.resolved_at.is_(None))]

    def notices(self) -> list[PaymentNotice]:
        """The stored callbacks."""
        return self.rows(PaymentNotice)

    def held(self, store_id: int, slot: datetime = SLOT) -> int:
        """Items promised in a slot."""
        rows = self.rows(SlotUse, SlotUse.store_id == store_id, SlotUse.starts_at == slot)
        return rows[0].taken if rows else 0

    # -- the outside ---------------------------------------------------------------------------------------------

    def events(self, order: Order | None = None) -> list[bytes]:
        """The bodies of the provider's callbacks, oldest first; of one order only."""
        rows = self.payment.peer.bank.ledger.rows("SELECT body FROM event ORDER BY number")
        bodies = [row["body"].encode() for row in rows]
        if order is None:
            return bodies
        return [body for body in bodies if json.loads(body)["session"]["reference"] == order.reference]

    def call_back(self, body: bytes, wiring: Wiring | None = None) -> None:
        """One callback arrives, signed now."""
        stamp = int(self.clock.now().timestamp())
        take_notice(wiring or self.wiring, "sandbox", {SIGNATURE_HEADER: signature(SECRETS, stamp, body)}, body)

    def restart(self) -> Wiring:
        """The wiring of another process: nothing is shared but the database and the outside."""
        return replace(wired(self.wiring.db, self.payment, self.loyalty, self.clock), draw=self.wiring.draw)

    def rounds(self, count: int = 1, **apart: float) -> None:
        """Rounds of the reconciler, moving the clock on before each."""
        for _ in range(count):
            if apart:
                self.later(**apart)
            reconcile(self.wiring)

    def deliver(self) -> int:
        """The worker turns to the programme."""
        return work_lane(self.wiring, self.connection)

    def received(self) -> list[dict[str, Any]]:
        """The orders that took effect at the programme."""
        orders: list[dict[str, Any]] = self.loyalty.ledger()["orders"]
        return orders

    def effects(self, order: Order) -> int:
        """How often this order took effect at the programme."""
        return sum(row["order_id"] == order.reference for row in self.received())

    def provider_captures(self, order: Order) -> list[dict[str, Any]]:
        """The money the provider has taken for this order, whatever became of it."""
        bank = self.payment.peer.bank
        sessions = [row for attempt in self.attempts(order) for row in bank.by_key(attempt.key)]
        return [capture for session in sessions for capture in session["captures"]]

    def faults_left(self, peer: str) -> bool:
        """Whether a fault of this peer has not met its request yet."""
        if peer == "payment":
            return bool(self.payment.peer.faults.waiting())
        return bool(CLIENT.get(f"{self.loyalty.url}/_faults").json()["faults"])


def wired(database: Database, payment: PaymentPeer, loyalty: LoyaltyPeer, clock: FixedClock) -> Wiring:
    """A process's wiring to these peers."""
    bare = wiring_at(database, {TOKEN: loyalty.api}, clock)
    return replace(bare, payments=OneForAll(payment.provider()))


def set_up(database: Database, now: datetime) -> int:
    """Merchant, stores, tables, menu, connection and mappings; the connection. A slot takes 4 items."""
    connection = open_cafe(database, CAFE, TOKEN, now, MAPPED)
    with database.transaction() as session:
        store = session.scalars(select(Store).where(Store.slug == "one")).one()
        session.execute(update(Store).values(slot_items=CAPACITY))
        add_tables(session, store.id, ["7", "8"], SeededRandomness("tables"), now)
        publish(session, store.merchant_id, read(MENU), now)
    return connection


@contextmanager
def on_stage(database: Database, folder: Path, seed: str = "cast") -> Iterator[Cast]:
    """The café open, both peers running; callbacks wait until a test delivers them."""
    clock = FixedClock(OPENED)
    setup = Setup(api_key=API_KEY, webhook_secrets=SECRETS, now=lambda: clock.now().timestamp())
    with payment_peer(setup=setup) as payment, loyalty_peer(folder) as loyalty:
        connection = set_up(database, OPENED)
        wiring = replace(wired(database, payment, loyalty, clock), draw=SeededRandomness(seed))
        yield Cast(wiring, clock, payment, loyalty, connection)
