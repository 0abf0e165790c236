"""One merchant's GonnaOrder stores, call by call."""

from typing import Any

from webapp.ground.clock import Clock
from webapp.ground.http import Answer, HttpPeer
from webapp.ports.loyalty import answers
from webapp.ports.loyalty.cart import Cart, Chosen, ChosenKind, CodeAnswer, Priced
from webapp.ports.loyalty.errors import BadAnswer, Forbidden, NotFound, NotOffered, Refused
from webapp.ports.loyalty.gonnaorder import bodies, reading
from webapp.ports.loyalty.gonnaorder.credentials import Credentials
from webapp.ports.loyalty.gonnaorder.guesses import DEFAULT, Guesses
from webapp.ports.loyalty.gonnaorder.session import Session
from webapp.ports.loyalty.not_offered import OffersNoMore
from webapp.ports.loyalty.paid_order import PaidOrder
from webapp.ports.loyalty.values import (
    Balance,
    Capabilities,
    Connection,
    Identity,
    IdentityKind,
    Member,
    Reported,
    Wallet,
)
from webapp.ports.loyalty.wire import path_to, written

CAPABILITIES = Capabilities(
    find_by=frozenset({IdentityKind.PHONE, IdentityKind.CODE}),
    balances=True,
    owned_rewards=True,
    check_code=True,
    price_remotely=True,
    codes_for_guests=True,
    choices_at_once=1,  # the report has room for one code (R9)
    report=True,
    connect_by=frozenset({Connection.CREDENTIALS}),
)
NOBODYS = "1"  # a store id to knock with before any store is mapped: a refusal of the store is no refusal of us


class GonnaOrder(OffersNoMore):
    """The `LoyaltyProgram` of GonnaOrder; keeps the tokens of its sign-ins in memory.

    The store's slug is GonnaOrder's store id, digits only; the member id is the member's code.
    """

    vendor = "gonnaorder"
    capabilities = CAPABILITIES

    def __init__(
        self, api: HttpPeer, login: HttpPeer, *, credentials: Credentials, clock: Clock, guesses: Guesses = DEFAULT
    ) -> None:
        """`api`, `login`: the vendor's two hosts, shared by all merchants."""
        self._session = Session(api, login, credentials, guesses)
        self._credentials, self._clock, self._guesses = credentials, clock, guesses
        self._currency = credentials.currency

    def check_connection(self, *, deadline_s: float) -> None:
        """See `LoyaltyProgram.check_connection`; every store with a login of its own is tried.

        An account for all stores is tried by signing in at the first store it may see: none is known before one is
        mapped, and then only the sign-in itself can be tried.
        """
        for store in self._credentials.stores or (NOBODYS,):
            try:
                self._call("GET", self._guesses.paths.store, store, deadline_s)
            except (NotFound, Forbidden):
                if store != NOBODYS:
                    raise

    def find_member(self, who: Identity, *, store_slug: str, deadline_s: float) -> Member | None:
        """See `LoyaltyProgram.find_member`; without loyalty at this merchant nobody is asked for."""
        names = {IdentityKind.PHONE: "phoneNumber", IdentityKind.CODE: "memberCode"}
        if who.kind not in names:
            raise NotOffered(who.kind.value)
        found = self._look_up({names[who.kind]: who.value.strip()}, store_slug, deadline_s)
        return Member(found.code) if found else None

    def member(self, member_id: str, *, deadline_s: float) -> Member:
        """Points are not told by this programme: nothing to read, and no store to ask."""
        del deadline_s
        return Member(member_id)

    def wallet(self, member_id: str, *, store_slug: str, deadline_s: float) -> Wallet:
        """See `LoyaltyProgram.wallet`; money that points turned into is a voucher and a balance."""
        found = self._look_up({"memberCode": member_id}, store_slug, deadline_s)
        if found is None:
            raise NotFound("no such member")
        purse = found.wallet
        balances = (Balance(purse.description, purse.value or 0, self._currency),) if purse else ()
        owned = tuple(one.as_owned() for one in found.vouchers)
        return Wallet(None, owned, None, as_of=self._clock.now(), balances=balances)

    def price_cart(
        self, cart: Cart, chosen: tuple[Chosen, ...], *, member_id: str | None, store_slug: str, deadline_s: float
    ) -> Priced:
        """See `LoyaltyProgram.price_cart`: one voucher, held against the undiscounted total (section 4.2)."""
        del member_id  # the voucher's code says whose it is
        if not chosen:
            return Priced(cart.total)
        if len(chosen) > 1:
            raise Refused("one voucher an order", code="not_valid")
        if cart.currency != self._currency:
            raise Refused("another currency", code="not_valid")
        code = chosen[0].code or chosen[0].id
        body = bodies.validation(code, cart.total, self._currency)
        answer = self._call("POST", self._guesses.paths.validate, store_slug, deadline_s, body)
        return reading.priced(answer, chosen[0], cart.total, self._currency, self._guesses)

    def check_code(
        self, code: str, cart: Cart, *, member_id: str | None, store_slug: str, deadline_s: float
    ) -> CodeAnswer:
        """See `LoyaltyProgram.check_code`; asking consumes nothing, for a guest as for a member."""
        wished = (Chosen(ChosenKind.CODE, code=code.strip()),)
        return CodeAnswer(
            self.price_cart(cart, wished, member_id=member_id, store_slug=store_slug, deadline_s=deadline_s)
        )

    def evidence_before(self, order: PaidOrder, *, deadline_s: float) -> str:
        """The money on the wallet before the report, which it lowers (section 7.7); "" when none is used."""
        left = self._money_left(order, deadline_s)
        return "" if left is None else str(left)

    def was_reported(self, order: PaidOrder, evidence: str, *, deadline_s: float) -> bool | None:
        """Whether the wallet dropped by the discount, net of what the order earned; anything else is for a person."""
        now = self._money_left(order, deadline_s) if evidence else None
        if now is None:
            return None
        dropped = int(evidence) - now
        return True if 0 < dropped <= bodies.discount(order) else None

    def _money_left(self, order: PaidOrder, deadline_s: float) -> int | None:
        code = bodies.voucher_code(order)
        if not code:
            return None
        found = self._look_up({"memberCode": order.member_id or code}, order.store_slug, deadline_s)
        if found is None:
            return None
        others = [one for one in found.vouchers if one.code == code and not one.wallet]
        if others or (found.wallet is None and found.code != code):
            return None  # a store's voucher: nothing of it can be read back
        return found.wallet.value if found.wallet else 0

    def report_body(self, order: PaidOrder) -> bytes:
        """See `LoyaltyProgram.report_body`; the first line is the address, for it holds the store."""
        path = path_to(self._guesses.paths.external_order, store=order.store_slug)
        return path.encode() + b"\n" + written(bodies.external_order(order))

    def send_report(self, body: bytes, *, deadline_s: float) -> Reported:
        """See `LoyaltyProgram.send_report`; 201 alone is a success, and no failure tells its cause."""
        path, _, content = body.partition(b"\n")
        store = path.decode().split("/")[4]
        answer = self._session.send("POST", path.decode(), store, deadline_s, content=content)
        if answer.status == 201:
            return Reported(None)
        raise BadAnswer(str(answer.status)) if answer.ok else answers.failure(answer)

    def _look_up(self, query: dict[str, str], store: str, deadline_s: float) -> reading.Found | None:
        if not self._credentials.loyalty_enabled:
            return None
        path = path_to(self._guesses.paths.vouchers, store=store)
        answer = self._session.send("GET", path, store, deadline_s, query=query)
        if answer.status == 404:
            return None
        return reading.found(_content(answer), self._currency, self._guesses)

    def _call(
        self, method: str, template: str, store: str, deadline_s: float, body: dict[str, Any] | None = None
    ) -> Any:
        content = None if body is None else written(body)
        answer = self._session.send(method, path_to(template, store=store), store, deadline_s, content=content)
        return answers.content(answer)


def _content(answer: Answer) -> Any:
    """As `answers.content`; a bare text in an answer of success is "not found", JSON or not (section 4.1)."""
    try:
        return answers.content(answer)
    except BadAnswer:
        text = answer.body.strip()
        if answer.ok and text and not text.startswith((b"<", b"{", b"[")):
            return text.decode("utf-8", "replace")
        raise
