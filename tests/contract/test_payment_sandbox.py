"""The sandbox adapter keeps the port's promises over real HTTP, and both sides keep the OpenAPI file."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_schema_validator import OAS31Validator

from tests.payment_peer import API_KEY, SECRETS, PaymentPeer, a_payment, callback_receiver, payment_peer, until
from webapp.ground.http import Answer, HttpPeer
from webapp.ports.payment.port import PaymentOutcomeUnknown, PaymentProvider, PaymentRefused, Started, attempt_key
from webapp.ports.payment.sandbox import SandboxPayment

OPENAPI = OpenAPI.from_file_path(str(Path(__file__).with_name("sandbox_payment.openapi.yaml")))
EVENT = OAS31Validator({"$ref": "#/components/schemas/Event", "components": OPENAPI.spec.read_value()["components"]})


class WatchedPeer(HttpPeer):
    """Sends for real, and holds every question and answer against the OpenAPI file."""

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
        answer = super().request(
            method, path, query=query, json_body=json_body, content=content, headers=headers, deadline_s=deadline_s
        )
        data = content if json_body is None else json.dumps(json_body).encode()
        asked = MockRequest(
            "http://sandbox.test", method, path, args=dict(query or {}), headers=dict(headers or {}), data=data
        )
        OPENAPI.validate_request(asked)
        OPENAPI.validate_response(asked, MockResponse(answer.body, answer.status))
        return answer


@pytest.fixture(scope="module")
def peer() -> Iterator[PaymentPeer]:
    with payment_peer() as running:
        yield running


@pytest.fixture
def provider(peer: PaymentPeer) -> Iterator[PaymentProvider]:
    peer.http.request("POST", "/_reset")
    watched = WatchedPeer(peer.url, allowed_hosts=frozenset({"127.0.0.1"}))
    yield SandboxPayment(watched, api_key=API_KEY, webhook_secrets=SECRETS, page_origin=peer.url)
    watched.close()


def paid(peer: PaymentPeer, provider: PaymentProvider, action: str = "pay") -> Started:
    started = provider.start(a_payment())
    assert peer.act(started.provider_ref, action).status == 303
    return started


def test_the_same_key_gives_the_same_session(provider: PaymentProvider) -> None:
    wanted = a_payment()
    first = provider.start(wanted)
    assert provider.start(wanted) == first
    assert first.expires_at == wanted.expires_at
    assert first.url.startswith(provider.page_origin)


def test_twenty_starts_at_once_open_one_session(peer: PaymentPeer, provider: PaymentProvider) -> None:
    wanted = a_payment()
    with ThreadPoolExecutor(8) as pool:
        refs = {started.provider_ref for started in pool.map(lambda _: provider.start(wanted), range(20))}
    assert len(refs) == 1
    assert len(peer.ledger()["sessions"]) == 1


def test_the_same_key_with_another_amount_is_refused(provider: PaymentProvider) -> None:
    provider.start(a_payment())
    with pytest.raises(PaymentRefused) as refusal:
        provider.start(a_payment(amount=1))
    assert refusal.value.code == "key_reused"


def test_another_attempt_is_another_session(provider: PaymentProvider) -> None:
    assert provider.start(a_payment()) != provider.start(a_payment(attempt_number=2))


def test_a_session_whose_id_was_lost_is_found_by_its_key(provider: PaymentProvider) -> None:
    started = provider.start(a_payment("order/?&=+", 3))
    found = provider.find(attempt_key("order/?&=+", 3))
    assert found is not None
    assert found.provider_ref == started.provider_ref


def test_nothing_is_found_for_a_key_never_used(provider: PaymentProvider) -> None:
    assert provider.find("order-1-1") is None


def test_a_paid_session_shows_its_capture_account_and_mode(peer: PaymentPeer, provider: PaymentProvider) -> None:
    fact = provider.look_up(paid(peer, provider).provider_ref)
    assert (fact.state, fact.key, fact.reference) == ("captured", "order-1-1", "order-1")
    assert (fact.amount, fact.currency, fact.account, fact.livemode) == (2450, "EUR", "acct_sandbox", False)
    assert [(capture.amount, capture.currency, capture.refunded) for capture in fact.captures] == [(2450, "EUR", 0)]
    assert abs(fact.captures[0].at - datetime.now(UTC)) < timedelta(minutes=1)


def test_paying_twice_shows_two_captures(peer: PaymentPeer, provider: PaymentProvider) -> None:
    fact = provider.look_up(paid(peer, provider, "twice").provider_ref)
    assert len({capture.id for capture in fact.captures}) == 2


def test_closing_an_open_session_expires_it_and_repeating_changes_nothing(
    peer: PaymentPeer, provider: PaymentProvider
) -> None:
    started = provider.start(a_payment())
    closed = provider.close(started.provider_ref)
    assert closed.state == "expired"
    assert provider.close(started.provider_ref) == closed
    peer.act(started.provider_ref, "pay")
    assert provider.look_up(started.provider_ref).captures == ()


def test_closing_a_paid_session_answers_captured(peer: PaymentPeer, provider: PaymentProvider) -> None:
    fact = provider.close(paid(peer, provider).provider_ref)
    assert (fact.state, len(fact.captures)) == ("captured", 1)


def test_a_session_past_its_time_is_expired_and_takes_no_money(peer: PaymentPeer, provider: PaymentProvider) -> None:
    started = provider.start(a_payment(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    peer.act(started.provider_ref, "pay")
    fact = provider.look_up(started.provider_ref)
    assert (fact.state, fact.captures) == ("expired", ())


def test_a_refund_is_made_once_per_key(peer: PaymentPeer, provider: PaymentProvider) -> None:
    started = paid(peer, provider)
    capture = provider.look_up(started.provider_ref).captures[0]
    first = provider.refund(capture.id, 2450, capture.id)
    assert provider.refund(capture.id, 2450, capture.id) == first
    assert (first.state, first.amount, first.currency, first.capture_id) == ("succeeded", 2450, "EUR", capture.id)
    assert provider.refunds_of(capture.id) == (first,)
    assert provider.look_up(started.provider_ref).captures[0].refunded == 2450


def test_partial_refunds_add_up_and_never_pass_what_was_paid(peer: PaymentPeer, provider: PaymentProvider) -> None:
    capture = provider.look_up(paid(peer, provider).provider_ref).captures[0]
    provider.refund(capture.id, 2000, "r-1")
    with pytest.raises(PaymentRefused) as refusal:
        provider.refund(capture.id, 451, "r-2")
    assert refusal.value.code == "over_refund"
    provider.refund(capture.id, 450, "r-3")
    assert [refund.amount for refund in provider.refunds_of(capture.id)] == [2000, 450]


def test_the_ledger_names_captures_and_refunds_of_its_time_only(peer: PaymentPeer) -> None:
    peer.http.request("POST", "/_reset")
    watched = WatchedPeer(peer.url, allowed_hosts=frozenset({"127.0.0.1"}))
    provider = SandboxPayment(watched, api_key=API_KEY, webhook_secrets=SECRETS, page_origin=peer.url)
    since = datetime.now(UTC)
    started = paid(peer, provider)
    (capture,) = provider.look_up(started.provider_ref).captures
    given = provider.refund(capture.id, 450, "refund-a")
    until = datetime.now(UTC) + timedelta(seconds=1)
    moved = provider.movements(since, until)
    assert [(one.kind, one.id, one.capture_id, one.amount, one.key) for one in moved] == [
        ("capture", capture.id, capture.id, 2450, attempt_key("order-1", 1)),
        ("refund", given.id, capture.id, 450, "refund-a"),
    ]
    assert {one.reference for one in moved} == {"order-1"}
    assert provider.movements(until, until + timedelta(days=1)) == ()
    with pytest.raises(PaymentRefused):
        peer.provider(api_key="wrong").movements(since, until)
    watched.close()


def test_a_refund_key_used_otherwise_is_refused(peer: PaymentPeer, provider: PaymentProvider) -> None:
    capture = provider.look_up(paid(peer, provider).provider_ref).captures[0]
    provider.refund(capture.id, 100, "r-1")
    with pytest.raises(PaymentRefused) as refusal:
        provider.refund(capture.id, 200, "r-1")
    assert refusal.value.code == "key_reused"


def test_what_does_not_exist_is_refused_by_name(provider: PaymentProvider) -> None:
    for call, code in (
        (lambda: provider.look_up("ses_nobody"), "unknown_session"),
        (lambda: provider.close("ses_nobody"), "unknown_session"),
        (lambda: provider.refund("cap_nobody", 1, "k"), "unknown_capture"),
    ):
        with pytest.raises(PaymentRefused) as refusal:
            call()
        assert refusal.value.code == code
    assert provider.refunds_of("cap_nobody") == ()


def test_a_wrong_key_opens_nothing(peer: PaymentPeer) -> None:
    with pytest.raises(PaymentRefused) as refusal:
        peer.provider(api_key="guess").start(a_payment("order-9"))
    assert refusal.value.code == "credentials"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", -1),
        ("amount", 10_000_001),
        ("currency", "eur"),
        ("description", ""),
        ("description", "a\nb"),
        ("language", "xx"),
        ("return_url", "javascript:alert(1)"),
        ("cancel_url", "//elsewhere"),
        ("attempt_number", 0),
        ("metadata", {"merchant": "\x00"}),
    ],
)
def test_the_provider_refuses_a_wish_that_makes_no_sense(peer: PaymentPeer, field: str, value: Any) -> None:
    with pytest.raises(PaymentRefused) as refusal:
        peer.provider().start(replace(a_payment("order-bad"), **{field: value}))
    assert refusal.value.code.startswith("bad_")
    assert peer.provider().find("order-bad-1") is None


def test_a_page_on_another_host_is_never_handed_to_the_diner(peer: PaymentPeer) -> None:
    elsewhere = SandboxPayment(
        peer.http, api_key=API_KEY, webhook_secrets=SECRETS, page_origin="https://pay.example.test"
    )
    with pytest.raises(PaymentOutcomeUnknown):
        elsewhere.start(a_payment("order-host"))


def test_every_callback_keeps_the_contract_and_is_read_by_the_adapter() -> None:
    with callback_receiver() as shop, payment_peer(shop.url) as peer:
        provider = peer.provider()
        first = provider.start(a_payment())
        peer.act(first.provider_ref, "decline")
        peer.act(first.provider_ref, "pay")
        provider.refund(provider.look_up(first.provider_ref).captures[0].id, 50, "r-1")
        provider.close(provider.start(a_payment("order-2")).provider_ref)
        until(lambda: len(shop.requests) == 6)
        kinds = {"session.opened", "payment.failed", "payment.captured", "refund.succeeded", "session.expired"}
        assert set(shop.kinds()) == kinds
        for request in shop.requests:
            EVENT.validate(request.json())
            notice = provider.read_notice(request.headers, request.body, datetime.now(UTC))
            assert notice.provider_ref is not None
            assert provider.look_up(notice.provider_ref).reference == notice.reference
