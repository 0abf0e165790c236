"""One merchant's Pongo account, call by call."""

import time
from collections.abc import Callable
from typing import TypeVar

from webapp.ground.clock import Clock
from webapp.ground.http import HttpPeer
from webapp.ports.loyalty import answers, fields
from webapp.ports.loyalty.errors import (
    BadAnswer,
    Disconnected,
    LoyaltyError,
    NotFound,
    NotOffered,
    Refused,
)
from webapp.ports.loyalty.not_offered import OffersNoMore
from webapp.ports.loyalty.paid_order import PaidOrder
from webapp.ports.loyalty.pongo import bodies, reading, rewards
from webapp.ports.loyalty.pongo.guesses import DEFAULT, Guesses
from webapp.ports.loyalty.values import (
    AvailableReward,
    Capabilities,
    Connection,
    Consent,
    Identity,
    IdentityKind,
    Member,
    OwnedReward,
    ProgramStore,
    Reported,
    Wallet,
)
from webapp.ports.loyalty.wire import Wire, path_to

CAPABILITIES = Capabilities(
    find_by=frozenset({IdentityKind.PHONE, IdentityKind.CODE}),
    enrol=True,
    consent=True,
    points=True,
    owned_rewards=True,
    available_rewards=True,
    buy=True,
    hold=True,
    report=True,
    report_is_idempotent=True,
    cancel=True,
    stores=True,
    connect_by=frozenset({Connection.OAUTH, Connection.PASTED}),
)
Part = TypeVar("Part")


class Pongo(OffersNoMore):
    """The `LoyaltyProgram` of Hey Pongo. Holds no state but the token, so one can be made per call."""

    vendor = "pongo"
    capabilities = CAPABILITIES

    def __init__(self, peer: HttpPeer, *, token: str, clock: Clock, guesses: Guesses = DEFAULT) -> None:
        """`peer`: reaches the vendor's base address, may be shared by merchants. `token`: this merchant's JWT."""
        self._wire = Wire(peer, headers={"Authorization": f"Bearer {token}"})
        self._clock = clock
        self._guesses = guesses

    def check_connection(self, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.check_connection`."""
        self._wire.call("GET", self._guesses.paths.me, deadline_s)

    def stores(self, *, deadline_s: float) -> tuple[ProgramStore, ...]:
        """See `LoyaltyProgram.stores`."""
        return reading.stores(self._wire.call("GET", self._guesses.paths.stores, deadline_s), self._guesses)

    def find_member(self, who: Identity, *, store_slug: str, deadline_s: float) -> Member | None:
        """See `LoyaltyProgram.find_member`."""
        del store_slug  # a customer belongs to the merchant, whatever the store
        if who.kind not in CAPABILITIES.find_by:
            raise NotOffered(who.kind.value)
        try:
            if who.kind is IdentityKind.CODE:
                return self.member(who.value, deadline_s=deadline_s)
            path = path_to(self._guesses.paths.customer_by_phone, phone=bodies.phone_digits(who.value))
            return reading.member(self._wire.call("GET", path, deadline_s), self._guesses)
        except NotFound:
            return None

    def member(self, member_id: str, *, deadline_s: float) -> Member:
        """See `LoyaltyProgram.member`."""
        path = path_to(self._guesses.paths.customer, customer_id=member_id)
        return reading.member(self._wire.call("GET", path, deadline_s), self._guesses)

    def enrol(
        self, phone: str, *, store_slug: str, consent: Consent, email: str | None = None, deadline_s: float
    ) -> Member:
        """See `LoyaltyProgram.enrol`; a refusal may mean "already there", so the number is looked up again."""
        ends = time.monotonic() + deadline_s
        body = bodies.enrolment(phone, store_slug, consent, email, self._guesses)
        try:
            answer = self._wire.call("POST", self._guesses.paths.customers, deadline_s, body)
            return reading.member(answer, self._guesses)
        except (Refused, BadAnswer) as first:
            found = self.find_member(Identity.phone(phone), store_slug=store_slug, deadline_s=_left(ends))
            if found is None:
                raise first from None
            return found

    def update_consent(self, member_id: str, consent: Consent, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.update_consent`; makes no call when nothing was asked."""
        if consent.asked:
            path = path_to(self._guesses.paths.customer, customer_id=member_id)
            self._wire.call("PUT", path, deadline_s, bodies.consent(consent, self._guesses))

    def wallet(self, member_id: str, *, store_slug: str, deadline_s: float) -> Wallet:
        """See `LoyaltyProgram.wallet`."""
        ends = time.monotonic() + deadline_s
        failures: list[LoyaltyError] = []
        who = attempt(lambda: self.member(member_id, deadline_s=_left(ends)), failures)
        if failures and isinstance(failures[0], NotFound):
            raise failures[0]  # nobody there; a list that is not there only hides itself, its route is a guess
        owned = attempt(lambda: self._owned(member_id, _left(ends)), failures)
        available = attempt(lambda: self._available(member_id, store_slug, _left(ends)), failures)
        if len(failures) == 3:
            raise failures[0]
        return Wallet(who.points if who else None, owned, available, as_of=self._clock.now())

    def _owned(self, member_id: str, deadline_s: float) -> tuple[OwnedReward, ...]:
        path = path_to(self._guesses.paths.owned, customer_id=member_id)
        return rewards.owned(self._wire.call("GET", path, deadline_s), self._guesses)

    def _available(self, member_id: str, store_slug: str, deadline_s: float) -> tuple[AvailableReward, ...]:
        query = {"customer": member_id, "store_slug": store_slug}
        answer = self._wire.call("GET", self._guesses.paths.rewards, deadline_s, query=query)
        return rewards.available(answer, self._guesses)

    def every_reward(self, *, deadline_s: float) -> tuple[AvailableReward, ...]:
        """See `LoyaltyProgram.every_reward`."""
        return rewards.available(self._wire.call("GET", self._guesses.paths.rewards, deadline_s), self._guesses)

    def buy_reward(
        self, reward_id: str, *, member_id: str, store_slug: str, pin: str | None = None, deadline_s: float
    ) -> OwnedReward | None:
        """See `LoyaltyProgram.buy_reward`."""
        path = path_to(self._guesses.paths.buy, reward_id=reward_id)
        body = self._wire.call("POST", path, deadline_s, bodies.purchase(member_id, store_slug, pin))
        return rewards.owned_one(fields.record(body), self._guesses) if body else None

    def use_reward(
        self, reward: OwnedReward, *, member_id: str, store_slug: str, pin: str | None = None, deadline_s: float
    ) -> None:
        """See `LoyaltyProgram.use_reward`."""
        path = path_to(self._guesses.paths.use, reward_id=reward.reward_id)
        self._wire.call("PATCH", path, deadline_s, bodies.use(reward.owned_id, member_id, store_slug, pin))

    def lock_reward(self, owned_id: str, *, member_id: str, deadline_s: float) -> None:
        """See `LoyaltyProgram.lock_reward`."""
        path = path_to(self._guesses.paths.lock, customer_id=member_id)
        self._wire.call("POST", path, deadline_s, {"hash": owned_id})

    def unlock_reward(self, owned_id: str, *, member_id: str, deadline_s: float) -> None:
        """See `LoyaltyProgram.unlock_reward`; the DELETE carries a body."""
        path = path_to(self._guesses.paths.lock, customer_id=member_id)
        self._wire.call("DELETE", path, deadline_s, {"hash": owned_id})

    def report_body(self, order: PaidOrder) -> bytes:
        """See `LoyaltyProgram.report_body`."""
        return bodies.order_report(order, self._guesses)

    def send_report(self, body: bytes, *, deadline_s: float) -> Reported:
        """See `LoyaltyProgram.send_report`; 202 means that it had this order before, and is a success."""
        answer = self._wire.send("POST", self._guesses.paths.orders, deadline_s, content=body)
        return Reported(reading.order_id(answers.content(answer), self._guesses), already=answer.status == 202)

    def cancel_body(self, order: PaidOrder) -> bytes:
        """See `LoyaltyProgram.cancel_body`."""
        return bodies.order_cancel(order, self._guesses)

    def send_cancel(self, order_id: str, body: bytes, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.send_cancel`."""
        path = path_to(self._guesses.paths.order, order_id=order_id)
        answers.content(self._wire.send("PATCH", path, deadline_s, content=body))


def _left(ends: float) -> float:
    return ends - time.monotonic()


def attempt(read: Callable[[], Part], failures: list[LoyaltyError]) -> Part | None:
    """One part of a wallet, or None with its error kept.

    Raises:
        Disconnected: nothing else could be read either.
    """
    try:
        return read()
    except Disconnected:
        raise
    except LoyaltyError as error:
        failures.append(error)
        return None
