"""Every way the provider can fail is told apart: nothing happened, nobody knows, refused."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.payment_peer import API_KEY, SECRETS, PaymentPeer, a_payment, payment_peer
from webapp.ground.http import HttpPeer
from webapp.ports.payment.port import (
    PaymentOutcomeUnknown,
    PaymentProvider,
    PaymentRefused,
    PaymentTrouble,
    PaymentUnavailable,
)
from webapp.ports.payment.sandbox import SandboxPayment

SPOILED = ["reset", "error", "html", "malformed", "wrong_shape", "huge"]
ENDLESS = ["hang", "drip"]


@pytest.fixture(scope="module")
def peer() -> Iterator[PaymentPeer]:
    with payment_peer() as running:
        yield running


@pytest.fixture(autouse=True)
def _forget(peer: PaymentPeer) -> None:
    peer.http.request("POST", "/_reset")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", SPOILED + ENDLESS)
def test_a_start_that_failed_is_unknown_and_the_same_key_heals_it(peer: PaymentPeer, kind: str, moment: str) -> None:
    provider, wanted = peer.provider(), a_payment()
    peer.fault("sessions.create", f"{kind}_{moment}", seconds=3)
    with pytest.raises(PaymentOutcomeUnknown):
        provider.start(wanted, deadline_s=0.3)
    assert (provider.find(wanted.key) is not None) == (moment == "after")
    started = provider.start(wanted)
    assert [session["id"] for session in peer.ledger()["sessions"]] == [started.provider_ref]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", SPOILED)
def test_a_close_that_failed_is_unknown_and_asking_again_tells(peer: PaymentPeer, kind: str, moment: str) -> None:
    provider = peer.provider()
    ref = provider.start(a_payment()).provider_ref
    peer.fault("sessions.expire", f"{kind}_{moment}")
    with pytest.raises(PaymentOutcomeUnknown):
        provider.close(ref)
    assert provider.look_up(ref).state == ("expired" if moment == "after" else "open")
    assert provider.close(ref).state == "expired"


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", SPOILED)
def test_a_refund_that_failed_is_made_once_in_the_end(peer: PaymentPeer, kind: str, moment: str) -> None:
    provider = peer.provider()
    ref = provider.start(a_payment()).provider_ref
    peer.act(ref, "pay")
    capture = provider.look_up(ref).captures[0]
    peer.fault("refunds.create", f"{kind}_{moment}")
    with pytest.raises(PaymentOutcomeUnknown):
        provider.refund(capture.id, capture.amount, capture.id)
    provider.refund(capture.id, capture.amount, capture.id)
    assert [refund.amount for refund in provider.refunds_of(capture.id)] == [2450]


READS: dict[str, Callable[[PaymentProvider], object]] = {
    "sessions.get": lambda provider: provider.look_up("ses_1"),
    "sessions.find": lambda provider: provider.find("order-1-1"),
    "refunds.find": lambda provider: provider.refunds_of("cap_1"),
}


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize("kind", SPOILED)
def test_a_reading_that_failed_has_changed_nothing(peer: PaymentPeer, route: str, kind: str) -> None:
    peer.fault(route, kind)
    with pytest.raises(PaymentUnavailable):
        READS[route](peer.provider())


@pytest.mark.parametrize("kind", ENDLESS)
def test_the_deadline_is_total(peer: PaymentPeer, kind: str) -> None:
    peer.fault("sessions.get", kind, seconds=5)
    began = time.monotonic()
    with pytest.raises(PaymentUnavailable):
        peer.provider().look_up("ses_1", deadline_s=0.4)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_provider_that_asks_for_patience_has_done_nothing(peer: PaymentPeer, status: int) -> None:
    peer.fault("sessions.create", "error", status=status)
    with pytest.raises(PaymentUnavailable):
        peer.provider().start(a_payment())


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422])
def test_a_refusal_without_a_word_is_named_by_its_status(peer: PaymentPeer, status: int) -> None:
    peer.fault("sessions.create", "error", status=status)
    with pytest.raises(PaymentRefused) as refusal:
        peer.provider().start(a_payment())
    assert refusal.value.code == f"http_{status}"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_provider_that_broke_may_have_acted(peer: PaymentPeer, status: int) -> None:
    peer.fault("sessions.create", "error", status=status)
    with pytest.raises(PaymentOutcomeUnknown):
        peer.provider().start(a_payment())


def test_a_provider_nobody_reaches_has_done_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        nobody = HttpPeer(address, allowed_hosts=frozenset({"127.0.0.1"}))
        provider = SandboxPayment(nobody, api_key=API_KEY, webhook_secrets=SECRETS, page_origin=address)
        for call in (
            lambda: provider.start(a_payment()),
            lambda: provider.look_up("ses_1"),
            lambda: provider.find("order-1-1"),
            lambda: provider.close("ses_1"),
            lambda: provider.refund("cap_1", 1, "r-1"),
            lambda: provider.refunds_of("cap_1"),
        ):
            with pytest.raises(PaymentUnavailable):
                call()


def test_no_error_repeats_what_was_sent(peer: PaymentPeer) -> None:
    for kind in SPOILED:
        peer.fault("sessions.create", kind)
        with pytest.raises(PaymentTrouble) as trouble:
            peer.provider().start(a_payment("canary-reference"))
        assert "canary" not in str(trouble.value)
        assert API_KEY not in str(trouble.value)
