"""GonnaOrder's adapter against the stateful sandbox and the contract's own examples, every request validated."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.gonnaorder_calls import (
    ACCOUNT,
    ADA,
    ADA_CODE,
    BOB,
    BOB_CODE,
    CALLS,
    FIXED,
    FURTHER,
    OTHER_STORE,
    PASSWORD,
    STORE,
    SUMMER,
    WALLET,
    a_cart,
    adapter,
    an_order,
    sandbox,
)
from tests.contract.openapi_check import objections
from tests.contract.openapi_examples import document, documented_statuses, playing
from tests.contract.peers import RecordingPeer, Reply, Seen, always, forwarding, recording_peer
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.gonnaorder import Credentials
from webapp.ports.loyalty.gonnaorder.credentials import Login
from webapp.ports.loyalty.port import (
    BadAnswer,
    Balance,
    Chosen,
    ChosenKind,
    Disconnected,
    Forbidden,
    Identity,
    LoyaltyError,
    NotFound,
    NotOffered,
    OutcomeUnknown,
    Refused,
    RewardKind,
    UsedValue,
)

HOST = "https://api.gonnaorder.com"
EXPECTED: dict[int, type[LoyaltyError]] = {
    400: Refused,
    401: Disconnected,
    403: Forbidden,
    404: NotFound,
    500: OutcomeUnknown,
}


def violations(request: Seen, reply: Reply, *, answers_too: bool) -> list[str]:
    """What the OpenAPI file objects to; the sign-in and the store's own page stand on another host there."""
    there = request.path.startswith("/api/v1/auth") or request.path.count("/") == 4
    host = "https://admin.gonnaorder.com" if there else HOST
    return objections("gonnaorder", host, request, reply, answers_too=answers_too)


@pytest.fixture
def recorder() -> Iterator[RecordingPeer]:
    with sandbox() as fresh, recording_peer(forwarding(fresh.url)) as peer:
        yield peer
        assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=True)] == []
        assert peer.seen


def test_a_number_is_found_with_its_plus_sign_and_shows_its_wallet_as_money(recorder: RecordingPeer) -> None:
    shop = adapter(recorder.url)
    member = shop.find_member(Identity.phone(ADA), store_slug=STORE, deadline_s=5)
    assert member is not None
    assert (member.member_id, member.points) == (ADA_CODE, None)
    wallet = shop.wallet(member.member_id, store_slug=STORE, deadline_s=5)
    assert wallet.balances == (Balance("Loyalty wallet", 550, "EUR"),)
    assert wallet.owned is not None
    assert [(one.owned_id, one.terms.value) for one in wallet.owned] == [("xyz", 550)]
    assert wallet.available is None
    assert recorder.requests[1].query == {"phoneNumber": ADA}


def test_a_member_without_anything_left_has_an_empty_wallet(recorder: RecordingPeer) -> None:
    wallet = adapter(recorder.url).wallet(BOB_CODE, store_slug=STORE, deadline_s=5)
    assert (wallet.owned, wallet.balances) == ((), ())


def test_nobody_is_found_by_an_unknown_number(recorder: RecordingPeer) -> None:
    assert adapter(recorder.url).find_member(Identity.phone("+33611111111"), store_slug=STORE, deadline_s=5) is None


@pytest.mark.parametrize(
    ("chosen", "total", "off"),
    [(WALLET, 20000, 550), (WALLET, 500, 500), (SUMMER, 20000, 2000), (SUMMER, 1005, 101)],
)
def test_the_programme_says_what_a_voucher_takes_off(
    recorder: RecordingPeer, chosen: Chosen, total: int, off: int
) -> None:
    priced = adapter(recorder.url).price_cart(a_cart(total), (chosen,), member_id=None, store_slug=STORE, deadline_s=5)
    assert (priced.total, priced.choices[0].amount, priced.choices[0].chosen) == (total - off, off, chosen)


@pytest.mark.parametrize("code", ["NOWHERE", "BIG", "summer"])
def test_a_code_that_does_nothing_here_is_refused_without_a_reason(recorder: RecordingPeer, code: str) -> None:
    with pytest.raises(Refused) as caught:
        adapter(recorder.url).check_code(code, a_cart(5000), member_id=None, store_slug=STORE, deadline_s=5)
    assert caught.value.code == "not_valid"


def test_a_guest_uses_a_store_voucher_once_and_the_report_consumes_it(recorder: RecordingPeer) -> None:
    shop = adapter(recorder.url)
    answer = shop.check_code("FIVE", a_cart(2000), member_id=None, store_slug=STORE, deadline_s=5)
    assert answer.priced is not None
    assert answer.priced.total == 1500
    order = an_order(UsedValue("code", 500, code="FIVE"), amount=1500, member_id=None)
    shop.send_report(shop.report_body(order), deadline_s=5)
    with pytest.raises(Refused):
        shop.check_code("FIVE", a_cart(2000), member_id=None, store_slug=STORE, deadline_s=5)
    sent = recorder.requests[2].json()
    assert sent == {
        "externalOrderId": 5968,
        "voucherCode": "FIVE",
        "totalNonDiscountedPrice": 20,
        "totalDiscountedPrice": 15,
        "totalDiscount": 5,
    }


def test_a_wallet_is_used_in_part_and_refilled_by_what_was_paid(recorder: RecordingPeer) -> None:
    shop = adapter(recorder.url)
    order = an_order(UsedValue("owned", 550, ADA_CODE, ADA_CODE))
    before = shop.evidence_before(order, deadline_s=5)
    shop.send_report(shop.report_body(order), deadline_s=5)
    wallet = shop.wallet(ADA_CODE, store_slug=STORE, deadline_s=5)
    assert (before, wallet.balances[0].amount) == ("550", 1500)  # 3 × 5.00 for every 50.00 of 194.50


def test_a_lost_answer_is_settled_by_the_wallet_or_left_to_a_person(recorder: RecordingPeer) -> None:
    shop = adapter(recorder.url)
    order = an_order(UsedValue("owned", 550, ADA_CODE, ADA_CODE), amount=4000)
    before = shop.evidence_before(order, deadline_s=5)
    assert shop.was_reported(order, before, deadline_s=5) is None
    shop.send_report(shop.report_body(order), deadline_s=5)
    assert shop.was_reported(order, before, deadline_s=5) is True
    of_a_store = an_order(UsedValue("code", 500, code="FIVE"), amount=1500)
    assert shop.evidence_before(of_a_store, deadline_s=5) == ""
    assert shop.was_reported(of_a_store, "", deadline_s=5) is None


def test_a_token_that_ran_out_is_renewed_once(recorder: RecordingPeer) -> None:
    shop = adapter(recorder.url)
    shop.wallet(ADA_CODE, store_slug=STORE, deadline_s=5)
    real = recorder.answer
    refusals = [Reply.of({}, 401)]
    recorder.answer = lambda seen: refusals.pop() if refusals and "auth" not in seen.path else real(seen)
    assert shop.wallet(ADA_CODE, store_slug=STORE, deadline_s=5).owned
    assert [request.path.rsplit("/", 1)[-1] for request in recorder.requests].count("login") == 2


@pytest.mark.parametrize(
    "credentials",
    [
        Credentials("EUR", Login("cafe", "wrong")),
        Credentials("EUR", Login(token="wrong")),
        Credentials("EUR", None, {OTHER_STORE: Login("cafe", PASSWORD)}),
    ],
)
def test_wrong_credentials_and_stores_without_any_are_disconnected(
    recorder: RecordingPeer, credentials: Credentials
) -> None:
    with pytest.raises(Disconnected) as caught:
        adapter(recorder.url, credentials).wallet(ADA_CODE, store_slug=STORE, deadline_s=5)
    assert PASSWORD not in repr(caught.value)
    adapter(recorder.url).check_connection(deadline_s=5)


def test_a_fixed_token_needs_no_sign_in_and_a_foreign_store_is_forbidden(recorder: RecordingPeer) -> None:
    fixed = adapter(recorder.url, Credentials("EUR", Login("cafe", "wrong", FIXED)))
    fixed.check_connection(deadline_s=5)
    assert fixed.find_member(Identity.phone(BOB), store_slug=STORE, deadline_s=5) is not None
    with pytest.raises(Forbidden):
        fixed.find_member(Identity.phone(BOB), store_slug=OTHER_STORE, deadline_s=5)
    assert all("auth" not in request.path for request in recorder.requests)


def test_without_loyalty_at_the_merchant_nobody_is_asked_for() -> None:
    silent = Credentials("EUR", Login("cafe", PASSWORD), loyalty_enabled=False)
    with recording_peer(always(Reply.of({}))) as peer:
        assert adapter(peer.url, silent).find_member(Identity.phone(ADA), store_slug=STORE, deadline_s=5) is None
    assert peer.seen == []


def test_what_the_programme_does_not_have_is_said_not_to_be_offered() -> None:
    shop = adapter("http://127.0.0.1:9")
    for call in (shop.enrol, shop.buy_reward, shop.send_cancel, shop.debit_value, shop.stores, shop.update_consent):
        with pytest.raises(NotOffered):
            call()


@pytest.mark.parametrize("name", [*CALLS, *FURTHER])
def test_every_request_the_adapter_can_make_fits_the_contract(name: str) -> None:
    with recording_peer(playing("gonnaorder", "")) as peer:
        try:
            (CALLS | FURTHER)[name](adapter(peer.url), 5)
        except Refused:
            assert name in {"typed", "odd_code"}
    assert peer.seen
    assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=False)] == []


DOCUMENTED = [
    (name, status) for name in CALLS for status in documented_statuses(document("gonnaorder"), name) if status >= 400
]


@pytest.mark.parametrize(("name", "status"), DOCUMENTED)
def test_every_documented_error_has_its_meaning(name: str, status: int) -> None:
    with recording_peer(always(Reply.of({"errors": []}, status))) as peer:
        if (name, status) == ("getCustomerVouchers", 404):
            assert CALLS[name](adapter(peer.url, Credentials("EUR", Login(token=FIXED))), 5) is None
            return
        with pytest.raises(EXPECTED[status]):
            CALLS[name](adapter(peer.url, Credentials("EUR", None, {STORE: Login(token=FIXED)})), 5)


@pytest.mark.parametrize("body", [b'"member not found"', b"member not found", b'"Member Not Found"'])
@pytest.mark.parametrize("status", [200, 404])
def test_not_found_is_read_with_either_status(body: bytes, status: int) -> None:
    with recording_peer(always(Reply(status, body))) as peer:
        shop = adapter(peer.url, Credentials("EUR", Login(token=FIXED)))
        assert shop.find_member(Identity.phone(ADA), store_slug=STORE, deadline_s=5) is None


def test_keys_with_blanks_numbers_as_text_and_a_percentage_over_a_hundred_are_borne() -> None:
    vouchers = [
        {"code": "a", "discount": "10.50", "source": "STORE", "discountType": "MONETARY", " description ": "Odd"},
        {"code": "b", "discount": 140, "source": "STORE", "discountType": "PERCENTILE"},
        {"code": "c", "discount": -5, "source": "LOYALTY", "discountType": "MONETARY"},
        {"discount": 5},
        "nothing",
        {"code": "a", "discount": 1, "source": "STORE", "discountType": "MONETARY"},
    ]
    with recording_peer(always(Reply.of({"memberCode": 7, "vouchers": vouchers}))) as peer:
        wallet = adapter(peer.url, Credentials("EUR", Login(token=FIXED))).wallet("7", store_slug=STORE, deadline_s=5)
    assert wallet.owned is not None
    assert [(one.owned_id, one.terms.kind, one.terms.value) for one in wallet.owned] == [
        ("a", RewardKind.AMOUNT, 1050),
        ("b", RewardKind.UNKNOWN, None),
        ("c", RewardKind.UNKNOWN, None),
    ]
    assert wallet.owned[0].terms.name == "Odd"


def _effect(before: Any, off: Any, after: Any, *, active: Any = True) -> dict[str, Any]:
    voucher = {"code": "xyz", "discount": 5.5, "source": "LOYALTY", "discountType": "MONETARY"}
    order = {"totalNonDiscountedPrice": before, "voucherDiscount": off, "totalDiscountedPrice": after}
    return {"active": active, "voucher": voucher, "order": order}


@pytest.mark.parametrize(
    "body",
    [
        _effect(200, 5.5, 195),
        _effect(100, 5.5, 94.5),
        _effect(200, 250, -50),
        _effect(200, -5, 205),
        _effect(200, 7.5, 192.5),
        _effect(200, "five", 195),
        _effect(200, 5.5, 194.5, active="yes"),
        {"active": True},
        [],
        "text",
    ],
)
def test_totals_that_do_not_fit_together_are_never_shown(body: Any) -> None:
    with recording_peer(always(Reply.of(body))) as peer, pytest.raises(BadAnswer):
        CALLS["validateVoucherForOrder"](adapter(peer.url, Credentials("EUR", Login(token=FIXED))), 5)


def test_two_vouchers_or_another_currency_are_refused_without_asking() -> None:
    shop = adapter("http://127.0.0.1:9")
    with pytest.raises(Refused):
        shop.price_cart(a_cart(), (WALLET, SUMMER), member_id=None, store_slug=STORE, deadline_s=5)
    other = Credentials("GBP", ACCOUNT.everywhere)
    with pytest.raises(Refused):
        adapter("http://127.0.0.1:9", other).price_cart(
            a_cart(), (WALLET,), member_id=None, store_slug=STORE, deadline_s=5
        )
    assert shop.price_cart(a_cart(), (), member_id=None, store_slug=STORE, deadline_s=5).total == 20000


@pytest.mark.parametrize("status", [200, 202, 204, 302])
def test_only_201_says_that_an_order_was_stored(status: int) -> None:
    with recording_peer(always(Reply(status, b""))) as peer, pytest.raises(BadAnswer) as caught:
        CALLS["processExternalOrder"](adapter(peer.url, Credentials("EUR", Login(token=FIXED))), 5)
    assert caught.value.may_have_acted


def test_the_same_order_is_the_same_bytes() -> None:
    shop, order = adapter("http://127.0.0.1:9"), an_order(UsedValue("owned", 550, ADA_CODE, ADA_CODE))
    assert shop.report_body(order) == shop.report_body(order)
    assert shop.report_body(order).startswith(b"/api/v1/stores/155/external-order\n{")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable"),
        ("[]", "unreadable"),
        ('{"currency": "EURO", "everywhere": {"token": "x"}}', "currency"),
        ('{"currency": "EUR"}', "nothing"),
        ('{"currency": "EUR", "everywhere": {"username": "x"}}', "half"),
        ('{"currency": "EUR", "stores": {"1": {}}}', "nothing"),
    ],
)
def test_credentials_that_could_never_work_are_refused(text: str, code: str) -> None:
    with pytest.raises(BadCredentials) as caught:
        Credentials.from_text(text)
    assert caught.value.code == code


def test_credentials_survive_being_kept() -> None:
    whole = Credentials("EUR", Login("cafe", PASSWORD), {STORE: Login(token=FIXED)}, loyalty_enabled=False)
    assert Credentials.from_text(whole.to_text()) == whole
    assert PASSWORD not in repr(whole)
    assert ChosenKind.CODE.value == "code"


def test_its_ledger_page_opens_with_orders_that_name_no_voucher_and_no_member() -> None:
    with sandbox() as peer:
        for name in ("member_only", "anonymous"):
            FURTHER[name](adapter(peer.url), 5)
        page = httpx.get(peer.url)
    assert page.status_code == 200
    assert "5968" in page.text
