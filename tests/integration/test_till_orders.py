"""Orders paid at the restaurant's own till: every request as the contract says, one effect, no trust in its word."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from sqlalchemy import select

from tests.integration.checkout_cast import Cast, Guest, on_stage
from tests.integration.scene import VAULT_KEY
from webapp.ground.db import Database
from webapp.ground.http import Answer, HttpPeer
from webapp.ground.secrets import Vault
from webapp.nouns.customer.models import Visit
from webapp.nouns.merchant.models import Store
from webapp.nouns.merchant.payment_account import AccountKeys
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.basket import Honours
from webapp.ports.payment.external_pos import ExternalPos, Till, external_pos
from webapp.ports.payment.port import PaymentProvider, UntrustedNotice
from webapp.sandbox.faults import read_fault
from webapp.sandbox.till.peer import SIGNATURE, Peer, Setup, signature
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import confirmation
from webapp.usecases.checkout.notice import NobodysAddress, take_notice
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.place import place_order
from webapp.usecases.payments import MerchantAccounts
from webapp.usecases.setup.till import connect_till
from webapp.usecases.till.accounts import WithCounter
from webapp.usecases.till.counter import Counter
from webapp.usecases.till.ways import chosen
from webapp.usecases.wiring import BackOffice, Wiring

NEW, OLD = "a-new-secret-of-thirty-two-signs!", "an-old-secret-of-thirty-two-signs"
OPENAPI = OpenAPI.from_file_path(str(Path(__file__).parents[1] / "contract" / "external_pos.openapi.yaml"))


class Watched(HttpPeer):
    """Sends for real, and holds every question and answer against the contract."""

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json_body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float = 2.5,
    ) -> Answer:
        asked = MockRequest("http://till.test", method, path, headers=dict(headers or {}), data=content)
        OPENAPI.validate_request(asked)
        answer = super().request(
            method, path, query=query, json_body=json_body, content=content, headers=headers, deadline_s=deadline_s
        )
        if answer.headers.get("content-type", "").startswith("application/json") and answer.status < 500:
            with suppress(ValueError):  # what a fault cut short is no answer of the contract's
                json.loads(answer.body)
                OPENAPI.validate_response(asked, MockResponse(answer.body, answer.status))
        return answer


@dataclass
class Counterpart:
    """The café, its till, and the last part of the till's callback address."""

    cast: Cast
    till: Peer
    token: str
    account: str

    @property
    def wiring(self) -> Wiring:
        """The present process."""
        return self.cast.wiring

    def placed(self, guest: Guest, way: str = "till") -> Order:
        """The order as that way's last page froze it."""
        with self.wiring.db.reading() as session:
            on_sale = self.wiring.shelf.exactly(session, guest.store_id, self.cast.clock.now())
            visit = session.get_one(Visit, guest.visit_id)
            other = chosen(self.wiring, session, on_sale.store, "table", way)
            digest = confirmation(session, on_sale, visit, self.cast.clock.now(), other).digest
        return place_order(
            self.wiring, browser=guest.browser, store_id=guest.store_id, shown=digest, language="fr", way=way
        )

    def ordered(self) -> Order:
        """An order for the till, not sent yet."""
        guest = self.cast.guest()
        self.cast.choose(guest)
        return self.placed(guest)

    def sent(self) -> Order:
        """An order that is at the till."""
        order = self.ordered()
        assert start_payment(self.wiring, order.reference).endswith("/return")
        return order

    def key(self, order: Order) -> str:
        """What the till calls it."""
        return self.cast.attempts(order)[-1].key

    def fault(self, route: str, kind: str, count: int = 1) -> None:
        """The next requests on this route go wrong."""
        self.till.faults.add(read_fault({"route": route, "kind": kind, "count": count}))

    def call(self, body: bytes, *, secret: str = NEW, shift_s: int = 0, token: str | None = None) -> None:
        """A callback arrives."""
        stamp = int(self.cast.clock.now().timestamp()) + shift_s
        headers = {SIGNATURE: signature(secret, stamp, body)}
        take_notice(self.wiring, "till", headers, body, self.token if token is None else token)

    def event(self, order: Order, **changes: Any) -> bytes:
        """What the till says about an order; `changes`: where it lies."""
        body = json.loads(self.till.event(self.key(order), "order.paid"))
        body["session"] |= {name: value for name, value in changes.items() if name in body["session"]}
        return json.dumps(body | {name: value for name, value in changes.items() if name in body}).encode()


@contextmanager
def house_with(database: Database, folder: Path, **abilities: bool) -> Iterator[Counterpart]:
    """The café with a till of these abilities at its first store."""
    with on_stage(database, folder) as cast:
        now = cast.clock
        till = Peer(Setup(account="till-one", secrets=(NEW, OLD), now=lambda: now.now().timestamp()))
        till.start()
        try:
            vault = Vault([VAULT_KEY])
            cast.wiring = with_till(cast, till, replace(cast.wiring, office=BackOffice(vault)), vault)
            told = Till(till.url, (NEW, OLD), **abilities)
            account, token = connect_till(cast.wiring, "cafe", "one", told, livemode=False)
            yield Counterpart(cast, till, token, account)
        finally:
            till.stop()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[Counterpart]:
    """The café with a till that takes off codes."""
    with house_with(database, tmp_path, codes=True) as found:
        yield found


def with_till(cast: Cast, till: Peer, wiring: Wiring, vault: Vault) -> Wiring:
    """A process that knows tills on this machine."""
    peer = Watched(till.url, allowed_hosts=frozenset({"127.0.0.1"}))

    def made(keys: AccountKeys) -> PaymentProvider:
        told = Till.from_text(keys.secret_key)
        return external_pos(peer, told, cast.clock, account=keys.account, livemode=keys.livemode)

    tills = MerchantAccounts(wiring.db, vault, {"till": made}, origins=frozenset())
    mine = Counter(wiring.db, cast.clock, wiring.public_url)
    return replace(wiring, payments=WithCounter(wiring.payments, mine, tills))


def test_paid_at_the_till_is_paid_here_once_and_earns_its_points(house: Counterpart) -> None:
    order = house.sent()
    assert house.till.book.show(house.key(order))["lines"] == [{"name": "CREPE", "quantity": 1, "total": 900}]
    house.cast.rounds(2, seconds=61)
    assert (house.cast.state(order), house.cast.received()) == ("pending", [])
    house.till.press(house.key(order), "paid", silent=True)
    news = house.event(order)
    for secret in (NEW, OLD, NEW):  # sent again, and once signed with the secret that is being retired
        house.call(news, secret=secret)
    house.cast.rounds(2, seconds=61)
    house.cast.deliver()
    assert (house.cast.state(order), house.cast.effects(order)) == ("paid", 1)
    assert [one.honoured for one in house.cast.captures(order)] == [True]
    assert len(house.cast.notices()) == 1


def test_a_till_that_says_nothing_is_asked(house: Counterpart) -> None:
    order = house.sent()
    house.till.press(house.key(order), "paid", silent=True)
    house.cast.rounds(1, seconds=61)
    assert house.cast.state(order) == "paid"


def test_paid_on_the_word_of_a_callback_alone_is_not_paid(house: Counterpart) -> None:
    order = house.sent()
    house.call(house.event(order))
    assert (house.cast.state(order), house.cast.captures(order)) == ("pending", [])


@pytest.mark.parametrize("kind", ["refuse", "reset_after", "hang_after", "malformed"])
def test_an_order_the_till_did_not_acknowledge_is_sent_until_it_does(house: Counterpart, kind: str) -> None:
    order = house.ordered()
    house.cast.wiring = replace(house.wiring, page_seconds=0.3)
    house.fault("orders.put", "error" if kind == "refuse" else kind)
    with pytest.raises(CannotPay) as trouble:
        start_payment(house.wiring, order.reference)
    assert trouble.value.code == "unavailable"
    house.cast.rounds(1, seconds=61)
    assert [one["number"] for one in house.till.book.everything()["orders"]] == [str(order.number)]
    assert house.cast.attempts(order)[-1].state == "open"


def test_paying_here_after_all_takes_the_order_off_the_till_first(house: Counterpart) -> None:
    order = house.sent()
    house.fault("orders.cancel", "error")
    assert give_up(house.wiring, order.reference, "cancelled", "pays here") == "pending", "no answer, no second order"
    assert give_up(house.wiring, order.reference, "cancelled", "pays here") == "cancelled"
    assert not house.till.book.pay(house.key(order), 0.0), "the till takes no money for it any more"


def test_paid_at_the_till_while_the_diner_goes_to_pay_here_is_paid(house: Counterpart) -> None:
    order = house.sent()
    house.till.press(house.key(order), "paid", silent=True)
    assert give_up(house.wiring, order.reference, "cancelled", "pays here") == "paid"


def test_nobody_paid_in_time_so_the_till_is_told_and_the_hold_ends(house: Counterpart) -> None:
    order = house.sent()
    house.cast.rounds(2, minutes=61)
    assert house.cast.state(order) == "expired"
    assert house.till.book.show(house.key(order))["state"] == "expired"


def test_a_wrong_sum_pays_nothing_and_goes_back(house: Counterpart) -> None:
    order = house.sent()
    house.till.press(house.key(order), "more", silent=True)
    house.call(house.event(order))
    house.cast.rounds(2, seconds=61)
    assert house.cast.state(order) == "refunded"
    assert [one["amount"] for one in house.till.book.refunds(house.cast.captures(order)[0].capture_id)] == [1000]
    assert "payment_wrong_amount" in house.cast.alerts()


def test_what_staff_give_back_goes_back_at_the_till_once(house: Counterpart) -> None:
    order = house.sent()
    house.till.press(house.key(order), "paid", silent=True)
    house.cast.rounds(1, seconds=61)
    house.fault("refunds.create", "reset_after")
    house.cast.give_back(order)
    house.cast.rounds(3, seconds=61)
    assert house.cast.state(order) == "refunded"
    assert [one["amount"] for one in house.till.book.refunds(house.cast.captures(order)[0].capture_id)] == [900]


def test_forged_stale_early_and_strange_callbacks_are_refused_and_change_nothing(house: Counterpart) -> None:
    order = house.sent()
    body = house.event(order)
    refused: list[tuple[bytes, dict[str, Any]]] = [
        (body, {"secret": "a-secret-of-somebody-else-altogether"}),
        (body, {"shift_s": -301}),
        (body, {"shift_s": 301}),
        (b"{}", {}),
        (b"\xff", {}),
        (b"[" * 100_000, {}),
        (b" " * 5_000_000, {}),
    ]
    for sent, how in refused:
        with pytest.raises(UntrustedNotice):
            house.call(sent, **how)
    with pytest.raises(NobodysAddress):
        house.call(body, token="nobody")
    assert (house.cast.notices(), house.cast.state(order)) == ([], "pending")


def test_unknown_references_wait_as_orphans_and_another_tills_orders_are_left_alone(house: Counterpart) -> None:
    order = house.sent()
    house.till.press(house.key(order), "paid", silent=True)
    house.call(house.event(order, id="evt_x", reference="never-heard-of"))
    other = connect_till(house.wiring, "cafe", "two", Till(house.till.url, (NEW,)), livemode=False)
    house.call(house.event(order, id="evt_y"), token=other[1])
    house.call(house.event(order, id="evt_z", account="somebody"))
    states = {one.event_id: one.state for one in house.cast.notices()}
    assert states == {"evt_x": "orphan", "evt_y": "ignored", "evt_z": "ignored"}
    assert sorted(house.cast.alerts()) == ["foreign_notice", "foreign_notice", "orphan_notice"]
    assert house.cast.state(order) == "pending"


def test_the_store_offers_the_till_with_what_it_honours(house: Counterpart) -> None:
    with house.wiring.db.reading() as session:
        store_id = session.scalars(select(Store.id).where(Store.slug == "one")).one()
        on_sale = house.wiring.shelf.exactly(session, store_id, house.cast.clock.now())
        way = chosen(house.wiring, session, on_sale.store, "table", "till")
    assert way is not None
    assert way.honours == Honours(codes=True, gifts=False, vouchers=False)


def test_an_address_the_settings_no_longer_allow_is_no_till(house: Counterpart) -> None:
    with house.wiring.db.reading() as session:
        account_id = session.scalars(select(Store.till_account_id).where(Store.slug == "one")).one()

    def refusing(keys: AccountKeys) -> PaymentProvider:
        told = Till.from_text(keys.secret_key)
        peer = HttpPeer(told.address, allowed_hosts=frozenset({"till.example.org"}))
        return ExternalPos(peer, told, house.cast.clock, account=keys.account, livemode=False)

    accounts = MerchantAccounts(house.wiring.db, Vault([VAULT_KEY]), {"till": refusing}, origins=frozenset())
    assert accounts.behind("till", account_id) is None
