"""One evening of random stories: faults, lost and repeated callbacks, wrong clocks, deaths; then the truth is checked.

A schedule is one guest's story; several are played in one evening, their acts shuffled into each other, and share what
befalls the house: faults, time, the worker's rounds. `tests.integration.schedules` plays many evenings.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import Promos
from tests.integration.truth import broken
from tests.peers import ADA, BOB
from webapp.ground.db import Database
from webapp.ground.http import CallFailed
from webapp.nouns.basket.lines import open_basket
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import BasketCoupon
from webapp.ports.loyalty.port import LoyaltyError
from webapp.ports.payment.port import UntrustedNotice
from webapp.sandbox.faults import read_fault
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_back import NotGivenBack, give_back
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.notice import take_notice
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import AT_ONCE, work_lane
from webapp.usecases.promotion.rewards import NotUsable

PATIENCE_S = 0.15
CALM_S = 10.0  # once faults have ended, a busy machine must not look like one
TROUBLES = ("hang", "hang_after", "reset", "reset_after", "error", "error_after", "html", "malformed_after")
PAYMENT_ROUTES = ("sessions.create", "sessions.get", "sessions.find", "sessions.expire", "refunds.create", "*")
BUTTONS = ("pay", "pay", "pay", "decline", "twice", "close")
ACTS = (6, 16)  # of one story, at least and at most
CAPTURES = ("exact", "exact", "exact", "exact", "wrong_amount", "wrong_currency", "authorize_only")


class Died(BaseException):
    """The process ended here; nothing it held in memory is left."""


@dataclass
class Death:
    """Ends the process at the commit it is armed for, just before or just after it."""

    left: int = 0

    def moment(self, _: object) -> None:
        """A commit is about to happen, or has just happened."""
        if self.left > 0:
            self.left -= 1
            if self.left == 0:
                raise Died

    def watch(self, database: Database) -> None:
        """Listen to this database."""
        event.listen(database.engine, "commit", self.moment)
        event.listen(Session, "after_commit", self.moment)

    def leave(self, database: Database) -> None:
        """Listen no more."""
        event.remove(database.engine, "commit", self.moment)
        event.remove(Session, "after_commit", self.moment)


@dataclass
class Evening:
    """One evening at the café, drawn from a seed: the stories of some guests, told at the same time."""

    cast: Cast
    chance: Random
    death: Death
    orders: list[Order] = field(default_factory=list)
    coupon: int = 0

    def run(self, stories: int) -> list[str]:
        """Play it, let it come to rest, and say what is broken."""
        acts: tuple[tuple[int, Callable[[], None]], ...] = (
            (12, self.start), (16, self.press), (10, self.call_back), (6, self.come_back), (2, self.cancel),
            (6, self.give_back), (2, self.reconcile), (2, self.deliver), (6, self.misbehave), (3, self.pass_time),
        )  # fmt: skip
        self.coupon = coupon_of(self.cast, max_uses=self.chance.randint(1, stories))
        lengths = [self.chance.randint(*ACTS) for _ in range(stories)]
        drawn = self.chance.choices([act for _, act in acts], [weight for weight, _ in acts], k=sum(lengths))
        # Guests come in one after the other; each is there before most of what happens does.
        for number in range(stories):
            drawn.insert(self.chance.randrange(len(drawn) * (number + 1) // (stories + 1) + 1), self.come_in)
        self.come_in()
        for act in drawn:
            self.death.left = self.chance.randint(1, 6) if self.chance.random() < 0.25 else 0
            with suppress(Died, CannotPay, NotPlaced, UntrustedNotice, NotGivenBack):
                act()
            self.death.left = 0
        self.rest()
        return broken(self.cast, self.orders)

    def come_in(self) -> None:
        """A guest orders and gets as far as the payment page, mostly."""
        self.place()
        self.come_to_page()

    def come_to_page(self) -> None:
        """The guest gets as far as the payment page, mostly."""
        if self.chance.random() < 0.8:
            with suppress(CannotPay):
                self.start()

    def one(self) -> Order | None:
        """Some order."""
        return self.chance.choice(self.orders) if self.orders else None

    def place(self) -> None:
        """A new guest orders; dying on the way, the order may or may not be there."""
        cast, chance = self.cast, self.chance
        guest = cast.guest(
            phone=chance.choice((ADA, BOB, None)),
            slot=cast.soon() if chance.random() < 0.5 else None,
            store="one",
        )
        cast.choose(guest, chance.choice(("CREPE", "CREPE", "CIDER", "WATER")), chance.randint(1, 2))
        self.carry(guest)
        shown = cast.shown(guest)
        for _ in range(chance.randint(1, 2)):
            with suppress(Died):
                cast.place(guest, shown)
        placed = cast.rows(Order, Order.visit_id == guest.visit_id)
        self.orders += placed

    def carry(self, guest: Guest) -> None:
        """Some guests have a code, some a reward of their own."""
        if self.chance.random() < 0.4:
            type_in(self.cast, guest, self.coupon)
        if self.chance.random() < 0.2:
            with suppress(LoyaltyError, NotUsable):  # the programme may be out of order this very moment
                take_along(self.cast, guest)

    def give_back(self) -> None:
        """Somebody of the staff gives an order back, or one of its dishes; some press twice."""
        order = self.one()
        if order is not None:
            wish = self.cast.wish(order, self.chance.choice((None, {0: 1})))
            for _ in range(self.chance.randint(1, 2)):
                with suppress(Died):
                    give_back(self.cast.wiring, wish)

    def start(self) -> None:
        """Somebody presses "pay"."""
        order = self.one()
        if order is not None:
            self.capture(self.chance.choice(CAPTURES))
            start_payment(self.cast.wiring, order.reference)

    def capture(self, how: str) -> None:
        """What the provider takes on pages opened from now on."""
        bank = self.cast.payment.peer.bank
        bank.defaults = bank.defaults.changed({"capture": how})

    def press(self) -> None:
        """The payer presses a button on a page of the provider, also on one we have lost."""
        order = self.one()
        if order is None:
            return
        attempt = self.chance.choice(self.cast.attempts(order))
        for session in self.cast.payment.peer.bank.by_key(attempt.key):
            with suppress(CallFailed):  # a fault may cut the payer's own line too; what was pressed may have counted
                self.cast.payment.act(session["id"], self.chance.choice(BUTTONS))

    def call_back(self) -> None:
        """Some callbacks arrive, old and new, repeated, in any order, from a clock that may be wrong."""
        order = self.one()
        bodies = self.cast.events(order) if order is not None else []
        skew = self.chance.choice((0, 0, 0, -600, 600, 290))
        stamp = int(self.cast.clock.now().timestamp()) + skew
        for body in self.chance.choices(bodies, k=self.chance.randint(1, 3)) if bodies else ():
            take_notice(self.cast.wiring, "sandbox", {SIGNATURE_HEADER: signature(("whsec-new",), stamp, body)}, body)

    def come_back(self) -> None:
        """The return page."""
        order = self.one()
        if order is not None:
            refresh(self.cast.wiring, order.reference, "return")

    def cancel(self) -> None:
        """The payer gives up."""
        order = self.one()
        if order is not None:
            give_up(self.cast.wiring, order.reference, "cancelled", "payer")

    def reconcile(self) -> None:
        """A round."""
        reconcile(self.cast.wiring)

    def deliver(self) -> None:
        """A visit of the worker."""
        work_lane(self.cast.wiring, self.cast.connection)

    def misbehave(self) -> None:
        """Something outside goes wrong with one of the next calls."""
        kind = self.chance.choice(TROUBLES)
        about: dict[str, Any] = {"kind": kind, "seconds": PATIENCE_S * 2, "count": self.chance.randint(1, 2)}
        if self.chance.random() < 0.7:
            self.cast.payment.peer.faults.add(read_fault({"route": self.chance.choice(PAYMENT_ROUTES), **about}))
        else:
            self.cast.loyalty.fault(route="*", **about)

    def pass_time(self) -> None:
        """The clock moves on."""
        self.cast.later(seconds=self.chance.choice((1, 5, 10, 31, 61, 61, 61, 300, 1800)))

    def rest(self) -> None:
        """Faults end; after the lifetime of a payment and 15 minutes everything must be right."""
        self.cast.payment.peer.faults.clear()
        self.cast.loyalty.behave()
        self.capture("exact")
        hasty = self.cast.wiring
        self.cast.wiring = replace(hasty, page_seconds=CALM_S, worker_seconds=CALM_S)
        for minutes in (1, 1, 30, 2, 11, 11):
            self.cast.later(minutes=minutes)
            reconcile(self.cast.wiring)
            self.deliver_all()
        self.cast.later(minutes=1)
        self.deliver_all()
        self.cast.wiring = hasty

    def deliver_all(self) -> None:
        """Visits of the worker until nothing is due."""
        while work_lane(self.cast.wiring, self.cast.connection) >= AT_ONCE:
            pass


def offer_crepes(cast: Cast) -> None:
    """The programme has a crêpe for nothing."""
    Promos(cast).reward("free-crepe", "free_product", external_id="CREPE", points=0)


def coupon_of(cast: Cast, max_uses: int) -> int:
    """A coupon of the café; its row."""
    return promos_of(cast).coupon(code=f"C{cast.guests}-{cast.clock.now():%d%H%M%S}", kind="amount", value=300,
                                  max_uses=max_uses)  # fmt: skip


def promos_of(cast: Cast) -> Promos:
    """Promotions of this café, in as little time as its wiring gives."""
    hasty = cast.wiring
    made = Promos(cast)
    cast.wiring = hasty
    return made


def type_in(cast: Cast, guest: Guest, coupon: int) -> None:
    """The guest's basket carries the coupon."""
    now = cast.clock.now()

    def work(session: Session) -> None:
        basket = open_basket(session, guest.visit_id, guest.store_id, now)
        session.add(BasketCoupon(basket_id=basket, coupon_id=coupon, added_at=now))
        session.flush()

    cast.wiring.db.run(work)


def take_along(cast: Cast, guest: Guest) -> None:
    """The guest proves to be Ada and puts a crêpe she owns on the order."""
    promos = promos_of(cast)
    promos.prove(guest)
    promos.use(guest, promos.copy("free-crepe"), "CREPE")
