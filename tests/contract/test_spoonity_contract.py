"""Spoonity's adapter against the stateful sandbox and the contract's own examples, every request validated."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.openapi_check import objections
from tests.contract.openapi_examples import document, documented_statuses, playing
from tests.contract.peers import RecordingPeer, Reply, Seen, always, forwarding, recording_peer
from tests.contract.spoonity_calls import (
    ADA,
    ADA_MAIL,
    BOB,
    CALLS,
    COFFEE,
    CREDENTIALS,
    FURTHER,
    GIFT,
    JOINING,
    KEY,
    MEMBER,
    OTHER_STORE,
    POINTS,
    STORE,
    TEN_OFF,
    a_free_coffee,
    adapter,
    an_order,
    sandbox,
)
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.port import (
    BadAnswer,
    Balance,
    Conflict,
    Consent,
    Disconnected,
    Identity,
    IdentityKind,
    LoyaltyError,
    NewMember,
    NotFound,
    NotOffered,
    OutcomeUnknown,
    Refused,
    RewardKind,
    StoredValue,
    UsedValue,
)
from webapp.ports.loyalty.spoonity import Credentials

HOST = "https://api.spoonity.com"
EXPECTED: dict[int, type[LoyaltyError]] = {
    400: Refused,
    401: Disconnected,
    404: NotFound,
    409: Conflict,
    500: OutcomeUnknown,
}


def violations(request: Seen, reply: Reply, *, answers_too: bool) -> list[str]:
    return objections("spoonity", HOST, request, reply, answers_too=answers_too)


class Bench:
    """A recorder in front of a fresh sandbox, and that one's ledger."""

    def __init__(self, peer: RecordingPeer, origin: str) -> None:
        self.peer, self.origin = peer, origin
        self.shop = adapter(peer.url)

    def person(self, number: int = 1) -> Any:
        people: list[dict[str, Any]] = httpx.get(f"{self.origin}/_ledger.json").json()["people"]
        return next(one for one in people if one["id"] == number)

    def ada(self) -> str:
        found = self.shop.find_member(Identity(IdentityKind.EMAIL, ADA_MAIL), store_slug=STORE, deadline_s=5)
        assert found is not None
        return found.member_id


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as fresh, recording_peer(forwarding(fresh.url)) as peer:
        yield Bench(peer, fresh.url)
        assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=True)] == []
        assert peer.seen
        assert all(KEY not in str(seen.headers) for seen in peer.requests)


@pytest.mark.parametrize(
    "who",
    [Identity.phone(ADA), Identity(IdentityKind.EMAIL, ADA_MAIL), Identity(IdentityKind.CODE, "999901")],
)
def test_one_field_takes_a_number_an_address_or_a_token(bench: Bench, who: Identity) -> None:
    found = bench.shop.find_member(who, store_slug=STORE, deadline_s=5)
    assert found is not None
    assert found.points == 120
    assert ADA_MAIL not in repr(found)


def test_a_number_is_tried_as_written_at_home_too(bench: Bench) -> None:
    assert bench.shop.find_member(Identity.phone(BOB), store_slug=STORE, deadline_s=5) is not None
    cards = [seen.json()["card_number"] for seen in bench.peer.requests if seen.method == "POST"]
    assert cards == ["33698765432", "0698765432"]


def test_a_session_without_an_account_is_nobody(bench: Bench) -> None:
    assert bench.shop.find_member(Identity.phone("+33611111111"), store_slug=STORE, deadline_s=5) is None


def test_the_session_is_reused_and_opened_anew_when_it_ended(bench: Bench) -> None:
    ada = bench.ada()
    for _ in range(3):
        bench.shop.member(ada, deadline_s=5)
    assert [seen.method for seen in bench.peer.requests].count("POST") == 1
    bench.shop.end_session(ada, deadline_s=5)
    assert bench.shop.member(ada, deadline_s=5).points == 120
    assert [seen.method for seen in bench.peer.requests].count("POST") == 2


def test_the_wallet_shows_points_money_and_every_reward_once(bench: Bench) -> None:
    wallet = bench.shop.wallet(bench.ada(), store_slug=STORE, deadline_s=5)
    assert (wallet.points, wallet.owned, wallet.balances) == (120, None, (Balance("Points", 120),))
    assert wallet.stored == (StoredValue(GIFT, "Euro", 1500, "EUR"), StoredValue(POINTS, "Points", 600, "EUR"))
    assert wallet.available is not None
    assert [(one.reward_id, one.cost, one.terms.kind) for one in wallet.available] == [
        (COFFEE, 100, RewardKind.FREE_PRODUCT),
        ("5002:", 500, RewardKind.UNKNOWN),
    ]


def test_gift_cards_are_hidden_where_the_restaurant_cannot_take_them(bench: Bench) -> None:
    wallet = bench.shop.wallet(bench.ada(), store_slug=OTHER_STORE, deadline_s=5)
    assert [one.kind for one in wallet.stored] == [POINTS]


def test_a_gift_card_is_debited_and_credited_back(bench: Bench) -> None:
    ada = bench.ada()
    bench.shop.debit_value(GIFT, 1000, "k1", member_id=ada, store_slug=STORE, deadline_s=5)
    assert bench.person()["gift"] == 500
    bench.shop.credit_value(GIFT, 1000, "k2", member_id=ada, store_slug=STORE, deadline_s=5)
    assert bench.person()["gift"] == 1500
    with pytest.raises(Refused):
        bench.shop.debit_value(GIFT, 1501, "k3", member_id=ada, store_slug=STORE, deadline_s=5)
    assert bench.person()["gift"] == 1500
    assert [seen.json().get("amount") for seen in bench.peer.requests if seen.path == "/order"] == [-10, 10, -15.01]


def test_points_pay_once_and_are_never_given_back(bench: Bench) -> None:
    ada = bench.ada()
    bench.shop.debit_value(POINTS, 500, "k1", member_id=ada, store_slug=STORE, deadline_s=5)
    assert bench.person()["points"] == 20
    with pytest.raises(Refused):
        bench.shop.debit_value(POINTS, 500, "k2", member_id=ada, store_slug=STORE, deadline_s=5)
    with pytest.raises(NotOffered):
        bench.shop.credit_value(POINTS, 500, "k3", member_id=ada, store_slug=STORE, deadline_s=5)


def test_an_order_spends_its_rewards_and_earns_on_goods_before_tax(bench: Bench) -> None:
    order = a_free_coffee(bench.ada())
    before = bench.shop.evidence_before(order, deadline_s=5)
    assert bench.shop.was_reported(order, before, deadline_s=5) is False
    bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    assert bench.shop.was_reported(order, before, deadline_s=5) is True
    assert bench.person()["points"] == 120 - 100 + 10
    sent = next(seen.json() for seen in bench.peer.requests if seen.path == "/order")
    assert (sent["subtotal"], sent["total"], sent["receipt_number"]) == (10, 11, "r-1")
    assert [(line["price"], line["discounts"]) for line in sent["line_items"]] == [
        (11, []),
        (2.2, [{"id": "discount_free_coffee", "name": "Free coffee", "amount": 2.2, "quantity": 1}]),
    ]


def test_loyalty_pay_lowers_the_total_and_is_named(bench: Bench) -> None:
    order = an_order(UsedValue("points", 500), UsedValue("gift_card", 200), member_id=bench.ada())
    bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    sent = bench.peer.requests[-1].json()
    assert (sent["subtotal"], sent["total"]) == (12, 8.2)
    assert sent["payment_method"] == "LOYALTY+GIFT_CARD+CREDIT_CARD"


def test_a_refusal_with_200_is_a_refusal_and_the_same_receipt_counts_once(bench: Bench) -> None:
    ada = bench.ada()
    order = an_order(member_id=ada)
    bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    with pytest.raises(Refused) as caught:
        bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    assert (caught.value.permanent, caught.value.may_have_acted) == (True, False)
    too_dear = an_order(UsedValue("reward", 100, TEN_OFF), reference="r-2", member_id=ada)
    with pytest.raises(Refused):
        bench.shop.send_report(bench.shop.report_body(too_dear), deadline_s=5)
    assert bench.person()["points"] == 120 + 12


def test_voids_go_oldest_first_and_give_the_points_back(bench: Bench) -> None:
    ada = bench.ada()
    orders = [an_order(reference=f"r-{number}", member_id=ada) for number in (1, 2)]
    for order in orders:
        bench.shop.send_report(bench.shop.report_body(order), deadline_s=5)
    bench.shop.send_cancel("", bench.shop.cancel_body(orders[1]), deadline_s=5)
    assert bench.person()["points"] == 132
    with pytest.raises(Refused):
        bench.shop.send_cancel("", bench.shop.cancel_body(orders[0]), deadline_s=5)


@pytest.mark.parametrize(
    ("consent", "told"),
    [
        (Consent(), None),
        (Consent(email=True), 1),
        (Consent(sms=True), 2),
        (Consent(email=True, sms=True), 3),
        (Consent(email=False, sms=False), 0),
        (Consent(email=True, sms=False), 1),
    ],
)
def test_joining_passes_on_what_was_answered_and_nothing_else(bench: Bench, consent: Consent, told: int | None) -> None:
    bench.shop.register(JOINING, consent, store_slug=STORE, deadline_s=5)
    assert bench.peer.requests[0].json().get("contact_consent") == told
    assert bench.person(3)["consent"] == told
    found = bench.shop.find_member(Identity(IdentityKind.EMAIL, JOINING.email), store_slug=STORE, deadline_s=5)
    assert found is not None
    assert found.points == 0


def test_an_address_that_has_an_account_is_said_to_be_taken(bench: Bench) -> None:
    with pytest.raises(Refused) as caught:
        bench.shop.register(NewMember("Ada", "Again", ADA_MAIL, "pass"), Consent(), store_slug=STORE, deadline_s=5)
    assert caught.value.code == "taken"
    assert "pass" not in repr(NewMember("Ada", "Again", ADA_MAIL, "pass"))


def test_a_wrong_key_and_a_restaurant_without_one_are_disconnected(bench: Bench) -> None:
    bench.shop.check_connection(deadline_s=5)
    wrong = adapter(bench.peer.url, Credentials("1", "EUR", {STORE: "wrong"}))
    with pytest.raises(Disconnected):
        wrong.check_connection(deadline_s=5)
    with pytest.raises(Disconnected):
        bench.shop.find_member(Identity.phone(ADA), store_slug="elsewhere", deadline_s=5)
    assert [store.slug for store in bench.shop.stores(deadline_s=5)] == [STORE, OTHER_STORE]


@pytest.mark.parametrize("name", [*CALLS, *FURTHER])
def test_every_request_the_adapter_can_make_fits_the_contract(name: str) -> None:
    with recording_peer(playing("spoonity", "")) as peer:
        (CALLS | FURTHER)[name](adapter(peer.url), 5)
    assert peer.seen
    assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=False)] == []


DOCUMENTED = [
    (name, status) for name in CALLS for status in documented_statuses(document("spoonity"), name) if status >= 400
]


@pytest.mark.parametrize(("name", "status"), DOCUMENTED)
@pytest.mark.parametrize("shape", ["nested", "flat"])
def test_every_documented_error_has_its_meaning_in_both_shapes(name: str, status: int, shape: str) -> None:
    with recording_peer(playing("spoonity", "", shape, status)) as peer:
        if name == "createPosSession" and status in {400, 404}:
            assert CALLS[name](adapter(peer.url), 5) is None
            return
        if (name, status) == ("registerUser", 409):
            with pytest.raises(Refused):
                CALLS[name](adapter(peer.url), 5)
            return
        with pytest.raises(EXPECTED[status]):
            CALLS[name](adapter(peer.url), 5)


@pytest.mark.parametrize("name", ["submitOrder", "voidOrder", "payWithLoyalty", "debit", "credit"])
def test_success_is_a_2xx_without_success_false_and_without_error(name: str) -> None:
    call = (CALLS | FURTHER)[name]
    refusals: list[Any] = [{"success": False}, {"error": {"errors": []}, "success": True}, {"success": False, "x": 1}]
    for body in refusals:
        with recording_peer(always(Reply.of(body))) as peer, pytest.raises(Refused):
            call(adapter(peer.url), 5)
    successes: list[Any] = [{"success": True}, {}, {"order": {"id": 5}}]
    for body in successes:
        with recording_peer(always(Reply.of(body))) as peer:
            call(adapter(peer.url), 5)


def test_numbers_as_text_negative_balances_and_foreign_money_are_borne() -> None:
    session = {
        "user": {"id": "7", "email_address": "x@y.example"},
        "loyalty_balance": {
            "data": [
                {"amount": "-3", "currency": {"id": 1, "name": "Debt"}},
                {"amount": "41.9", "currency": {"id": 2, "name": "Visits"}},
                {"amount": "many", "currency": {"id": 3}},
                "nothing",
            ]
        },
        "quick_pay_balance": {"amount": "9.99", "currency": {"code": "CAD"}},
        "rules": {"spending": {"data": [{"id": 1, "name": "A", "cost": "5", "available": "0"}, {"name": "no id"}]}},
    }
    with recording_peer(always(Reply.of(session))) as peer:
        peer.answer = lambda seen: Reply.of([]) if "perk" in seen.path else Reply.of(session)
        wallet = adapter(peer.url).wallet(MEMBER, store_slug=STORE, deadline_s=5)
    assert wallet.balances == (Balance("Visits", 41),)
    assert [one.kind for one in wallet.stored] == [POINTS]
    assert wallet.available is not None
    assert [(one.reward_id, one.cost) for one in wallet.available] == [("1:", 5)]


def test_the_same_order_is_the_same_bytes_without_the_key() -> None:
    shop = adapter("http://127.0.0.1:9")
    assert shop.report_body(an_order()) == shop.report_body(an_order())
    assert KEY.encode() not in shop.report_body(an_order()) + shop.cancel_body(an_order())


@pytest.mark.parametrize("member_id", ["", "x", "a|b", "a|b|"])
def test_a_member_id_of_another_make_is_nobody(member_id: str) -> None:
    with pytest.raises(NotFound):
        adapter("http://127.0.0.1:9").member(member_id, deadline_s=5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "unreadable"),
        ('{"vendor": 1, "currency": "E", "keys": {"a": "b"}}', "currency"),
        ('{"vendor": 1, "currency": "EUR", "keys": {}}', "keys"),
        ('{"vendor": 1, "currency": "EUR", "keys": {"a": " "}}', "keys"),
        ('{"vendor": 1, "currency": "EUR", "keys": {"a": "b"}, "worths": {"x": {}}}', "worth"),
        ('{"vendor": 1, "currency": "EUR", "keys": {"a": "b"}, "worths": {"x": {"percent": 20000}}}', "worth"),
        (
            '{"vendor": 1, "currency": "EUR", "keys": {"a": "b"}, "worths": {"x": {"amount": 1, "skus": ["a"]}}}',
            "worth",
        ),
    ],
)
def test_credentials_that_could_never_work_are_refused(text: str, code: str) -> None:
    with pytest.raises(BadCredentials) as caught:
        Credentials.from_text(text)
    assert caught.value.code == code


def test_credentials_survive_being_kept() -> None:
    assert Credentials.from_text(CREDENTIALS.to_text()) == CREDENTIALS
    assert KEY not in repr(CREDENTIALS)


def test_a_list_that_is_none_is_a_bad_answer() -> None:
    with recording_peer(always(Reply.of({"data": 5}))) as peer, pytest.raises(BadAnswer):
        adapter(peer.url).every_reward(deadline_s=5)
