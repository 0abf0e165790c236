"""A diner at the café who has proved the number, and the purchases of that number as both sides keep them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from tests.integration.scene import Scene, wiring_at
from tests.peers import ADA, TOKEN
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import prove
from webapp.nouns.customer.visits import customer_of, open_visit, sign_in
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs
from webapp.nouns.promotion.models import RewardPurchase
from webapp.usecases.membership.wallet import WalletView, wallet_of
from webapp.usecases.rewards.buy import Answered, Wish, get_reward
from webapp.usecases.rewards.rows import key_of
from webapp.usecases.rewards.settle import settle_due
from webapp.usecases.wiring import Wiring

# Seconds: what a busy machine needs for a few calls; a programme that hangs must hang longer.
PATIENCE, LONGER = 2.5, 4
COST = {"rew_1": 50, "rew_2": 100, "rew_3": 150, "rew_4": 10, "rew_5": 5, "rew_6": 5}


@dataclass
class Buyer:
    """One person in one store of the café."""

    scene: Scene
    customer_id: int
    visit_id: int
    store: StoreFacts
    phone: str = ADA

    def restart(self) -> Wiring:
        """The wiring of a process that has just started."""
        return wiring_at(self.scene.database, {TOKEN: self.scene.peer.api}, self.scene.clock, patience_s=PATIENCE)

    def wish(self, reward_id: str = "rew_1", **changes: Any) -> Wish:
        """A press of the button, as a page opened now would send it."""
        facts: dict[str, Any] = {
            "store": self.store, "customer_id": self.customer_id, "visit_id": self.visit_id, "reward_id": reward_id,
            "key": self.key(reward_id), "cost": COST[reward_id], "language": "fr",
        }  # fmt: skip
        return Wish(**(facts | changes))

    def key(self, reward_id: str = "rew_1") -> str:
        """What a page opened now would carry."""
        with self.scene.database.reading() as session:
            return key_of(session, self.customer_id, reward_id)

    def get(self, reward_id: str = "rew_1", wiring: Wiring | None = None, **changes: Any) -> Answered:
        """Open the page and press."""
        return get_reward(wiring or self.restart(), self.wish(reward_id, **changes))

    def panel(self, wiring: Wiring | None = None) -> WalletView:
        """What the loyalty panel would show now."""
        view = wallet_of(wiring or self.restart(), self.store, self.customer_id)
        assert view is not None
        return view

    def rows(self) -> list[RewardPurchase]:
        """Our purchases, oldest first."""
        query = select(RewardPurchase).where(RewardPurchase.customer_id == self.customer_id).order_by(RewardPurchase.id)
        with self.scene.database.reading() as session:
            return list(session.scalars(query))

    def states(self) -> list[str]:
        """Their states."""
        return [row.state for row in self.rows()]

    def debits(self) -> list[int]:
        """What the programme took, oldest first."""
        moves = self.scene.peer.customer(self.phone)["movements"]
        return [-move["points"] for move in moves if move["points"] < 0]

    def copies(self) -> list[str]:
        """The copies the programme says they hold."""
        return [copy["hash"] for copy in self.scene.peer.customer(self.phone)["owned"]]

    def pass_time(self, seconds: int) -> None:
        """A worker lives on for so long, restarted at every round; it wakes whenever a purchase is to be looked at."""
        ends = self.scene.clock.now() + timedelta(seconds=seconds)
        while self.scene.clock.now() < ends:
            due = [row.settle_at for row in self.rows() if row.settle_at is not None]
            self.scene.clock.set(min([*due, ends]))
            settle_due(self.restart())

    def settles_within(self, seconds: int) -> list[str]:
        """The states after so long; nothing may be open any more."""
        self.pass_time(seconds)
        assert not set(self.states()) & {"intended", "sent", "unknown"}
        return self.states()


def buyer(scene: Scene, *, phone: str = ADA, store: str = "one", proved: bool = True, browser: str = "b1") -> Buyer:
    """Somebody who gave this number in this browser, and proved it long enough ago."""
    now = scene.clock.now()
    with scene.database.transaction() as session:
        facts = store_by_slugs(session, scene.slug, store)
        assert facts is not None
        visit = open_visit(session, browser, facts.merchant.id, now)
        customer = customer_of(session, facts.merchant.id, phone, now)
        sign_in(session, visit.id, customer.id, "member", now)
        if proved:
            prove(session, browser, customer.id, "sms", now - timedelta(hours=1))
    return Buyer(scene, customer.id, visit.id, facts, phone)


def customer_row(scene: Scene, customer_id: int) -> Customer:
    """As it is now."""
    with scene.database.reading() as session:
        return session.get_one(Customer, customer_id)


def count(scene: Scene, table: Any, *which: Any) -> int:
    """Rows of a table."""
    with scene.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0
