"""One brand's Spoonity, call by call."""

import json
import time
from typing import Any

from webapp.ground.clock import Clock
from webapp.ground.http import Answer, HttpPeer
from webapp.ground.phone import Phone
from webapp.ports.loyalty import answers, fields
from webapp.ports.loyalty.errors import BadAnswer, Conflict, Disconnected, LoyaltyError, NotFound, NotOffered, Refused
from webapp.ports.loyalty.not_offered import OffersNoMore
from webapp.ports.loyalty.paid_order import PaidOrder
from webapp.ports.loyalty.spoonity import bodies, reading
from webapp.ports.loyalty.spoonity.credentials import Credentials
from webapp.ports.loyalty.spoonity.guesses import DEFAULT, Guesses
from webapp.ports.loyalty.spoonity.person import Person
from webapp.ports.loyalty.values import (
    AvailableReward,
    Capabilities,
    Connection,
    Consent,
    Identity,
    IdentityKind,
    Member,
    NewMember,
    ProgramStore,
    Reported,
    StoredValue,
    StoredValueKind,
    Wallet,
)
from webapp.ports.loyalty.wire import Wire, written

CAPABILITIES = Capabilities(
    find_by=frozenset(IdentityKind),
    enrol=True,
    enrol_needs=frozenset({"first_name", "last_name", "email", "password"}),
    points=True,
    balances=True,
    available_rewards=True,
    reserve_with_order=True,
    stored_value=frozenset({StoredValueKind.GIFT_CARD, StoredValueKind.POINTS}),
    sessions=True,
    report=True,
    cancel=True,
    cancels_in_order=True,
    stores=True,
    connect_by=frozenset({Connection.CREDENTIALS}),
)


class Spoonity(OffersNoMore):
    """The `LoyaltyProgram` of Spoonity. The store's slug names the key of that restaurant."""

    vendor = "spoonity"
    capabilities = CAPABILITIES

    def __init__(self, peer: HttpPeer, *, credentials: Credentials, clock: Clock, guesses: Guesses = DEFAULT) -> None:
        """`peer`: the vendor's host, shared by all merchants."""
        self._wires = {name: Wire(peer, query={"api_key": key}) for name, key in credentials.keys.items()}
        self._open = Wire(peer)
        self._credentials, self._clock, self._guesses = credentials, clock, guesses
        self._reopened: dict[tuple[str, str], str] = {}
        self._modules: dict[str, frozenset[str]] = {}

    def check_connection(self, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.check_connection`; every restaurant's key is tried."""
        ends = time.monotonic() + deadline_s
        for store in self._wires:
            self.every_reward_at(store, deadline_s=ends - time.monotonic())

    def stores(self, *, deadline_s: float) -> tuple[ProgramStore, ...]:
        """See `LoyaltyProgram.stores`: the restaurants the merchant gave keys for."""
        del deadline_s
        return tuple(ProgramStore(name, name=name) for name in self._wires)

    def find_member(self, who: Identity, *, store_slug: str, deadline_s: float) -> Member | None:
        """See `LoyaltyProgram.find_member`; a number is tried with its country code, then as written at home."""
        ends = time.monotonic() + deadline_s
        for card in _cards(who):
            opened = self._check_in(card, store_slug, ends)
            if opened is not None:
                return opened
        return None

    def _check_in(self, card: str, store: str, ends: float) -> Member | None:
        try:
            session = self._new_session(card, store, ends - time.monotonic())
            body = self._session(store, session, ends - time.monotonic())
        except (Refused, Conflict):
            return None  # nobody by that name: any refusal of a check-in means it
        if not reading.is_somebody(body):
            return None
        return Member(Person(store, session, card).as_id(), reading.amounts(body).points)

    def _new_session(self, card: str, store: str, deadline_s: float) -> str:
        body = self._call("POST", self._guesses.paths.session, store, deadline_s, {"card_number": card})
        self._modules[store] = reading.modules(body)
        return reading.session_hash(body)

    def _session(self, store: str, session: str, deadline_s: float) -> Any:
        query = {"pos_session_hash": session}
        return self._call("GET", self._guesses.paths.session, store, deadline_s, query=query)

    def _read(self, person: Person, store: str, deadline_s: float) -> Any:
        """The session's content; one that has ended, or belongs to another restaurant, is opened anew once."""
        ends = time.monotonic() + deadline_s
        session = self._reopened.get((store, person.card)) or (person.session if person.store == store else "")
        if session:
            try:
                return self._session(store, session, ends - time.monotonic())
            except Refused:
                self._reopened.pop((store, person.card), None)
        session = self._new_session(person.card, store, ends - time.monotonic())
        self._reopened[store, person.card] = session
        return self._session(store, session, ends - time.monotonic())

    def member(self, member_id: str, *, deadline_s: float) -> Member:
        """See `LoyaltyProgram.member`."""
        person = Person.of(member_id)
        body = self._read(person, person.store, deadline_s)
        if not reading.is_somebody(body):
            raise NotFound("no such member")
        return Member(member_id, reading.amounts(body).points)

    def wallet(self, member_id: str, *, store_slug: str, deadline_s: float) -> Wallet:
        """See `LoyaltyProgram.wallet`: eligible rewards against the full catalogue (section 5)."""
        ends = time.monotonic() + deadline_s
        person, now = Person.of(member_id), self._clock.now()
        body = self._read(person, store_slug, ends - time.monotonic())
        if not reading.is_somebody(body):
            raise NotFound("no such member")
        eligible = reading.rules(reading.under(body, "rules", "spending"), now)
        try:
            every = self._catalogue(store_slug, ends - time.monotonic())
        except Disconnected:
            raise
        except LoyaltyError:
            every = []  # what the person may take now is known all the same
        found = reading.amounts(body)
        listed = reading.offered([rule for rule in eligible if rule.now], [*eligible, *every], self._credentials)
        return Wallet(
            found.points,
            None,
            listed,
            as_of=now,
            balances=reading.balances(found),
            stored=self._stored(body, store_slug, found),
        )

    def _stored(self, body: Any, store: str, found: reading.Amounts) -> tuple[StoredValue, ...]:
        modules, money = self._modules.get(store), self._credentials.currency
        card = reading.gift_card(body, money)
        values = [card] if card and (modules is None or self._guesses.quick_pay_module in modules) else []
        if self._credentials.point_value and found.points:
            worth = found.points * self._credentials.point_value
            values.append(StoredValue(StoredValueKind.POINTS, found.of[0][0], worth, money))
        return tuple(values)

    def _catalogue(self, store: str, deadline_s: float) -> list[reading.Rule]:
        body = self._call("GET", self._guesses.paths.rewards, store, deadline_s)
        if not isinstance(body, list) and not isinstance(reading.record(body).get("data"), list):
            raise BadAnswer("no list of rewards")
        return reading.rules(body, self._clock.now())

    def every_reward(self, *, deadline_s: float) -> tuple[AvailableReward, ...]:
        """See `LoyaltyProgram.every_reward`; the brand's rewards are the same at each of its restaurants."""
        return self.every_reward_at(next(iter(self._wires)), deadline_s=deadline_s)

    def every_reward_at(self, store: str, *, deadline_s: float) -> tuple[AvailableReward, ...]:
        """The brand's rewards, asked with the key of one restaurant."""
        return reading.offered([], self._catalogue(store, deadline_s), self._credentials)

    def register(self, who: NewMember, consent: Consent, *, store_slug: str, deadline_s: float) -> None:
        """See `LoyaltyProgram.register`; opens no session."""
        del store_slug  # an account belongs to the brand
        content = written(bodies.registration(who, consent, self._credentials.vendor, who.phone))
        try:
            answer = self._open.send("POST", self._guesses.paths.register, deadline_s, content=content)
            fields.record(answers.content(answer))
        except Conflict as taken:
            raise Refused("409", code="taken") from taken

    def end_session(self, member_id: str, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.end_session`; a failed close is of no consequence (section 4.3)."""
        person = Person.of(member_id)
        session = self._reopened.pop((person.store, person.card), person.session)
        if session:
            body = {"pos_session_hash": session}
            self._call("DELETE", self._guesses.paths.session, person.store, deadline_s, body)

    def value_left(self, kind: StoredValueKind, *, member_id: str, store_slug: str, deadline_s: float) -> int | None:
        """See `LoyaltyProgram.value_left`; what the session says, for points at the worth the merchant gave them."""
        body = self._read(Person.of(member_id), store_slug, deadline_s)
        if not reading.is_somebody(body):
            raise NotFound("no such member")
        if kind is StoredValueKind.GIFT_CARD:
            return reading.gift_left(body, self._credentials.currency)
        points = reading.amounts(body).points if kind is StoredValueKind.POINTS else None
        return None if points is None else points * self._credentials.point_value

    def debit_value(
        self, kind: StoredValueKind, amount: int, key: str, *, member_id: str, store_slug: str, deadline_s: float
    ) -> None:
        """See `LoyaltyProgram.debit_value`; neither call has room for a key."""
        del key
        card, money = Person.of(member_id).card, self._credentials.currency
        if kind is StoredValueKind.GIFT_CARD:
            body = bodies.movement(card, -amount, money, self._clock.now(), self._guesses)
            self._move(self._guesses.paths.order, store_slug, body, deadline_s)
        elif kind is StoredValueKind.POINTS:
            body = bodies.loyalty_payment(card, amount, money)
            self._move(self._guesses.paths.loyalty_pay, store_slug, body, deadline_s)
        else:
            raise NotOffered(kind.value)

    def credit_value(
        self, kind: StoredValueKind, amount: int, key: str, *, member_id: str, store_slug: str, deadline_s: float
    ) -> None:
        """See `LoyaltyProgram.credit_value`; points that paid cannot be given back (section 6.2)."""
        del key
        if kind is not StoredValueKind.GIFT_CARD:
            raise NotOffered(kind.value)
        card, money = Person.of(member_id).card, self._credentials.currency
        body = bodies.movement(card, amount, money, self._clock.now(), self._guesses)
        self._move(self._guesses.paths.order, store_slug, body, deadline_s)

    def _move(self, path: str, store: str, body: dict[str, Any], deadline_s: float) -> None:
        reading.accepted(self._send("POST", path, store, deadline_s, body))

    def evidence_before(self, order: PaidOrder, *, deadline_s: float) -> str:
        """Every balance before the order, which spends and earns (section 8.7)."""
        return json.dumps(self._balances(order, deadline_s))

    def was_reported(self, order: PaidOrder, evidence: str, *, deadline_s: float) -> bool | None:
        """Whether any balance moved; not at all means no: the same receipt may then be sent once more."""
        before = json.loads(evidence) if evidence else None
        if before is None or order.amount == 0:
            return None
        return bool(before != self._balances(order, deadline_s))

    def _balances(self, order: PaidOrder, deadline_s: float) -> list[list[Any]]:
        body = self._read(Person.of(order.member_id or ""), order.store_slug, deadline_s)
        return [list(one) for one in reading.amounts(body).of]

    def report_body(self, order: PaidOrder) -> bytes:
        """See `LoyaltyProgram.report_body`; the first line names the restaurant, whose key is not kept."""
        return order.store_slug.encode() + b"\n" + written(bodies.whole_order(order, self._guesses))

    def send_report(self, body: bytes, *, deadline_s: float) -> Reported:
        """See `LoyaltyProgram.send_report`. A refusal is final: an order is taken whole and once (section 6.3)."""
        store, _, content = body.partition(b"\n")
        answer = self._wire(store.decode()).send("POST", self._guesses.paths.order, deadline_s, content=content)
        reading.accepted(answer)
        return Reported(None)

    def cancel_body(self, order: PaidOrder) -> bytes:
        """See `LoyaltyProgram.cancel_body`: the void of the receipt that was sent (section 6.4)."""
        return order.store_slug.encode() + b"\n" + written({"receipt": order.reference})

    def send_cancel(self, order_id: str, body: bytes, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.send_cancel`; oldest first, one at a time, is the caller's to keep."""
        del order_id
        store, _, content = body.partition(b"\n")
        answer = self._wire(store.decode()).send("DELETE", self._guesses.paths.order, deadline_s, content=content)
        reading.accepted(answer)

    def _wire(self, store: str) -> Wire:
        wire = self._wires.get(store)
        if wire is None:
            raise Disconnected("no key for this restaurant")
        return wire

    def _send(self, method: str, path: str, store: str, deadline_s: float, body: dict[str, Any]) -> Answer:
        return self._wire(store).send(method, path, deadline_s, content=written(body))

    def _call(
        self,
        method: str,
        path: str,
        store: str,
        deadline_s: float,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> Any:
        return self._wire(store).call(method, path, deadline_s, body, query)


def _cards(who: Identity) -> tuple[str, ...]:
    """What to check somebody in with, in the order of trying."""
    if who.kind is not IdentityKind.PHONE:
        return (who.value.strip(),)
    phone = Phone.of_digits(who.value.removeprefix("+"))
    at_home = "".join(filter(str.isdigit, phone.national(phone.country or "")))
    return (phone.digits, at_home) if at_home != phone.digits else (phone.digits,)
