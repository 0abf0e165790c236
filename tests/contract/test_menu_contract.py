"""MENU's adapter against the stateful sandbox and the contract's own examples, every request validated."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.contract.menu_calls import (
    ADA,
    ADA_MAIL,
    AT_BASTILLE,
    BOWL,
    CALLS,
    COUNTER,
    CREDENTIALS,
    CREDIT,
    FURTHER,
    GRANTED,
    JOINING,
    OFFER,
    REWARD,
    SOMEBODY,
    STORE,
    SUMMER,
    TABLE_7,
    VENUE,
    a_cart,
    adapter,
    an_order,
    sandbox,
)
from tests.contract.openapi_check import objections
from tests.contract.openapi_examples import document, documented_statuses, playing
from tests.contract.peers import RecordingPeer, Reply, Seen, always, forwarding, recording_peer
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.menu import Credentials
from webapp.ports.loyalty.menu.person import Person, SignedOut
from webapp.ports.loyalty.port import (
    BadAnswer,
    CartLine,
    CartOption,
    Chosen,
    ChosenKind,
    Consent,
    Disconnected,
    Forbidden,
    LoyaltyError,
    NotFound,
    OutcomeUnknown,
    PaidLine,
    Refused,
    RewardKind,
    StoredValue,
    StoredValueKind,
    UsedValue,
)

HOST = "https://api-public-playground.menu.app"


def violations(request: Seen, reply: Reply, *, answers_too: bool) -> list[str]:
    found = objections("menu", HOST, request, reply, answers_too=answers_too)
    # The reference asks for a customer's token everywhere; that guests may order is a rule of the guides (M8).
    guest = request.path.startswith("/api/orders") and "Authorization" not in request.headers
    return [text for text in found if not (guest and "SecurityNotFound" in text)]


class Bench:
    """A recorder in front of a fresh sandbox, and that one's ledger."""

    def __init__(self, peer: RecordingPeer, origin: str) -> None:
        self.peer, self.origin = peer, origin
        self.shop = adapter(peer.url)

    def ledger(self) -> Any:
        return httpx.get(f"{self.origin}/_ledger.json").json()

    def person(self, email: str = ADA_MAIL) -> Any:
        return next(one for one in self.ledger()["customers"] if one["email"] == email)

    def code(self) -> str:
        return str(self.ledger()["codes"][0]["value"])

    def ada(self) -> str:
        self.shop.ask_sign_in_code(ADA_MAIL, deadline_s=5)
        return self.shop.sign_in(ADA_MAIL, self.code(), deadline_s=5).member_id


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as fresh, recording_peer(forwarding(fresh.url)) as peer:
        yield Bench(peer, fresh.url)
        assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=True)] == []
        ids = [seen.headers["X-Request-Id"] for seen in peer.requests]
        assert len(ids) == len(set(ids)) > 0


def test_a_known_address_signs_in_with_the_code_it_was_sent_and_only_once(bench: Bench) -> None:
    ada = bench.ada()
    assert bench.shop.member(ada, deadline_s=5).points == 80
    with pytest.raises(Refused):
        bench.shop.sign_in(ADA_MAIL, bench.code(), deadline_s=5)
    assert "eyJ" not in repr(Person.of(ada)) + repr(bench.shop.member(ada, deadline_s=5))


def test_a_new_address_is_unknown_until_it_joins_with_its_code(bench: Bench) -> None:
    bench.shop.ask_sign_in_code(JOINING.email, deadline_s=5)
    with pytest.raises(Refused) as caught:
        bench.shop.sign_in(JOINING.email, bench.code(), deadline_s=5)
    assert caught.value.code == "unknown"
    with pytest.raises(Refused) as wrong:
        bench.shop.sign_in(JOINING.email, "1", joining=JOINING, deadline_s=5)
    assert wrong.value.code == "bad_code"
    eve = bench.shop.sign_in(JOINING.email, bench.code(), joining=JOINING, deadline_s=5)
    assert bench.shop.member(eve.member_id, deadline_s=5).points == 0
    assert bench.person(JOINING.email)["first_name"] == "Eve"


@pytest.mark.parametrize("code", ["", "abc", "12 34", "9" * 20, "٣٤"])
def test_what_cannot_be_a_code_is_not_sent(code: str) -> None:
    shop = adapter("http://127.0.0.1:9")
    with pytest.raises((Refused, LoyaltyError)):
        shop.sign_in(ADA_MAIL, code, deadline_s=1)


def test_opt_ins_pass_on_what_was_answered(bench: Bench) -> None:
    ada = bench.ada()
    bench.shop.update_consent(ada, Consent(), deadline_s=5)
    assert (bench.person()["optin_email"], bench.person()["optin_sms"]) == (3, 3)
    bench.shop.update_consent(ada, Consent(email=True), deadline_s=5)
    assert bench.peer.requests[-1].json() == {"optin_status_email": 1}
    bench.shop.update_consent(ada, Consent(email=False, sms=True), deadline_s=5)
    assert (bench.person()["optin_email"], bench.person()["optin_sms"]) == (2, 1)


def test_the_wallet_has_points_credit_rewards_and_the_offers_of_this_venue(bench: Bench) -> None:
    wallet = bench.shop.wallet(bench.ada(), store_slug=STORE, deadline_s=5)
    assert wallet.points == 80
    assert wallet.stored == (StoredValue(StoredValueKind.CREDIT, "", 1500, "EUR"),)
    assert wallet.owned is not None
    assert [(one.owned_id, one.terms.kind) for one in wallet.owned] == [(str(OFFER), RewardKind.PRICED)]
    assert wallet.available is not None
    assert [(one.reward_id, one.cost) for one in wallet.available] == [(str(BOWL), 50), ("47200", 300)]


def test_without_a_punchh_token_there_are_points_and_nothing_to_take(bench: Bench) -> None:
    person = Person.of(bench.ada())
    wallet = bench.shop.wallet(Person(person.account, person.token).as_id(), store_slug=STORE, deadline_s=5)
    assert (wallet.points, wallet.owned, wallet.available, wallet.stored) == (80, (), (), ())


@pytest.mark.parametrize(("chosen", "off"), [(REWARD, 500), (GRANTED, 300), (SUMMER, 200), (CREDIT, 1200)])
def test_only_their_price_says_what_a_choice_takes_off(bench: Bench, chosen: Chosen, off: int) -> None:
    priced = bench.shop.price_cart(a_cart(), (chosen,), member_id=bench.ada(), store_slug=STORE, deadline_s=5)
    assert (priced.total, priced.choices[0].amount, priced.choices[0].chosen) == (2500 - off, off, chosen)
    assert bench.person()["points"] == 80
    assert bench.ledger()["orders"] == []


@pytest.mark.parametrize(
    ("chosen", "bowls"),
    [
        (REWARD, 1),  # below its minimum, which only they know
        (Chosen(ChosenKind.REWARD, "47200"), 2),  # dearer than the points
        (Chosen(ChosenKind.OWNED, "12345678901234"), 2),
        (Chosen(ChosenKind.OWNED, "x"), 2),
        (Chosen(ChosenKind.CREDIT, amount=1501), 2),
        (Chosen(ChosenKind.CODE, code="NOTHING"), 2),
    ],
)
def test_a_choice_they_refuse_is_not_valid_whatever_the_reason(bench: Bench, chosen: Chosen, bowls: int) -> None:
    with pytest.raises(Refused) as caught:
        bench.shop.price_cart(a_cart(bowls), (chosen,), member_id=bench.ada(), store_slug=STORE, deadline_s=5)
    assert caught.value.code == "not_valid"


def test_a_code_is_a_discount_first_and_else_an_offer_to_choose(bench: Bench) -> None:
    ada = bench.ada()
    direct = bench.shop.check_code(" SUMMER ", a_cart(), member_id=ada, store_slug=STORE, deadline_s=5)
    assert direct.priced is not None
    assert direct.priced.total == 2300
    assert bench.shop.check_code("UNLOCK", a_cart(), member_id=ada, store_slug=STORE, deadline_s=5).priced is None
    owned = bench.shop.wallet(ada, store_slug=STORE, deadline_s=5).owned
    assert owned is not None
    assert [one.terms.name for one in owned] == ["Reduced bowl", "Unlocked offer"]
    with pytest.raises(Refused) as caught:
        bench.shop.check_code("UNLOCK", a_cart(), member_id=ada, store_slug=STORE, deadline_s=5)
    assert caught.value.code == "not_valid"


def test_a_guests_code_is_tried_as_a_discount_alone(bench: Bench) -> None:
    answer = bench.shop.check_code("SUMMER", a_cart(), member_id=None, store_slug=STORE, deadline_s=5)
    assert answer.priced is not None
    with pytest.raises(Refused):
        bench.shop.check_code("UNLOCK", a_cart(), member_id=None, store_slug=STORE, deadline_s=5)
    assert [seen.path for seen in bench.peer.requests] == ["/api/orders/calculate"] * 2


@pytest.mark.parametrize("status", [500, 429])
def test_a_failure_of_the_first_call_never_leads_to_the_second(status: int) -> None:
    with recording_peer(always(Reply.of({}, status))) as peer, pytest.raises(LoyaltyError):
        adapter(peer.url).check_code("SUMMER", a_cart(), member_id=SOMEBODY, store_slug=STORE, deadline_s=5)
    assert len(peer.seen) == 1


def test_the_order_is_created_with_the_discounts_it_was_priced_with(bench: Bench) -> None:
    ada = bench.ada()
    order = an_order(UsedValue("reward", 500, str(BOWL)), member_id=ada)
    reported = bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    sent, made = bench.peer.requests[-1].json(), bench.ledger()["orders"][0]
    assert reported.remote_id == made["id"]
    assert sent["discounts"] == [{"id": BOWL, "type_id": 2}]
    assert (sent["payment_info"], sent["order_type"]["id"]) == ({"type": "outside"}, 6)
    assert bench.person()["points"] == 80 - 50 + 20
    assert sent["menu_items"] == [{"id": 501, "quantity": 1}] * 2


def test_an_offer_and_credit_are_used_up_and_a_guest_may_order(bench: Bench) -> None:
    ada = bench.ada()
    for used in (UsedValue("owned", 300, str(OFFER)), UsedValue("credit", 1200)):
        bench.shop.send_report(bench.shop.report_body(an_order(used, member_id=ada)), deadline_s=5)
    assert bench.person()["credit"] == 300
    with pytest.raises(Refused):
        bench.shop.price_cart(a_cart(), (GRANTED,), member_id=ada, store_slug=STORE, deadline_s=5)
    guest = an_order(UsedValue("code", 200, code="SUMMER"), member_id=None)
    bench.shop.send_report(bench.shop.report_body(guest), deadline_s=5)
    assert "Authorization" not in bench.peer.requests[-1].headers


def test_a_venue_is_read_with_its_codes_points_and_tables(bench: Bench) -> None:
    assert bench.shop.read_venue(VENUE, deadline_s=5) == AT_BASTILLE
    assert [store.slug for store in bench.shop.stores(deadline_s=5)] == [STORE]


@pytest.mark.parametrize(("label", "point", "kind"), [("7", TABLE_7, 1), ("99", COUNTER, 4), ("", COUNTER, 4)])
def test_an_order_at_the_table_goes_to_its_own_point(bench: Bench, label: str, point: str, kind: int) -> None:
    cart = a_cart(mode="table", table_label=label)
    bench.shop.price_cart(cart, (), member_id=None, store_slug=STORE, deadline_s=5)
    sent = bench.peer.requests[-1].json()
    assert (sent["singular_point_id"], sent["order_type"]["id"]) == (point, kind)


def test_a_dish_or_a_store_that_was_not_mapped_cannot_be_priced() -> None:
    shop = adapter("http://127.0.0.1:9", replace(CREDENTIALS, items={}))
    for slug, code in ((STORE, "no_item"), ("nowhere", "no_place")):
        with pytest.raises(Refused) as caught:
            shop.price_cart(a_cart(), (), member_id=None, store_slug=slug, deadline_s=1)
        assert caught.value.code == code


EGGS = CartLine("BOWL", "Bowl", 1250 + 300 + 150, 2, (CartOption("Egg", 150, 2, "EGG"), CartOption("Avocado", 150)))
FREE = CartOption("Salad", 0)


def test_paid_options_are_priced_within_their_dish_and_ordered_as_they_were_priced(bench: Bench) -> None:
    cart = a_cart(lines=(replace(EGGS, options=(*EGGS.options, FREE)),))
    priced = bench.shop.price_cart(cart, (REWARD,), member_id=bench.ada(), store_slug=STORE, deadline_s=5)
    assert priced.total == 2 * 1700 - 500
    one = (PaidLine("Bowl", 1250, "BOWL"), *[PaidLine("Egg", 150, "EGG")] * 2, PaidLine("Avocado", 150))
    order = an_order(lines=(*one, *one, PaidLine("Juice", 400, "JUICE")), amount=3800, member_id=None)
    bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    [made] = bench.ledger()["orders"]
    assert made["subtotal"] == 3800
    modifiers = [{"id": 601, "quantity": 1}] * 3
    assert [one.get("modifiers") for one in made["body"]["menu_items"]] == [modifiers, modifiers, None]


def test_a_paid_option_that_was_not_mapped_cannot_be_priced(bench: Bench) -> None:
    line = CartLine("BOWL", "Bowl", 1450, 1, (CartOption("Truffle", 200),))
    with pytest.raises(Refused):
        bench.shop.price_cart(a_cart(lines=(line,)), (), member_id=None, store_slug=STORE, deadline_s=5)
    assert bench.peer.seen == []
    bench.ada()


def test_prices_of_theirs_that_are_not_ours_are_never_charged(bench: Bench) -> None:
    other = replace(CREDENTIALS, items={"BOWL": "502"})
    with pytest.raises(Refused) as caught:
        adapter(bench.peer.url, other).price_cart(a_cart(), (), member_id=None, store_slug=STORE, deadline_s=5)
    assert caught.value.code == "prices_differ"


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"subtotal": 2500},
        {"subtotal": 2500, "discount_amount": 3000},
        {"subtotal": 2500, "discount_amount": -5},
        {"subtotal": "lots", "discount_amount": 5},
    ],
)
def test_figures_that_do_not_fit_together_are_never_shown(figures: Any) -> None:
    body = {"status": "OK", "code": 200, "data": {"calculation": figures}}
    with recording_peer(always(Reply.of(body))) as peer, pytest.raises(BadAnswer):
        CALLS["calculateOrder"](adapter(peer.url), 5)


def test_one_discount_at_a_time_unless_the_brand_allows_more() -> None:
    with pytest.raises(Refused):
        adapter("http://127.0.0.1:9").price_cart(
            a_cart(), (REWARD, SUMMER), member_id=SOMEBODY, store_slug=STORE, deadline_s=1
        )
    listed = [{"amount": 500}, {"amount": 200}]
    figures = {"subtotal": 2500, "discount_amount": 700, "discounts": listed}
    body = {"status": "OK", "code": 200, "data": {"calculation": figures}}
    two = replace(CREDENTIALS, choices=2)
    with recording_peer(always(Reply.of(body))) as peer:
        shop = adapter(peer.url, two)
        priced = shop.price_cart(a_cart(), (REWARD, SUMMER), member_id=SOMEBODY, store_slug=STORE, deadline_s=5)
    assert [one.amount for one in priced.choices] == [500, 200]
    assert (shop.capabilities.choices_at_once, adapter("http://127.0.0.1:9").capabilities.choices_at_once) == (2, 1)


def test_a_customers_token_that_ran_out_is_no_lost_connection() -> None:
    with recording_peer(always(Reply.of({"status": "ERROR", "code": 401, "data": None}, 401))) as peer:
        shop = adapter(peer.url)
        for name in ("getCustomerAccountLoyalty", "createOrder", "calculateOrder"):
            with pytest.raises(Refused) as caught:
                CALLS[name](shop, 5)
            assert not isinstance(caught.value, Disconnected)
        with pytest.raises(Disconnected):
            CALLS["getDlcIntegration"](shop, 5)
    assert SignedOut().code == "signed_out"


def test_a_brand_that_is_not_on_punchh_is_refused() -> None:
    with recording_peer(playing("menu", "", "plain")) as peer, pytest.raises(Refused) as caught:
        adapter(peer.url).check_connection(deadline_s=5)
    assert caught.value.code == "not_punchh"


@pytest.mark.parametrize("name", [*CALLS, *FURTHER])
def test_every_request_the_adapter_can_make_fits_the_contract(name: str) -> None:
    # The figures of the example may be those of another cart, and are then refused.
    with recording_peer(playing("menu", "", "punchh")) as peer, suppress(Refused):
        (CALLS | FURTHER)[name](adapter(peer.url), 5)
    assert peer.seen
    assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=False)] == []


ALONE = set(CALLS) - {"getLoyaltyProgram"}
DOCUMENTED = [
    (name, status) for name in ALONE for status in documented_statuses(document("menu"), name) if status >= 400
]
OF_THE_PERSON = {"updateCustomerAccount", "getCustomerAccountLoyalty", "calculateOrder", "createOrder"}
SIGNING = {"loginCustomer", "registerCustomer"}


@pytest.mark.parametrize(("name", "status"), sorted(DOCUMENTED))
def test_every_documented_error_has_its_meaning(name: str, status: int) -> None:
    plain = {400: Refused, 401: Disconnected, 403: Forbidden, 404: NotFound, 422: Refused, 500: OutcomeUnknown}
    expected: type[LoyaltyError] = plain[status]
    if (status == 401 and name in OF_THE_PERSON) or (status < 500 and status != 403 and name in SIGNING):
        expected = Refused
    with recording_peer(playing("menu", "", status=status)) as peer, pytest.raises(expected):
        CALLS[name](adapter(peer.url), 5)


def test_bytes_are_the_same_for_the_same_order_and_begin_with_whose_it_is() -> None:
    shop = adapter("http://127.0.0.1:9")
    assert shop.report_body(an_order()) == shop.report_body(an_order())
    assert shop.report_body(an_order()).split(b"\n")[0] == SOMEBODY.encode()
    assert shop.report_body(an_order(member_id=None)).startswith(b"\n{")


@pytest.mark.parametrize("member_id", ["", "x", "[]", "[1,2,3]", '["a","",""]', "{}"])
def test_a_member_id_of_another_make_is_nobody(member_id: str) -> None:
    with pytest.raises(NotFound):
        adapter("http://127.0.0.1:9").member(member_id, deadline_s=1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"application": " "}, "application"),
        ({"currency": "eur"}, "currency"),
        ({"venues": {}}, "venues"),
        ({"choices": 0}, "venues"),
        ({"api_version": "4.38"}, "version"),
        ({"api_version": "four.3.8"}, "version"),
    ],
)
def test_credentials_that_could_never_work_are_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(BadCredentials) as caught:
        Credentials.from_text(replace(CREDENTIALS, **changed).to_text())
    assert caught.value.code == code


def test_credentials_survive_being_kept() -> None:
    assert Credentials.from_text(CREDENTIALS.to_text()) == CREDENTIALS
    assert "app-key" not in repr(CREDENTIALS)
    for text in ("", "[]", '{"venues": 5}', '{"venues": {"a": {"nothing": 1}}}'):
        with pytest.raises(BadCredentials):
            Credentials.from_text(text)
    assert ADA in SOMEBODY
