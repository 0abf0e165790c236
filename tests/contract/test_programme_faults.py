"""Whatever a programme does, a call ends in time, with an answer or an error that says what may have happened."""

import time
from typing import Any

import pytest

from tests.contract.peers import (
    Reply,
    Script,
    always,
    cut_short,
    drip_body,
    free_port,
    hang,
    raw_peer,
    recording_peer,
    reset,
)
from tests.contract.programmes import CALLS
from webapp.ports.loyalty.port import BadAnswer, LoyaltyError, OutcomeUnknown, RateLimited, Unavailable

MARGIN_S = 0.5
HTML = Reply(200, b"<!doctype html><h1>Please wait</h1>", {"Content-Type": "text/html"})
HUGE = Reply(200, b'{"data": "' + b"x" * (2 * 1024 * 1024) + b'"}')
STRANGE: list[Any] = [
    None,
    [],
    {},
    7,
    True,
    [[[]]],
    {"data": [None, 1, "x", [], {}]},
    {"error": {"errors": "no", "code": []}, "success": "perhaps"},
    {"status": 3, "code": "x", "data": {"discounts": 7, "calculation": []}},
    {"memberCode": {}, "vouchers": {"a": 1}, "active": 1, "order": [], "voucher": 3},
    {"pos_session": 5, "user": [], "loyalty_balance": {"data": {}}, "rules": {"spending": 1}},
]


def outcome(name: str, url: str, deadline_s: float = 3) -> Any:
    """The result of a call, or the port's error; any other error escapes and fails the test."""
    try:
        return CALLS[name](url, deadline_s)
    except LoyaltyError as error:
        return error


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("script", [hang, drip_body])
def test_no_call_outlives_its_deadline(name: str, script: Script) -> None:
    with raw_peer(script) as url:
        began = time.monotonic()
        result = outcome(name, url, 0.3)
        took = time.monotonic() - began
    assert took < 0.3 + MARGIN_S
    assert isinstance(result, LoyaltyError)
    assert not result.permanent


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("script", [reset, cut_short])
def test_a_line_cut_after_sending_may_have_acted(name: str, script: Script) -> None:
    with raw_peer(script) as url:
        result = outcome(name, url)
    assert isinstance(result, OutcomeUnknown)
    assert result.may_have_acted


@pytest.mark.parametrize("name", CALLS)
def test_a_refused_connection_certainly_did_nothing(name: str) -> None:
    result = outcome(name, f"http://127.0.0.1:{free_port()}")
    assert isinstance(result, Unavailable)
    assert not result.may_have_acted


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_on_their_side_may_have_acted(name: str, status: int) -> None:
    with recording_peer(always(Reply.of({"message": "Server Error"}, status))) as peer:
        result = outcome(name, peer.url)
    assert isinstance(result, OutcomeUnknown)
    assert result.may_have_acted


@pytest.mark.parametrize("name", CALLS)
def test_too_many_calls_are_tried_again_later(name: str) -> None:
    with recording_peer(always(Reply(429, b"{}", {"Retry-After": "30"}))) as peer:
        result = outcome(name, peer.url)
    assert isinstance(result, RateLimited)
    assert (result.retry_after_s, result.permanent) == (30, False)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("reply", [HTML, HUGE, Reply(200, b'{"data": {"id": '), Reply(302, b"", {"Location": "/x"})])
def test_an_unreadable_answer_is_never_taken_for_a_success(name: str, reply: Reply) -> None:
    with recording_peer(always(reply)) as peer:
        result = outcome(name, peer.url)
    assert isinstance(result, BadAnswer | OutcomeUnknown)
    assert result.may_have_acted


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [200, 201, 422])
def test_strange_json_never_surprises(name: str, status: int) -> None:
    with recording_peer(always(Reply())) as peer:
        for body in STRANGE:
            peer.answer = always(Reply.of(body, status))
            outcome(name, peer.url)
    assert len(peer.seen) >= len(STRANGE)
