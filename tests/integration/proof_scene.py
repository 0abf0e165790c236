"""A café that texts codes, without pages: what the use cases of proof are tried on."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import insert, select

from tests.carrier import Carrier
from tests.integration.scene import NOON, VAULT_KEY, open_cafe, wiring_at
from webapp.ground.clock import FixedClock
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.ground.throttle import Throttle
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof_models import OneTimeCode, SmsMessage
from webapp.nouns.customer.visits import customer_of
from webapp.nouns.merchant.models import LoyaltyConnection, Merchant, Store
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount, RewardPurchase
from webapp.usecases.proof.codes import Asking, Checked, Sent, check_code, send_code
from webapp.usecases.wiring import Texting, Wiring

PHONE = "+33612345678"


@dataclass
class ProofScene:
    """One café, one customer, one carrier."""

    database: Database
    carrier: Carrier
    clock: FixedClock
    customer_id: int
    throttle: Throttle

    def wiring(self, database: Database | None = None) -> Wiring:
        """As a process that has just started."""
        texting = Texting(self.carrier.sender(), Vault([VAULT_KEY]), frozenset({"FR"}))
        plain = wiring_at(database or self.database, {"": "http://127.0.0.1:9"}, self.clock, patience_s=5)
        return replace(plain, texting=texting)

    def later(self, **how_long: float) -> None:
        """Time passes."""
        self.clock.set(self.clock.now() + timedelta(**how_long))

    def ask(self, browser: str = "browser", address: str = "192.0.2.1", wiring: Wiring | None = None) -> Sent:
        """Somebody asks for a code."""
        return send_code(wiring or self.wiring(), self.throttle, Asking(self.customer_id, browser, address, "en"))

    def enter(self, typed: str, browser: str = "browser", wiring: Wiring | None = None) -> Checked:
        """Somebody types it."""
        return check_code(wiring or self.wiring(), customer_id=self.customer_id, browser=browser, typed=typed)

    def customer(self) -> Customer:
        """The customer as it is now."""
        with self.database.reading() as session:
            return session.get_one(Customer, self.customer_id)

    def codes(self) -> list[OneTimeCode]:
        """Every code, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(OneTimeCode).order_by(OneTimeCode.id)))

    def messages(self) -> list[SmsMessage]:
        """Every message, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(SmsMessage).order_by(SmsMessage.id)))

    def bought(self, cost: int, state: str = "owned", owned_id: str | None = None) -> None:
        """A reward is bought now."""
        now = self.clock.now()
        with self.database.transaction() as session:
            merchant = session.scalars(select(Merchant.id)).one()
            row = {
                "key": f"k{now.timestamp()}", "merchant_id": merchant, "customer_id": self.customer_id,
                "store_id": session.scalars(select(Store.id)).first(), "reward_id": "r", "name": "", "cost": cost,
                "connection_id": session.scalars(select(LoyaltyConnection.id)).one(), "owned_before": [],
                "state": state, "reason": "", "proof": "sms", "created_at": now, "owned_id": owned_id,
            }  # fmt: skip
            session.execute(insert(RewardPurchase), [row])

    def used(self, state: str, owned_id: str | None = None) -> None:
        """An order now, with a reward on it that is in this state."""
        now, customer = self.clock.now(), self.customer()
        with self.database.transaction() as session:
            store_id = session.scalars(select(Store.id).order_by(Store.id)).first()
            facts = {
                "reference": f"r{now.timestamp()}", "number": 1, "merchant_id": customer.merchant_id, "state": "paid",
                "store_id": store_id, "customer_id": customer.id, "mode": "collect", "language": "en", "total": 0,
                "currency": "EUR", "subtotal": 0, "vat": [], "quote_digest": "", "menu_stamp": 1, "created_at": now,
                "expires_at": now,
            }  # fmt: skip
            order_id = session.execute(insert(Order).values(facts).returning(Order.id)).scalar_one()
            discount = {
                "order_id": order_id, "kind": "reward", "holder": "", "name": "", "shown_name": "", "amount": 0,
                "shares": [], "state": state, "owned_id": owned_id,
                "connection_id": session.scalars(select(LoyaltyConnection.id)).one(),
            }  # fmt: skip
            session.execute(insert(OrderDiscount), [discount])


def open_scene(database: Database, carrier: Carrier) -> ProofScene:
    """On a fresh database."""
    open_cafe(database, "cafe", "token", NOON, {"one": "x"})
    with database.transaction() as session:
        merchant = session.scalars(select(Merchant.id)).one()
        customer_id = customer_of(session, merchant, PHONE, NOON).id
    return ProofScene(database, carrier, FixedClock(NOON), customer_id, Throttle("a throttle key of the tests"))
