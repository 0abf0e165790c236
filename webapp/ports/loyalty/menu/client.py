"""One brand at MENU, call by call."""

import time
from collections.abc import Callable
from typing import Any

from webapp.ground.clock import Clock
from webapp.ground.http import HttpPeer
from webapp.ports.loyalty import answers, fields
from webapp.ports.loyalty.cart import Cart, Chosen, ChosenKind, CodeAnswer, Priced
from webapp.ports.loyalty.errors import BadAnswer, Disconnected, LoyaltyError, Refused
from webapp.ports.loyalty.menu import bodies, reading
from webapp.ports.loyalty.menu.credentials import Credentials, Venue
from webapp.ports.loyalty.menu.guesses import DEFAULT, Guesses, statuses
from webapp.ports.loyalty.menu.person import Person, SignedOut
from webapp.ports.loyalty.not_offered import OffersNoMore
from webapp.ports.loyalty.paid_order import PaidOrder
from webapp.ports.loyalty.values import (
    Capabilities,
    Connection,
    Consent,
    Member,
    NewMember,
    ProgramStore,
    Reported,
    StoredValue,
    StoredValueKind,
    Wallet,
)
from webapp.ports.loyalty.wire import Wire, path_to, written


def capabilities(choices: int = 1) -> Capabilities:
    """What it can do, with so many discounts an order."""
    return Capabilities(
        enrol=True,
        enrol_needs=frozenset({"first_name", "last_name", "email", "email_code"}),
        consent=True,
        points=True,
        owned_rewards=True,
        available_rewards=True,
        check_code=True,
        price_remotely=True,
        codes_for_guests=True,
        reserve_with_order=True,
        choices_at_once=choices,
        stored_value=frozenset({StoredValueKind.CREDIT}),
        sign_in_by_email=True,
        secret_members=True,
        report=True,
        stores=True,
        connect_by=frozenset({Connection.CREDENTIALS}),
    )


class Menu(OffersNoMore):
    """The `LoyaltyProgram` of MENU with Punchh. A member id holds a person's tokens: it is kept sealed."""

    vendor = "menu"

    def __init__(
        self,
        peer: HttpPeer,
        *,
        credentials: Credentials,
        clock: Clock,
        request_id: Callable[[], str],
        guesses: Guesses = DEFAULT,
    ) -> None:
        """`peer`: the vendor's host with `/api`. `request_id`: draws a new UUID for each request."""
        headers = {
            "Application": credentials.application,
            "Api-Version": credentials.api_version,
            "X-QB-Enabled": "true",
            "Content-Language": credentials.language,
            "Content-Type": "application/json",
        }
        self._wire = Wire(peer, headers=headers)
        self._credentials, self._clock, self._guesses = credentials, clock, guesses
        self._request_id = request_id
        self._program: str | None = None
        self.capabilities = capabilities(credentials.choices)

    def check_connection(self, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.check_connection`; a brand that is not on Punchh is refused (section 1)."""
        ends = time.monotonic() + deadline_s
        path = path_to(self._guesses.paths.integration, brand=self._credentials.brand)
        kind = reading.data(self._call("GET", path, deadline_s), "dlc_integration").get("type_id")
        if kind != self._guesses.punchh:
            raise Refused("the brand is not on Punchh", code="not_punchh")
        reading.data(self._call("POST", self._guesses.paths.init, ends - time.monotonic(), {}), "brand")

    def stores(self, *, deadline_s: float) -> tuple[ProgramStore, ...]:
        """See `LoyaltyProgram.stores`: the venues the merchant named."""
        del deadline_s
        return tuple(ProgramStore(slug, venue.uuid, slug) for slug, venue in self._credentials.venues.items())

    def read_venue(self, uuid: str, *, deadline_s: float) -> Venue:
        """A venue's codes, points and tables, for the merchant's set-up (section 5.1)."""
        path, query = path_to(self._guesses.paths.venue, venue=uuid), {"view": "withNestedEntities"}
        return reading.venue(self._call("GET", path, deadline_s, query=query), self._guesses)

    def ask_sign_in_code(self, email: str, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.ask_sign_in_code`."""
        self._call("POST", self._guesses.paths.ask_code, deadline_s, {"email": email})

    def sign_in(self, email: str, code: str, *, joining: NewMember | None = None, deadline_s: float) -> Member:
        """See `LoyaltyProgram.sign_in`; a new address gets a code for joining, and joins with it."""
        if not code.isdecimal() or len(code) > 12:
            raise Refused("no code", code="bad_code")
        body: dict[str, Any] = {"passwordless_email": email, "passwordless_code": int(code)}
        path = self._guesses.paths.login
        if joining is not None:
            path = self._guesses.paths.register
            body |= {"first_name": joining.first_name, "last_name": joining.last_name}
        try:
            answer = self._call("POST", path, deadline_s, body)
        except (Refused, Disconnected) as refused:
            raise Refused("sign-in", code="bad_code" if joining is not None else "unknown") from refused
        return Member(reading.person(answer, self._guesses).as_id())

    def update_consent(self, member_id: str, consent: Consent, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.update_consent`; makes no call when nothing was asked."""
        email, sms = statuses((consent.email, consent.sms))
        body = {"optin_status_email": email, "optin_status_sms": sms}
        told = {name: value for name, value in body.items() if value is not None}
        if told:
            person = Person.of(member_id)
            path = path_to(self._guesses.paths.account, account=person.account)
            self._call("PUT", path, deadline_s, told, person=person)

    def member(self, member_id: str, *, deadline_s: float) -> Member:
        """See `LoyaltyProgram.member`."""
        found = self._balance(Person.of(member_id), deadline_s)
        return Member(member_id, fields.whole(found, ("point_balance",)))

    def _balance(self, person: Person, deadline_s: float) -> fields.Fields:
        body = self._call("GET", self._guesses.paths.balance, deadline_s, person=person)
        return reading.data(body, "customer_account_loyalty")

    def _program_type(self, person: Person, deadline_s: float) -> str:
        if self._program is None:
            body = self._call("GET", self._guesses.paths.program, deadline_s, person=person)
            self._program = fields.words(reading.data(body, "loyalty_program"), ("program_type",))
        return self._program

    def wallet(self, member_id: str, *, store_slug: str, deadline_s: float) -> Wallet:
        """See `LoyaltyProgram.wallet`; without a Punchh token there are no rewards, offers or credit (section 2)."""
        ends, person, now = time.monotonic() + deadline_s, Person.of(member_id), self._clock.now()
        kind = self._program_type(person, ends - time.monotonic())
        if kind == self._guesses.no_programme:
            return Wallet(None, (), (), as_of=now)
        found = self._balance(person, ends - time.monotonic())
        points = fields.whole(found, ("point_balance",))
        if not person.punchh:
            return Wallet(points, (), (), as_of=now)
        paths, venue = self._guesses.paths, self._venue(store_slug)
        promotions = self._part(paths.promotions, person, ends)
        rewards = self._part(paths.rewards, person, ends)
        owned = None if promotions is None else reading.offers(promotions, venue, now, self._guesses)
        available = None if rewards is None else reading.rewards(rewards)
        return Wallet(points, owned, available, as_of=now, stored=self._credit(found, kind))

    def _part(self, path: str, person: Person, ends: float) -> Any:
        try:
            body = self._call("GET", path, ends - time.monotonic(), person=person)
            reading.data(body)
        except Disconnected:
            raise
        except LoyaltyError:
            return None  # a list that cannot be read only hides itself
        return body

    def _credit(self, found: fields.Fields, kind: str) -> tuple[StoredValue, ...]:
        banked = fields.number(found.get("banked_currency"))
        if kind != self._guesses.credit_programme or banked is None or banked <= 0:
            return ()
        cents = int(banked * 100 / self._guesses.minor_units)
        return (StoredValue(StoredValueKind.CREDIT, "", cents, self._credentials.currency),)

    def price_cart(
        self, cart: Cart, chosen: tuple[Chosen, ...], *, member_id: str | None, store_slug: str, deadline_s: float
    ) -> Priced:
        """See `LoyaltyProgram.price_cart`; a refusal of theirs is one of the choice, whatever its reason (M3)."""
        if cart.currency != self._credentials.currency or len(chosen) > self._credentials.choices:
            raise Refused("too many, or another currency", code="not_valid")
        body = bodies.calculation(cart, chosen, self._venue(store_slug), self._credentials, self._guesses)
        person = Person.of(member_id) if member_id else None
        try:
            answer = self._call("POST", self._guesses.paths.calculate, deadline_s, body, person=person)
        except Refused as refused:
            raise Refused(refused.detail, code="not_valid") from refused
        return reading.priced(answer, chosen, cart.total, self._guesses)

    def check_code(
        self, code: str, cart: Cart, *, member_id: str | None, store_slug: str, deadline_s: float
    ) -> CodeAnswer:
        """See `LoyaltyProgram.check_code`, in the order M4 gives: only a business refusal leads to the second call."""
        ends, wished = time.monotonic() + deadline_s, (Chosen(ChosenKind.CODE, code=code.strip()),)
        try:
            return CodeAnswer(
                self.price_cart(cart, wished, member_id=member_id, store_slug=store_slug, deadline_s=deadline_s)
            )
        except Refused:
            if member_id is None:
                raise  # nobody it could become an offer of
        person, body = Person.of(member_id), {"code": code.strip()}
        try:
            self._call("POST", self._guesses.paths.coupons, ends - time.monotonic(), body, person=person)
        except Refused as refused:
            raise Refused(refused.detail, code="not_valid") from refused
        return CodeAnswer()

    def report_body(self, order: PaidOrder) -> bytes:
        """See `LoyaltyProgram.report_body`; the first line is the person's own id, or empty for a guest."""
        body = bodies.new_order(order, self._venue(order.store_slug), self._credentials, self._guesses)
        return (order.member_id or "").encode() + b"\n" + written(body)

    def send_report(self, body: bytes, *, deadline_s: float) -> Reported:
        """See `LoyaltyProgram.send_report`: created once; an unknown outcome is for a person."""
        who, _, content = body.partition(b"\n")
        person = Person.of(who.decode()) if who else None
        headers, path = self._headers(person), self._guesses.paths.orders
        answer = self._wire.send("POST", path, deadline_s, content=content, headers=headers)
        if answer.status == 401 and person is not None:
            raise SignedOut("401")
        return Reported(reading.order_id(answers.content(answer)))

    def _venue(self, store_slug: str) -> Venue:
        venue = self._credentials.venues.get(store_slug)
        if venue is None:
            raise Refused("no venue of theirs", code="no_place")
        return venue

    def _headers(self, person: Person | None) -> dict[str, str]:
        return {"X-Request-ID": self._request_id(), **(person.headers() if person else {})}

    def _call(
        self,
        method: str,
        path: str,
        deadline_s: float,
        body: dict[str, Any] | None = None,
        *,
        query: dict[str, str] | None = None,
        person: Person | None = None,
    ) -> Any:
        try:
            answer = self._wire.call(method, path, deadline_s, body, query, self._headers(person))
        except Disconnected as gone:
            if person is None:
                raise
            # 401 on a customer's call is the customer's token: the merchant need not connect again (section 9).
            raise SignedOut(gone.detail) from gone
        if not isinstance(answer, dict):
            raise BadAnswer("no envelope")
        return answer
