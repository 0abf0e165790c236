"""A café with three stores, two of them mapped to a loyalty sandbox, and orders that are really paid there."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.peers import ADA, TOKEN, LoyaltyPeer, pongo_at
from webapp.ground.clock import Clock, FixedClock
from webapp.ground.db import Database
from webapp.ground.links import Signer
from webapp.ground.randomness import SystemRandomness
from webapp.ground.secrets import Vault
from webapp.nouns.catalog.shelf import Shelf
from webapp.nouns.customer.visits import customer_of
from webapp.nouns.merchant.check import ALL_DAY
from webapp.nouns.merchant.document import DAYS, Merchant, Store, Week
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.merchant.models import Merchant as MerchantRow
from webapp.nouns.merchant.models import Store as StoreRow
from webapp.nouns.order.models import Order, OrderLine, PaymentAttempt
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import LoyaltyProgram
from webapp.ports.payment.port import Capture, PaymentFact, attempt_key
from webapp.usecases.checkout.settle import apply_payment_fact
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.payments import OneForAll
from webapp.usecases.setup.house import store_merchant
from webapp.usecases.setup.loyalty import Access, connect, map_stores
from webapp.usecases.wiring import Wiring
from webapp.wire import Connected

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAPPED = {"one": "demo-republique", "two": "demo-bastille"}
VAULT_KEY = Fernet.generate_key().decode()
SIGNING_KEY = "a-signing-key-for-tests-only-0123456789"


def wiring_at(database: Database, apis: dict[str, str], clock: Clock, *, patience_s: float = 1.5) -> Wiring:
    """Everything a worker needs, as a process that has just started. `apis`: per token, the programme's address."""
    vault = Vault([VAULT_KEY])

    def pongo(token: str) -> LoyaltyProgram:
        return pongo_at(apis.get(token, next(iter(apis.values()))), token, clock)

    return Wiring(
        db=database,
        clock=clock,
        draw=SystemRandomness(),
        signer=Signer([SIGNING_KEY]),
        shelf=Shelf(lambda: 0.0),
        payments=OneForAll(None),
        payment_name="sandbox",
        programs=Connected(database, vault, {"pongo": pongo}),
        public_url="http://shop.test",
        page_seconds=patience_s,
        worker_seconds=patience_s,
    )


def open_cafe(database: Database, slug: str, token: str, now: datetime, mapped: dict[str, str]) -> int:
    """Merchant, stores `one`, `two` and `three`, connection and mappings; the connection."""
    week = Week(**dict.fromkeys(DAYS, ALL_DAY))
    stores = [
        Store(
            slug=name, name=name, street="1 rue Un", postcode="75001", city="Paris", timezone="Europe/Paris", hours=week
        )
        for name in ("one", "two", "three")
    ]
    merchant = Merchant(slug=slug, name=slug, languages=("fr", "en"), default_language="fr", currency="EUR")
    with database.transaction() as session:
        store_merchant(session, merchant, stores, SystemRandomness(), now)
        access = Access("pongo", f"client-{token}", "secret", token)
        connection = connect(session, Vault([VAULT_KEY]), slug, access, now)
        map_stores(session, slug, mapped, now)
    return connection


@dataclass
class Scene:
    """One café, its clock, and the programme it speaks to."""

    database: Database
    peer: LoyaltyPeer
    clock: FixedClock
    connection: int
    slug: str = "cafe"
    apis: dict[str, str] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def restart(self) -> Wiring:
        """The wiring of a fresh worker: nothing is remembered but the database."""
        return wiring_at(self.database, self.apis or {TOKEN: self.peer.api}, self.clock)

    def later(self, **how_long: float) -> None:
        """Move the clock on, e.g. `later(minutes=5)`."""
        self.clock.set(self.clock.now() + timedelta(**how_long))

    def store_id(self, slug: str) -> int:
        """The row of a store."""
        with self.database.reading() as session:
            return self._store(session, slug).id

    def _store(self, session: Session, slug: str) -> StoreRow:
        ours = select(MerchantRow.id).where(MerchantRow.slug == self.slug).scalar_subquery()
        return session.scalars(select(StoreRow).where(StoreRow.merchant_id == ours, StoreRow.slug == slug)).one()

    def place(self, store: str = "one", phone: str | None = ADA, total: int = 1000) -> int:
        """An order that waits for its payment; its row."""
        now, number = self.clock.now(), next(self.numbers)
        reference = SystemRandomness().token(16)
        with self.database.transaction() as session:
            row = self._store(session, store)
            order = Order(
                reference=reference, number=number, merchant_id=row.merchant_id, store_id=row.id, state="pending",
                customer_id=customer_of(session, row.merchant_id, phone, now).id if phone else None, phone=phone,
                progress="", mode="collect", language="fr", currency="EUR", subtotal=total, total=total,
                vat=[{"rate": 1000, "gross": total, "net": total, "vat": 0}], discounts=[], quote_digest="", name="Ada",
                menu_stamp=1, consent={}, points_state="none", created_at=now, expires_at=now + timedelta(minutes=30),
            )  # fmt: skip
            session.add(order)
            session.flush()
            line = {
                "order_id": order.id, "position": 0, "sku": "A", "name": "Crêpe", "shown_name": "Crêpe", "details": [],
                "configuration": "{}", "quantity": 1, "unit_price": total, "total": total, "vat_rate": 1000, "note": "",
            }  # fmt: skip
            session.execute(insert(OrderLine), [line])
            attempt = {
                "order_id": order.id, "number": 1, "key": attempt_key(reference, 1), "provider": "sandbox", "url": "",
                "state": "open", "amount": total, "currency": "EUR", "account": "acct", "livemode": False,
                "created_at": now, "expires_at": now + timedelta(minutes=30), "checks": 0,
            }  # fmt: skip
            session.execute(insert(PaymentAttempt), [attempt])
            return order.id

    def settle(self, order_id: int, **changes: Any) -> str:
        """The provider says this order's money was taken; its state then. `changes`: to what the provider says."""
        with self.database.transaction() as session:
            return self.apply(session, order_id, **changes)

    def apply(self, session: Session, order_id: int, **changes: Any) -> str:
        """As `settle`, in a transaction of the caller's."""
        order = session.get_one(Order, order_id)
        attempt = session.scalars(select(PaymentAttempt).where(PaymentAttempt.order_id == order_id)).one()
        capture = Capture(f"cap-{order_id}", changes.get("amount", order.total), "EUR", 0, self.clock.now())
        facts: dict[str, Any] = {
            "provider_ref": f"ses-{order_id}", "key": attempt.key, "reference": order.reference, "state": "captured",
            "amount": order.total, "currency": "EUR", "account": "acct", "livemode": False, "captures": (capture,),
        }  # fmt: skip
        fact = PaymentFact(**(facts | changes))
        return apply_payment_fact(session, attempt.id, fact, self.clock.now(), "callback")

    def pay(self, store: str = "one", phone: str | None = ADA, total: int = 1000) -> int:
        """An order placed and paid; its row."""
        order_id = self.place(store, phone, total)
        assert self.settle(order_id) == "paid"
        return order_id

    def message(self, order_id: int, topic: str = "loyalty.report") -> OutboxMessage:
        """The outbox row about an order, as it is now."""
        query = select(OutboxMessage).where(OutboxMessage.order_id == order_id, OutboxMessage.topic == topic)
        with self.database.reading() as session:
            return session.scalars(query).one()

    def order(self, order_id: int) -> Order:
        """The order as it is now."""
        with self.database.reading() as session:
            return session.get_one(Order, order_id)

    def account(self) -> LoyaltyConnection:
        """The connection as it is now."""
        with self.database.reading() as session:
            return session.get_one(LoyaltyConnection, self.connection)

    def due(self) -> Sequence[int]:
        """Connections a worker would turn to now."""
        with self.database.reading() as session:
            return box.connections_due(session, self.clock.now(), (), 8)

    def deliver(self, wiring: Wiring | None = None) -> int:
        """One visit of a worker to our connection."""
        return work_lane(wiring or self.restart(), self.connection)

    def effects(self) -> list[dict[str, Any]]:
        """The orders that took effect at the programme, oldest first."""
        return sorted(self.peer.ledger()["orders"], key=lambda order: str(order["received_at"]))
