"""From the number to the refund, every call to the programme is cut at every step: one debit, one use, nothing lost.

Each step of the journey begins with every route of the programme spoiled once: before it acts, while it acts (our
patience ends first, it goes on) or after it acted. The diner and the worker try again, as people and workers do.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.http import CLIENT
from tests.integration.checkout_cast import Cast
from tests.integration.promo_cast import Promos
from tests.peers import ADA
from webapp.ground.throttle import Throttle
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.merchant.facts import store_by_id
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.models import RewardLock, RewardPurchase
from webapp.ports.loyalty.port import Identity
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.membership.identify import Caller, identify
from webapp.usecases.membership.wallet import wallet_of
from webapp.usecases.promotion.lock import lock_rewards, release_locks
from webapp.usecases.promotion.rewards import NotUsable
from webapp.usecases.rewards.buy import Wish, get_reward
from webapp.usecases.rewards.rows import key_of
from webapp.usecases.rewards.settle import settle_due

# The programme's own call that uses a reward is never made: the paid order's line does it, never both (R7).
ROUTES = {
    "customers.by_phone", "customers.read", "rewards.list", "rewards.owned", "rewards.buy", "rewards.lock",
    "rewards.unlock", "orders.create", "orders.status",
}  # fmt: skip
CUTS: dict[str, dict[str, Any]] = {
    "before": {"kind": "reset_before"},
    "during": {"kind": "slow", "seconds": 0.7},
    "after": {"kind": "reset_after"},
}
PATIENCE, TRIES = 0.4, 15
COST, WITHIN = 5, timedelta(minutes=3)


class Journey:
    """Ada, who goes on until she has what she came for."""

    def __init__(self, cast: Cast, moment: str) -> None:
        """`moment`: of `CUTS`."""
        self.cast, self.promos, self.moment = cast, Promos(cast), moment
        self.promos.reward("free-crepe", "free_product", external_id="CREPE")
        self.guest, self.met = cast.guest(phone=None), set[str]()
        with cast.wiring.db.reading() as session:
            store = store_by_id(session, self.guest.store_id)
        assert store is not None
        self.store = store

    def step(self, goes: Callable[[], bool]) -> None:
        """One step, every route spoiled once; tried again, by a process that has just started, until it is done."""
        for route in ROUTES:
            self.cast.loyalty.fault(route=route, **CUTS[self.moment])
        for _ in range(TRIES):
            self.cast.wiring = replace(self.cast.restart(), page_seconds=PATIENCE, worker_seconds=PATIENCE)
            if goes():
                break
        else:
            raise AssertionError(f"{goes.__name__} never came to an end")
        waiting = CLIENT.get(f"{self.cast.loyalty.url}/_faults").json()["faults"]
        self.met |= ROUTES - {one["route"] for one in waiting}
        self.cast.loyalty.behave()

    def debits(self) -> list[int]:
        """What the programme took of her points."""
        return [-one["points"] for one in self.cast.loyalty.customer(ADA)["movements"] if one["points"] == -COST]

    def row(self) -> Visit:
        """Her visit now."""
        with self.cast.wiring.db.reading() as session:
            return session.get_one(Visit, self.guest.visit_id)

    def says_who(self) -> bool:
        """Her number, looked up."""
        caller, who = Caller(self.guest.browser, "192.0.2.1"), Identity.phone(ADA)
        visit_id, throttle = self.guest.visit_id, Throttle("k" * 32)
        identify(self.cast.wiring, throttle, visit_id=visit_id, store=self.store, who=who, caller=caller)
        return self.row().membership == "member"

    def proves(self) -> None:
        """As a code by message does."""
        customer_id, now = self.row().customer_id or 0, self.cast.clock.now()
        self.cast.wiring.db.run(lambda session: prove(session, self.guest.browser, customer_id, "sms", now))

    def sees(self) -> bool:
        """Both lists and the points, fresh."""
        view = wallet_of(self.cast.wiring, self.store, self.row().customer_id or 0)
        return view is not None and not view.stale and None not in (view.points, view.owned, view.available)

    def buys(self) -> bool:
        """Pressed once; whatever is doubtful is the truth within three minutes, before anything is pressed again."""
        customer_id = self.row().customer_id or 0
        with self.cast.wiring.db.reading() as session:
            key = key_of(session, customer_id, "free-crepe")
        said = get_reward(
            self.cast.wiring, Wish(self.store, customer_id, self.guest.visit_id, "free-crepe", key, COST, "fr")
        )
        if said.code == "checking":
            self._acts_late()
            until = self.cast.clock.now() + WITHIN
            while self.cast.clock.now() < until and self._open():
                self.cast.later(seconds=5)
                settle_due(self.cast.wiring)
            assert not self._open()
        assert len(self.debits()) == sum(row.state == "owned" for row in self.cast.rows(RewardPurchase))
        return bool(self.debits())

    def _acts_late(self) -> None:
        """Our clock is moved by hand and the programme's is not: let it finish what it is at."""
        ends = time.monotonic() + 10
        while self.moment == "during" and not self.debits() and time.monotonic() < ends:
            time.sleep(0.05)

    def _open(self) -> bool:
        return any(row.state in {"intended", "sent", "unknown"} for row in self.cast.rows(RewardPurchase))

    def takes(self) -> bool:
        """Her copy, put on the order."""
        (bought,) = self.cast.rows(RewardPurchase, RewardPurchase.state == "owned")
        try:
            self.promos.use(self.guest, bought.owned_id, "CREPE")
        except NotUsable:
            return False
        return True

    def pays(self) -> bool:
        """Placed, reserved, paid."""
        self.cast.choose(self.guest, "CIDER")
        self.order: Order = self.cast.place(self.guest)
        assert lock_rewards(self.cast.wiring, self.order.reference)
        start_payment(self.cast.wiring, self.order.reference)
        self.promos.pay(self.order)
        return self.cast.state(self.order) == "paid"

    def is_told(self) -> bool:
        """The worker tells the programme, and lets the copy go."""
        self.cast.deliver()
        self.cast.later(minutes=11)
        release_locks(self.cast.wiring)
        (report,) = self.cast.messages(self.order)
        return bool(report.state == "done") and all(row.state == "released" for row in self.cast.rows(RewardLock))

    def is_taken_back(self) -> bool:
        """Staff give the money back; the programme hears of it."""
        if not self.cast.rows(OutboxMessage, OutboxMessage.topic == "loyalty.cancel"):
            self.cast.give_back(self.order)
            self.cast.rounds(2, seconds=31)
        self.cast.deliver()
        self.cast.later(minutes=11)
        (told,) = self.cast.messages(self.order, "loyalty.cancel")
        return bool(told.state == "done")


@pytest.mark.parametrize("moment", CUTS)
def test_every_call_cut_leaves_one_debit_one_use_and_one_order(cast: Cast, moment: str) -> None:
    ada, before = Journey(cast, moment), cast.loyalty.customer(ADA)["points"]
    ada.step(ada.says_who)
    ada.proves()
    for goes in (ada.sees, ada.buys, ada.takes, ada.pays, ada.is_told):
        ada.step(goes)
    person = cast.loyalty.customer(ADA)
    assert (ada.debits(), [copy["is_used"] for copy in person["owned"]]) == ([COST], [True])
    assert not any(copy["is_locked"] for copy in person["owned"])
    (told,) = cast.received()
    assert sorted((line["amount"], line.get("reward_id")) for line in told["body"]["lines"]) == [
        (0, "free-crepe"), (450, None),
    ]  # fmt: skip
    ada.step(ada.is_taken_back)
    (told,) = cast.received()
    assert (told["status"], cast.balance(ada.order), ada.debits()) == ("canceled", 0, [COST])
    assert cast.loyalty.customer(ADA)["points"] == before - COST
    assert ada.met == ROUTES
