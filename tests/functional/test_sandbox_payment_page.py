"""The hosted page through its own forms, and the callbacks each choice sends."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.payment_peer import PaymentPeer, Receiver, a_payment, callback_receiver, payment_peer, until
from webapp.ports.payment.port import StaleNotice, Started

LANGUAGES = [("fr", "Payer 24,50", "Carte refusée"), ("en", "Pay €24.50", "Card refused")]


@pytest.fixture(scope="module")
def shop() -> Iterator[Receiver]:
    with callback_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def running(shop: Receiver) -> Iterator[PaymentPeer]:
    with payment_peer(shop.url) as peer:
        yield peer


@pytest.fixture
def peer(running: PaymentPeer, shop: Receiver) -> PaymentPeer:
    running.settings(timing="normal", capture="exact", skew_s=0)
    running.http.request("POST", "/_reset")
    shop.requests.clear()
    shop.statuses.clear()
    return running


def opened(peer: PaymentPeer, language: str = "en", **changes: Any) -> Started:
    return peer.provider().start(a_payment(language=language, **changes))


def page(peer: PaymentPeer, started: Started, more: str = "") -> str:
    answer = peer.http.request("GET", f"/pay/{started.provider_ref}{more}")
    assert answer.status == 200
    assert "script" not in answer.body.decode()
    return answer.body.decode()


def state(peer: PaymentPeer, started: Started) -> tuple[str, list[tuple[int, str]]]:
    fact = peer.provider().look_up(started.provider_ref)
    return fact.state, [(capture.amount, capture.currency) for capture in fact.captures]


def test_the_page_says_who_what_and_how_much_in_both_languages(peer: PaymentPeer) -> None:
    for language, pay, _ in LANGUAGES:
        html = page(peer, opened(peer, language, reference=language, key=f"{language}-1"))
        assert f'<html lang="{language}">' in html
        for words in ("Crêperie du Port", "Order 214 · Table 12", pay):
            assert words in html


def test_pay_takes_the_money_and_goes_back_to_the_shop(peer: PaymentPeer) -> None:
    started = opened(peer)
    answer = peer.act(started.provider_ref, "pay")
    assert (answer.status, answer.headers["location"]) == (303, "http://127.0.0.1:9/pay/abc/return")
    assert state(peer, started) == ("captured", [(2450, "EUR")])


def test_pressing_pay_again_takes_nothing_more(peer: PaymentPeer) -> None:
    started = opened(peer)
    for _ in range(3):
        assert peer.act(started.provider_ref, "pay").headers["location"].endswith("/return")
    assert state(peer, started) == ("captured", [(2450, "EUR")])


@pytest.mark.parametrize(("language", "pay", "refused"), LANGUAGES)
def test_a_refused_card_stays_on_the_page_and_may_try_again(
    peer: PaymentPeer, language: str, pay: str, refused: str
) -> None:
    started = opened(peer, language)
    answer = peer.act(started.provider_ref, "decline")
    assert answer.headers["location"] == f"/pay/{started.provider_ref}"
    html = page(peer, started)
    assert refused in html
    assert pay in html
    assert state(peer, started) == ("open", [])
    peer.act(started.provider_ref, "pay")
    assert state(peer, started) == ("captured", [(2450, "EUR")])


def test_five_refusals_end_the_session(peer: PaymentPeer) -> None:
    started = opened(peer)
    for _ in range(5):
        peer.act(started.provider_ref, "decline")
    assert state(peer, started) == ("failed", [])
    assert "/pay/abc/cancel" in page(peer, started)


def test_the_bank_asks_and_yes_pays(peer: PaymentPeer) -> None:
    started = opened(peer)
    assert peer.act(started.provider_ref, "confirm").headers["location"].endswith("/confirm")
    assert "Confirm €24.50" in page(peer, started, "/confirm")
    assert state(peer, started) == ("open", [])
    answer = peer.form(f"/pay/{started.provider_ref}/confirm", "answer=yes")
    assert answer.headers["location"].endswith("/return")
    assert state(peer, started) == ("captured", [(2450, "EUR")])


def test_the_bank_asks_and_no_refuses(peer: PaymentPeer) -> None:
    started = opened(peer)
    peer.form(f"/pay/{started.provider_ref}/confirm", "answer=no")
    assert "Card refused" in page(peer, started)


def test_pay_and_close_the_tab_offers_no_way_back(peer: PaymentPeer) -> None:
    started = opened(peer)
    assert peer.act(started.provider_ref, "close").headers["location"].endswith("/closed")
    html = page(peer, started, "/closed")
    assert "<a " not in html
    assert "<form" not in html
    assert state(peer, started)[0] == "captured"


def test_pay_twice_captures_twice(peer: PaymentPeer) -> None:
    started = opened(peer)
    peer.act(started.provider_ref, "twice")
    assert state(peer, started) == ("captured", [(2450, "EUR")] * 2)


def test_cancel_goes_back_and_leaves_the_session_open(peer: PaymentPeer) -> None:
    started = opened(peer)
    assert peer.act(started.provider_ref, "cancel").headers["location"].endswith("/cancel")
    assert state(peer, started) == ("open", [])


def test_unknown_buttons_sessions_and_methods_change_nothing(peer: PaymentPeer) -> None:
    started = opened(peer)
    assert peer.act(started.provider_ref, "steal").status == 400
    assert peer.form(f"/pay/{started.provider_ref}/confirm", "").status == 400
    assert peer.act("ses_nobody", "pay").status == 404
    assert peer.http.request("DELETE", f"/pay/{started.provider_ref}").status == 405
    assert state(peer, started) == ("open", [])


def test_an_expired_session_says_so_and_points_back(peer: PaymentPeer) -> None:
    started = opened(peer, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    html = page(peer, started)
    assert "expired" in html
    assert "Back to Crêperie du Port" in html


def test_what_the_shop_says_is_never_markup(peer: PaymentPeer) -> None:
    started = opened(peer, description="<b>&'\"", metadata={"merchant": "<i>x</i>{{ 7*7 }}"})
    answer = peer.http.request("GET", f"/pay/{started.provider_ref}")
    assert b"<b>" not in answer.body
    assert b"<i>" not in answer.body
    assert b"{{ 7*7 }}" in answer.body
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("capture", "expected"),
    [
        ("wrong_amount", ("captured", [(2550, "EUR")])),
        ("wrong_currency", ("captured", [(2450, "USD")])),
        ("authorize_only", ("authorized", [])),
    ],
)
def test_the_panel_changes_what_is_taken(
    peer: PaymentPeer, capture: str, expected: tuple[str, list[tuple[int, str]]]
) -> None:
    started = opened(peer)
    peer.form(f"/pay/{started.provider_ref}/behaviour", f"timing=normal&late_s=3&capture={capture}")
    html = page(peer, started, "?saved=1")
    assert "Kept for this payment" in html
    assert f'value="{capture}" selected' in html
    peer.act(started.provider_ref, "pay")
    assert state(peer, started) == expected


@pytest.mark.parametrize("fields", ["timing=soon", "capture=all", "late_s=-1", "late_s=x", "late_s=99999"])
def test_the_panel_refuses_what_it_does_not_offer(peer: PaymentPeer, fields: str) -> None:
    assert peer.form(f"/pay/{opened(peer).provider_ref}/behaviour", fields).status == 400


def test_callbacks_come_signed_with_every_secret_until_one_is_accepted(peer: PaymentPeer, shop: Receiver) -> None:
    shop.statuses = [500, 404]
    opened(peer)
    until(lambda: len(shop.requests) == 3)
    assert len({request.body for request in shop.requests}) == 1
    assert re.fullmatch(r"t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}", shop.requests[0].headers["sandbox-signature"])
    until(lambda: peer.ledger()["events"][0]["state"] == "delivered")
    assert [answer["answer"] for answer in peer.ledger()["events"][0]["answers"]] == [500, 404, 200]


def test_twice_sends_the_same_event_twice(peer: PaymentPeer, shop: Receiver) -> None:
    peer.settings(timing="twice")
    opened(peer)
    until(lambda: len(shop.requests) == 2)
    assert len({request.json()["id"] for request in shop.requests}) == 1


def test_late_sends_after_the_chosen_seconds(peer: PaymentPeer, shop: Receiver) -> None:
    peer.settings(timing="late", late_s=1)
    opened(peer)
    time.sleep(0.5)
    assert shop.requests == []
    until(lambda: shop.kinds() == ["session.opened"])


def test_out_of_order_sends_old_news_after_the_capture(peer: PaymentPeer, shop: Receiver) -> None:
    peer.settings(timing="out_of_order")
    started = opened(peer)
    peer.act(started.provider_ref, "decline")
    peer.act(started.provider_ref, "pay")
    until(lambda: len(shop.requests) == 3)
    assert shop.kinds()[0] == "payment.captured"
    assert sorted(shop.kinds()[1:]) == ["payment.failed", "session.opened"]


def test_before_redirect_delivers_before_the_payer_is_sent_back(peer: PaymentPeer, shop: Receiver) -> None:
    peer.settings(timing="before_redirect")
    peer.act(opened(peer).provider_ref, "pay")
    assert "payment.captured" in shop.kinds()


def test_never_withholds_until_the_tester_sends(peer: PaymentPeer, shop: Receiver) -> None:
    peer.settings(timing="never")
    peer.act(opened(peer).provider_ref, "pay")
    time.sleep(0.3)
    assert shop.requests == []
    assert peer.http.request("POST", "/_deliver", json_body={"event": "*"}).ok
    until(lambda: len(shop.requests) == 2)


def test_a_peer_whose_clock_is_wrong_signs_stale_notices(peer: PaymentPeer, shop: Receiver) -> None:
    peer.settings(skew_s=600)
    opened(peer)
    until(lambda: len(shop.requests) == 1)
    with pytest.raises(StaleNotice):
        peer.provider().read_notice(shop.requests[0].headers, shop.requests[0].body, datetime.now(UTC))


def test_a_session_expires_by_itself_and_says_so(peer: PaymentPeer, shop: Receiver) -> None:
    opened(peer, expires_at=datetime.now(UTC) + timedelta(seconds=0.5))
    until(lambda: "session.expired" in shop.kinds())


def test_the_ledger_page_and_the_desk_answer(peer: PaymentPeer) -> None:
    peer.act(opened(peer).provider_ref, "twice")
    assert peer.http.request("GET", "/").body.count(b"captured \xe2\x82\xac24.50") == 2
    assert peer.http.request("GET", "/healthz").json() == {"status": "ok"}
    assert peer.form("/_settings", "timing=late&late_s=5&capture=exact&skew_s=0").status == 303
    assert peer.http.request("GET", "/_settings").json()["timing"] == "late"
    assert peer.http.request("POST", "/_faults", json_body={"route": "*", "kind": "sing"}).status == 400
    assert peer.http.request("DELETE", "/_faults").json() == {"faults": []}
    assert peer.form("/_reset", "").status == 303
    assert peer.ledger()["sessions"] == []


def test_a_restart_keeps_the_sessions_and_delivers_what_was_due(tmp_path: Path, shop: Receiver) -> None:
    file = str(tmp_path / "payment.sqlite")
    with payment_peer(state=file) as before:
        ref = opened(before).provider_ref
        before.act(ref, "pay")
    shop.requests.clear()
    with payment_peer(shop.url, state=file) as after:
        assert after.provider().look_up(ref).state == "captured"
        until(lambda: sorted(shop.kinds()) == ["payment.captured", "session.opened"])
