"""Coupons and rewards at the café: made, typed, put on orders."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from tests.http import CLIENT
from tests.integration.checkout_cast import Cast, Guest
from tests.peers import ADA, CLIENT_ID, CLIENT_SECRET
from webapp.ground.throttle import Throttle
from webapp.nouns.basket.lines import lines
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.customer.visits import customer_of, sign_in
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.models import Order
from webapp.nouns.pricing import Configuration, Wanted
from webapp.nouns.promotion.basket import Asked, Promoted, asked_by, known_customer, promote
from webapp.nouns.promotion.code import canonical
from webapp.nouns.promotion.find import discounts_of
from webapp.nouns.promotion.models import BasketCoupon, BasketReward, Coupon, OrderDiscount, Voucher
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.promotion.codes import Guesser, Typed, type_code
from webapp.usecases.promotion.rewards import keep_for_later, use

ONE_USE: dict[str, Any] = {"code": "ONCE", "kind": "amount", "value": 300, "max_uses": 1}
PERCENT: dict[str, Any] = {"code": "TEN", "kind": "percent", "value": 1000}


@dataclass
class Promos:
    """What promotion tests do at the café."""

    cast: Cast

    def __post_init__(self) -> None:
        """A busy machine is no outage."""
        self.cast.wiring = replace(self.cast.wiring, page_seconds=8)

    def coupon(self, **facts: Any) -> int:
        """A coupon of the café; its row."""
        row = {
            "name": {"fr": facts.get("code", ""), "en": facts.get("code", "")}, "skus": [], "store_slugs": [],
            "modes": [], "hours": [], "weekdays": [], "minimum": 0, "stacks": False, "active": True, "held": 0,
            "used": 0, "first_order_only": False, "created_at": self.cast.clock.now(), **facts,
        }  # fmt: skip
        with self.cast.wiring.db.transaction() as session:
            merchant = session.query(Merchant.id).scalar()
            made = insert(Coupon).values(merchant_id=merchant, **row).returning(Coupon.id)
            return int(session.execute(made).scalar_one())

    def change(self, coupon_id: int, **facts: Any) -> None:
        """The merchant changes a coupon."""
        with self.cast.wiring.db.transaction() as session:
            session.execute(update(Coupon).where(Coupon.id == coupon_id).values(**facts))

    def counts(self, coupon_id: int) -> tuple[int, int]:
        """Held and used."""
        (row,) = self.cast.rows(Coupon, Coupon.id == coupon_id)
        return row.held, row.used

    def type(self, guest: Guest, code: str, address: str = "192.0.2.1") -> str:
        """Somebody types a code; the outcome."""
        return self.typed(guest, code, address).outcome

    def typed(self, guest: Guest, code: str, address: str = "192.0.2.1") -> Typed:
        """As `type`, with all that was answered."""
        return type_code(
            self.cast.wiring, Throttle("k" * 32), visit_id=guest.visit_id, store_id=guest.store_id,
            code=canonical(code), typed=code.strip(),
            guesser=Guesser(guest.browser, address),
        )  # fmt: skip

    def diner(self, sku: str = "CREPE", quantity: int = 1, code: str = "", **about: Any) -> Guest:
        """A guest with something in the basket, and a code when there is one."""
        guest = self.cast.guest(**about)
        self.cast.choose(guest, sku, quantity)
        if code:
            assert self.type(guest, code) == "accepted"
        return guest

    def proved(self, phone: str = ADA, **about: Any) -> Guest:
        """A guest whose browser has proved its number."""
        guest = self.cast.guest(phone=phone, **about)
        self.prove(guest, phone)
        return guest

    def prove(self, guest: Guest, phone: str = ADA) -> None:
        """This browser proves this number."""
        now = self.cast.clock.now()

        def work(session: Session) -> None:
            visit = session.get_one(Visit, guest.visit_id)
            customer = customer_of(session, visit.merchant_id, phone, now)
            sign_in(session, visit.id, customer.id, "member", now)
            prove(session, visit.browser, customer.id, "sms", now)

        self.cast.wiring.db.run(work)

    def asked(self, guest: Guest) -> Asked:
        """How this guest would order now."""
        now = self.cast.clock.now()
        with self.cast.wiring.db.reading() as session:
            on_sale = self.cast.wiring.shelf.exactly(session, guest.store_id, now)
            visit = session.get_one(Visit, guest.visit_id)
            return asked_by(session, on_sale, visit, known_customer(session, visit, now), now)

    def price(self, guest: Guest) -> Promoted:
        """The basket as priced now."""
        asked = self.asked(guest)
        with self.cast.wiring.db.reading() as session:
            return promote(session, asked, [line.wanted for line in lines(session, guest.visit_id, guest.store_id)])

    def copy(self, reward_id: str, phone: str = ADA) -> str:
        """Buy a copy of a reward at the programme itself; its name."""
        program = self.cast.wiring.programs.of(self.cast.connection)
        assert program is not None
        member = self.cast.loyalty.customer(phone)["public_id"]
        owned = program.buy_reward(reward_id, member_id=member, store_slug="demo-republique", deadline_s=5)
        assert owned is not None
        return owned.owned_id

    def use(self, guest: Guest, owned_id: str, sku: str | None = None, *, counter: bool = False) -> None:
        """Put a reward on the order; `counter`: staff will look at the phone."""
        wanted = Wanted("", sku, 1, Configuration(), "") if sku else None
        use(self.cast.wiring, self.asked(guest), owned_id, wanted, seen=(sku or "", 0), counter=counter)

    def take_out(self, guest: Guest, owned_id: str) -> bool:
        """Keep it for later."""
        return keep_for_later(self.cast.wiring, self.asked(guest).on_sale, guest.visit_id, owned_id)

    def discounts(self, order: Order) -> list[OrderDiscount]:
        """What an order takes off."""
        with self.cast.wiring.db.reading() as session:
            return list(discounts_of(session, order.id))

    def states(self, order: Order) -> list[str]:
        """The states of what an order takes off."""
        return [row.state for row in self.discounts(order)]

    def refused(self, guest: Guest, shown: str | None = None) -> str:
        """Why an order is not placed, "" when it is."""
        try:
            self.cast.place(guest, shown)
        except NotPlaced as refusal:
            return refusal.code
        return ""

    def carried(self) -> tuple[int, int, int]:
        """How many rewards and codes lie in baskets, and how many vouchers we know."""
        return len(self.cast.rows(BasketReward)), len(self.cast.rows(BasketCoupon)), len(self.cast.rows(Voucher))

    def pay(self, order: Order) -> None:
        """The payer pays and the provider tells us."""
        self.cast.paid_at_provider(order)
        for body in self.cast.events(order):
            self.cast.call_back(body)

    def reward(self, reward_id: str, kind: str, **facts: Any) -> None:
        """A reward the café offers in its programme."""
        offer = {"id": reward_id, "type": kind, "name": facts.pop("name", reward_id), "points": 5, **facts}
        cafe = {"id": "mer_demo", "name": "Demo merchant", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        document = {"merchants": [{**cafe, "rewards": [offer]}]}
        CLIENT.post(f"{self.cast.loyalty.url}/_seed", json=document).raise_for_status()

    def told(self, order: Order) -> list[tuple[str, int, str | None]]:
        """The lines the programme was told of an order: name, amount, reward."""
        assert self.cast.deliver() >= 1
        (row,) = [one for one in self.cast.loyalty.ledger()["orders"] if one["order_id"] == order.reference]
        assert sum(line["amount"] for line in row["body"]["lines"]) == row["amount"] == order.total
        return [(line["name"], line["amount"], line.get("reward_id")) for line in row["body"]["lines"]]

    def used_at_programme(self, phone: str = ADA) -> list[bool]:
        """Which of the copies the programme holds of somebody are used, oldest first."""
        return [copy["is_used"] for copy in self.cast.loyalty.customer(phone)["owned"]]
