"""Whatever the other side does, a call ends in time, with an answer or an error that says what may have happened."""

import time
from typing import Any

import pytest

from tests.contract.peers import (
    Reply,
    Script,
    always,
    cut_short,
    drip_body,
    drip_head,
    free_port,
    hang,
    raw_peer,
    recording_peer,
    reset,
)
from tests.contract.pongo_calls import CALLS, FURTHER, Call, exchange
from tests.peers import ADA, TOKEN, pongo_at
from webapp.ports.loyalty.port import BadAnswer, LoyaltyError, NotFound, OutcomeUnknown, Unavailable

ALL = CALLS | FURTHER
MARGIN_S = 0.35
HTML = Reply(200, b"<!doctype html><h1>Please wait</h1>", {"Content-Type": "text/html"})
HUGE = Reply(200, b'{"data": "' + b"x" * (2 * 1024 * 1024) + b'"}')


def outcome(call: Call, base_url: str, deadline_s: float = 3) -> Any:
    """The result of a call, or the port's error; any other error escapes and fails the test."""
    try:
        return call(pongo_at(base_url), deadline_s)
    except LoyaltyError as error:
        return error


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("script", [hang, drip_head, drip_body])
def test_no_call_outlives_its_deadline(name: str, script: Script) -> None:
    with raw_peer(script) as url:
        began = time.monotonic()
        result = outcome(ALL[name], url, 0.3)
        took = time.monotonic() - began
    assert took < 0.3 + MARGIN_S
    assert isinstance(result, OutcomeUnknown)
    assert result.may_have_acted
    assert not result.permanent


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("script", [reset, cut_short])
def test_a_line_cut_after_sending_may_have_acted(name: str, script: Script) -> None:
    with raw_peer(script) as url:
        result = outcome(ALL[name], url)
    assert isinstance(result, OutcomeUnknown)
    assert result.may_have_acted


@pytest.mark.parametrize("name", ALL)
def test_a_refused_connection_certainly_did_nothing(name: str) -> None:
    result = outcome(ALL[name], f"http://127.0.0.1:{free_port()}")
    assert isinstance(result, Unavailable)
    assert not result.may_have_acted
    assert not result.permanent


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_failure_on_their_side_may_have_acted(name: str, status: int) -> None:
    with recording_peer(always(Reply.of({"message": "Server Error"}, status))) as peer:
        result = outcome(ALL[name], peer.url)
    assert isinstance(result, OutcomeUnknown)
    assert result.may_have_acted


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("reply", [HTML, HUGE, Reply(200, b'{"data": {"id": '), Reply(302, b"", {"Location": "/x"})])
def test_an_unreadable_answer_is_never_taken_for_a_success(name: str, reply: Reply) -> None:
    with recording_peer(always(reply)) as peer:
        result = outcome(ALL[name], peer.url)
    assert isinstance(result, BadAnswer | OutcomeUnknown)
    assert result.may_have_acted
    assert not result.permanent


STRANGE: list[Any] = [
    None,
    [],
    {},
    7,
    "text",
    True,
    [[[[]]]],
    {"data": None},
    {"data": 3},
    {"data": [None, 1, "x", [], {}]},
    {"data": {"public_id": {}, "points": {}, "hash": [], "type": 1, "id": None}},
    {"public_id": 12345678901234567890, "points": "-5", "type": "voucher_", "hash": 1.5, "value": "NaN"},
    {"public_id": "x" * 10_000, "points": 10**30, "id": "\x00\n", "hash": " "},
    {"data": [{"id": 7, "type": "free_product", "external_id": 12, "points": -3, "is_used": "maybe"}] * 3},
    {"data": [{"hash": "h", "reward_id": 9, "type": ["free_product"], "value": [], "expires_at": "soon"}] * 3},
    {"errors": "none", "message": {"a": 1}},
]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("status", [200, 202, 422])
def test_strange_json_never_surprises(name: str, status: int) -> None:
    with recording_peer(always(Reply())) as peer:
        for body in STRANGE:
            peer.answer = always(Reply.of(body, status))
            outcome(ALL[name], peer.url)
    assert len(peer.seen) >= len(STRANGE)


def test_deeply_nested_and_oversized_numbers_never_surprise() -> None:
    for body in (b"[" * 100_000, b'{"points": ' + b"9" * 5000 + b', "public_id": "a"}', b'{"a": NaN}', b"\xff\xfe"):
        with recording_peer(always(Reply(200, body))) as peer:
            for call in ALL.values():
                outcome(call, peer.url)


def test_ids_may_be_numbers_fields_unknown_and_rewards_repeated() -> None:
    reward = {"id": 7, "type": "free_product", "points": "50", "external_id": "A", "new": {"x": 1}}
    copy = {"hash": 9, "reward_id": 7, "type": "free_product", "is_used": 0}
    bodies = {"/customers/cus_0000000001": {"id": 1, "points": -5}, "/rewards": [reward, reward]}

    def answer(request: Any) -> Reply:
        return Reply.of(bodies.get(request.path, {"data": [copy, copy], "meta": {}}))

    with recording_peer(answer) as peer:
        wallet = FURTHER["wallet"](pongo_at(peer.url), 3)
    assert wallet.points is None  # a negative balance is not shown
    assert [(reward.reward_id, reward.cost) for reward in wallet.available] == [("7", 50)]
    assert [(copy.owned_id, copy.reward_id, copy.used) for copy in wallet.owned] == [("9", "7", False)]


def test_a_wallet_of_nobody_is_not_found_but_a_missing_list_only_hides_itself() -> None:
    with recording_peer(always(Reply.of({}, 404))) as peer:
        assert isinstance(outcome(FURTHER["wallet"], peer.url), NotFound)
        peer.answer = lambda request: Reply.of({"id": "a", "points": 3}, 404 if "rewards" in request.path else 200)
        wallet = outcome(FURTHER["wallet"], peer.url)
    assert (wallet.points, wallet.owned, wallet.available) == (3, None, None)


def test_a_wallet_shows_what_could_be_read() -> None:
    def answer(request: Any) -> Reply:
        return (
            HTML if request.path == "/rewards" else Reply.of({"data": []} if "rewards" in request.path else {"id": "a"})
        )

    with recording_peer(answer) as peer:
        wallet = FURTHER["wallet"](pongo_at(peer.url), 3)
    assert wallet.available is None
    assert wallet.owned == ()


@pytest.mark.parametrize(
    "body", [{}, {"access_token": 5}, {"token": "two words"}, {"data": []}, [], {"jwt": "x" * 9000}]
)
def test_an_answer_without_a_usable_token_is_a_bad_answer(body: Any) -> None:
    with recording_peer(always(Reply.of(body))) as peer, pytest.raises(BadAnswer):
        exchange(peer.url, "abc", 3)


def test_errors_say_field_names_and_never_values_or_tokens() -> None:
    body = {"message": f"{ADA} is bad, PIN needed", "errors": {"customer": [ADA], f"x {ADA}": ["y"], "a@b.example": []}}
    with recording_peer(always(Reply.of(body, 422))) as peer:
        error = outcome(CALLS["buyARewardForACustomer"], peer.url)
    assert str(error) == "refused: 422 customer pin"
    assert error.pin_wanted
    assert error.permanent
    assert TOKEN not in repr(error.__dict__)


@pytest.mark.parametrize(
    ("given", "read"), [("12", 12), ("99999", 3600), ("soon", None), ("-1", None), ("9" * 50, None)]
)
def test_the_asked_waiting_time_is_read_and_bounded(given: str, read: int | None) -> None:
    reply = Reply(429, b"", {"retry-after": given})
    with recording_peer(always(reply)) as peer:
        assert outcome(CALLS["createAnOrder"], peer.url).retry_after_s == read


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (201, b""), (204, b""), (200, b"{}"), (201, b'{"data":{"id":4}}')]
)
def test_every_kind_of_success_is_one(status: int, body: bytes) -> None:
    with recording_peer(always(Reply(status, body))) as peer:
        reported = outcome(CALLS["createAnOrder"], peer.url)
        assert reported.remote_id == (None if body in {b"", b"{}"} else "4")
        for name in ("updateOrderStatus", "useARewardBoughtByACustomer", "addALockOnAReward", "updateACustomer"):
            assert outcome(CALLS[name], peer.url) is None
