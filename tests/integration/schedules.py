"""Random schedules of diners, faults, lost and repeated callbacks, wrong clocks and deaths; then the truth is checked.

`python -m tests.integration.schedules --count 1000 [--seed S] [--database URL]` runs many (the database: migrated,
empty); a seed printed with a violation repeats it.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.integration.checkout_cast import Cast, Guest, chance_of, on_stage
from tests.integration.promo_cast import Promos
from tests.integration.truth import broken
from tests.peers import ADA, BOB
from webapp.ground.db import Database
from webapp.ground.http import CallFailed
from webapp.migrations import level
from webapp.nouns.basket.lines import open_basket
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import BasketCoupon
from webapp.ports.loyalty.port import LoyaltyError
from webapp.ports.payment.port import UntrustedNotice
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.usecases.checkout.give_back import NotGivenBack, give_back
from webapp.usecases.checkout.notice import take_notice
from webapp.usecases.checkout.pay import CannotPay, give_up, refresh, start_payment
from webapp.usecases.checkout.place import NotPlaced
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.promotion.rewards import NotUsable

PATIENCE_S = 0.15
CALM_S = 10.0  # once faults have ended, a busy machine must not look like one
KINDS = ("hang", "hang_after", "reset", "reset_after", "error", "error_after", "html", "malformed_after")
PAYMENT_ROUTES = ("sessions.create", "sessions.get", "sessions.find", "sessions.expire", "refunds.create", "*")
BUTTONS = ("pay", "pay", "pay", "decline", "twice", "close")
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
class Schedule:
    """One evening at the café, drawn from a seed."""

    cast: Cast
    chance: Random
    death: Death
    orders: list[Order] = field(default_factory=list)
    coupon: int = 0

    def run(self) -> list[str]:
        """Play it, let it come to rest, and say what is broken."""
        acts: tuple[tuple[int, Callable[[], None]], ...] = (
            (1, self.place), (6, self.start), (8, self.press), (5, self.call_back), (3, self.come_back),
            (1, self.cancel), (3, self.reconcile), (3, self.deliver), (4, self.misbehave), (3, self.pass_time),
            (4, self.give_back),
        )  # fmt: skip
        weights = [weight for weight, _ in acts]
        self.coupon = coupon_of(self.cast, max_uses=self.chance.randint(1, 2))
        self.place()
        self.come_to_page()
        for _ in range(self.chance.randint(8, 20)):
            act = self.chance.choices([act for _, act in acts], weights)[0]
            self.death.left = self.chance.randint(1, 6) if self.chance.random() < 0.25 else 0
            with suppress(Died, CannotPay, NotPlaced, UntrustedNotice, NotGivenBack):
                act()
            self.death.left = 0
        self.rest()
        return broken(self.cast, self.orders)

    def come_to_page(self) -> None:
        """The first guest gets as far as the payment page, most evenings."""
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
            self.cast.payment.settings(capture=self.chance.choice(CAPTURES))
            start_payment(self.cast.wiring, order.reference)

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
        kind = self.chance.choice(KINDS)
        about: dict[str, Any] = {"kind": kind, "seconds": PATIENCE_S * 2, "count": self.chance.randint(1, 2)}
        if self.chance.random() < 0.7:
            self.cast.payment.fault(self.chance.choice(PAYMENT_ROUTES), **about)
        else:
            self.cast.loyalty.fault(route="*", **about)

    def pass_time(self) -> None:
        """The clock moves on."""
        self.cast.later(seconds=self.chance.choice((1, 5, 10, 31, 61, 61, 61, 300, 1800)))

    def rest(self) -> None:
        """Faults end; after the lifetime of a payment and 15 minutes everything must be right."""
        self.cast.payment.behave()
        self.cast.loyalty.behave()
        self.cast.payment.settings(capture="exact")
        hasty = self.cast.wiring
        self.cast.wiring = replace(hasty, page_seconds=CALM_S, worker_seconds=CALM_S)
        for minutes in (1, 1, 30, 2, 11, 11):
            self.cast.later(minutes=minutes)
            reconcile(self.cast.wiring)
            self.deliver()
        self.cast.later(minutes=1)
        self.deliver()
        self.cast.wiring = hasty


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


def play(database: Database, folder: Path, seed: str, count: int) -> list[str]:
    """Run `count` schedules on a migrated, empty database; what was broken, each with the seed that repeats it."""
    death = Death()
    death.watch(database)
    found: list[str] = []
    try:
        with on_stage(database, folder, seed) as cast:
            offer_crepes(cast)
            cast.wiring = replace(cast.wiring, page_seconds=PATIENCE_S, worker_seconds=PATIENCE_S)
            for number in range(count):
                schedule = Schedule(cast, chance_of(f"{seed}:{number}"), death)
                found += [f"seed {seed}:{number}: {words}" for words in schedule.run()]
                # The next evening begins on a round quarter, so that slots lie where they lay before.
                cast.clock.set(cast.clock.now() + timedelta(minutes=15))
    finally:
        death.leave(database)
    return found


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(chosen.database or f"sqlite:///{folder}/schedules.db")
        level.upgrade(database)
        found = play(database, Path(folder), chosen.seed, chosen.count)
        database.close()
    for words in found:
        sys.stdout.write(words + "\n")
    sys.stdout.write(f"{chosen.count} schedules from seed {chosen.seed}: {len(found)} violations\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
