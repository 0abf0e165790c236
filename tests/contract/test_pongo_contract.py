"""The Pongo adapter keeps the port's promises against the stateful sandbox and against the contract's own examples.

Every request, and the sandbox's every answer, is validated against the OpenAPI file.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.contract.openapi_examples import document, documented_statuses, playing
from tests.contract.peers import RecordingPeer, Reply, Seen, forwarding, recording_peer
from tests.contract.pongo_calls import CALLS, FURTHER, STORE, an_order, exchange
from tests.http import CLIENT
from tests.peers import ADA, ADA_ID, BOB, REDIRECT, TOKEN, connector_at, loyalty_peer, pongo_at
from webapp.ports.loyalty.pongo import Pongo
from webapp.ports.loyalty.port import (
    Conflict,
    Consent,
    Disconnected,
    Forbidden,
    Identity,
    LoyaltyError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    RewardKind,
)

OPENAPI = OpenAPI.from_file_path(str(Path(__file__).with_name("pongo.openapi.yaml")))
HOST = "https://sandbox-api.heypongo.com"
EXPECTED: dict[int, type[LoyaltyError]] = {
    400: Refused,
    401: Disconnected,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Refused,
    429: RateLimited,
    500: OutcomeUnknown,
}


def violations(request: Seen, reply: Reply, *, answers_too: bool) -> list[str]:
    """What the OpenAPI file objects to."""
    kind = request.headers.get("Content-Type", "application/json")
    asked = MockRequest(
        HOST,
        request.method.lower(),
        request.path,
        args=request.query,
        headers=request.headers,
        data=request.body or None,
        content_type=kind,
    )
    errors = list(OPENAPI.iter_request_errors(asked))
    if answers_too:
        answered = MockResponse(reply.body, reply.status, content_type=reply.headers["Content-Type"].split(";")[0])
        errors += OPENAPI.iter_response_errors(asked, answered)
    return [f"{request.method} {request.path} {reply.status}: {error!r} {error.__cause__!r}" for error in errors]


@dataclass
class World:
    """An adapter, the recorder in front of what answers it, and that one's own address when it keeps state."""

    pongo: Pongo
    peer: RecordingPeer
    origin: str | None

    @property
    def api(self) -> str:
        return self.peer.url + "/v1"


@pytest.fixture(params=["sandbox", "wrapped", "bare"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        origin = stack.enter_context(loyalty_peer(tmp_path)).url if request.param == "sandbox" else None
        answer = forwarding(origin) if origin else playing("pongo", "/v1", request.param)
        peer = stack.enter_context(recording_peer(answer))
        yield World(pongo_at(peer.url + "/v1"), peer, origin)
        found = [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=bool(origin))]
        assert found == []
        assert peer.seen


def test_a_good_token_connects(world: World) -> None:
    world.pongo.check_connection(deadline_s=5)
    assert world.peer.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_the_stores_have_slugs_to_map(world: World) -> None:
    assert STORE in {store.slug for store in world.pongo.stores(deadline_s=5)}


def test_a_known_number_is_found_with_its_points(world: World) -> None:
    member = world.pongo.find_member(Identity.phone(ADA), store_slug=STORE, deadline_s=5)
    assert member is not None
    assert member.member_id == ADA_ID
    assert member.points in {400, 120}
    assert world.peer.requests[0].path == "/v1/customers/phone/33612345678"


def test_joining_returns_a_member_and_sends_only_what_was_answered(world: World) -> None:
    member = world.pongo.enrol(BOB, store_slug=STORE, consent=Consent(email=True), deadline_s=5)
    assert member.member_id
    sent = world.peer.requests[0].json()
    assert sent == {
        "international_phone_number": "33698765432",
        "reference_store_slug": STORE,
        "has_optin_email": True,
    }


def test_an_answer_to_consent_is_passed_on_and_silence_is_not(world: World) -> None:
    world.pongo.update_consent(ADA_ID, Consent(), deadline_s=5)
    assert world.peer.requests == []
    world.pongo.update_consent(ADA_ID, Consent(email=False, sms=True), deadline_s=5)
    assert world.peer.requests[0].json() == {"has_optin_sms": True, "has_optin_email": False, "has_optin": False}


def test_available_rewards_are_asked_for_this_customer_at_this_store(world: World) -> None:
    wallet = world.pongo.wallet(ADA_ID, store_slug=STORE, deadline_s=5)
    assert wallet.available
    free = next(reward for reward in wallet.available if reward.terms.kind is RewardKind.FREE_PRODUCT)
    assert free.terms.skus == ("SKU-COFFEE", "POS-4411")
    assert free.cost == 50
    asked = next(request for request in world.peer.requests if request.path == "/v1/rewards")
    assert asked.query == {"customer": ADA_ID, "store_slug": STORE}


def test_a_bought_voucher_has_its_code_and_value_and_shows_among_the_owned(world: World) -> None:
    copy = world.pongo.buy_reward("rew_2", member_id=ADA_ID, store_slug=STORE, deadline_s=5)
    assert copy is not None
    assert copy.code
    assert copy.code.startswith("PONGO-")
    assert (copy.terms.kind, copy.terms.value, copy.used) == (RewardKind.AMOUNT, 500, False)
    assert world.pongo.wallet(ADA_ID, store_slug=STORE, deadline_s=5).owned


def test_a_copy_can_be_locked_unlocked_and_used(world: World) -> None:
    copy = world.pongo.buy_reward("rew_1", member_id=ADA_ID, store_slug=STORE, deadline_s=5)
    assert copy is not None
    world.pongo.lock_reward(copy.owned_id, member_id=ADA_ID, deadline_s=5)
    world.pongo.unlock_reward(copy.owned_id, member_id=ADA_ID, deadline_s=5)
    world.pongo.use_reward(copy, member_id=ADA_ID, store_slug=STORE, deadline_s=5)
    unlock = next(request for request in world.peer.requests if request.method == "DELETE")
    assert unlock.json() == {"hash": copy.owned_id}


def test_a_paid_order_is_taken_and_can_be_cancelled(world: World) -> None:
    order = an_order()
    report = world.pongo.report_body(order)
    reported = world.pongo.send_report(report, deadline_s=5)
    assert reported.remote_id
    assert not reported.already
    world.pongo.send_cancel(reported.remote_id, world.pongo.cancel_body(order), deadline_s=5)
    assert world.peer.requests[0].body == report


def test_the_code_of_the_form_becomes_a_token(world: World) -> None:
    address = connector_at(world.api).authorize_url(redirect_uri=REDIRECT, state="s-1")
    form = CLIENT.get(address)
    code = "abc123"
    if world.origin:
        assert form.status_code == 200
        fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = CLIENT.post(f"{world.origin}/v1/oauth/form", data=fields | {"merchant": "mer_demo", "answer": "allow"})
        back = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert back["state"] == ["s-1"]
        code = back["code"][0]
    token = exchange(world.api, code, 5)
    assert token.expires_at is not None
    assert token.value not in repr(token)
    pongo_at(world.api, token=token.value).stores(deadline_s=5)


@pytest.mark.parametrize("name", [*CALLS, *FURTHER])
@pytest.mark.parametrize("shape", ["wrapped", "bare"])
def test_every_request_the_adapter_can_make_fits_the_contract(name: str, shape: str) -> None:
    with recording_peer(playing("pongo", "/v1", shape)) as peer:
        (CALLS | FURTHER)[name](pongo_at(peer.url + "/v1"), 5)
    assert peer.seen
    assert [text for seen, reply in peer.seen for text in violations(seen, reply, answers_too=False)] == []


DOCUMENTED = [
    (name, status) for name in CALLS for status in documented_statuses(document("pongo"), name) if status >= 400
]


@pytest.mark.parametrize(("name", "status"), DOCUMENTED)
def test_every_documented_error_has_its_meaning(name: str, status: int) -> None:
    with recording_peer(playing("pongo", "/v1", status=status)) as peer:
        pongo = pongo_at(peer.url + "/v1")
        if (name, status) == ("getCustomerDetailsByPhoneNumber", 404):
            assert CALLS[name](pongo, 5) is None
            return
        if name == "createACustomer" and status in {409, 422}:
            assert CALLS[name](pongo, 5).member_id == ADA_ID  # it was a member already: looked up, not an error
            return
        with pytest.raises(EXPECTED[status]) as caught:
            CALLS[name](pongo, 5)
    assert caught.value.retry_after_s == (30 if status == 429 else None)
    assert TOKEN not in repr(caught.value)


@pytest.mark.parametrize("status", [400, 401, 422, 429])
def test_every_documented_error_of_the_code_exchange_has_its_meaning(status: int) -> None:
    with recording_peer(playing("pongo", "/v1", status=status)) as peer, pytest.raises(EXPECTED[status]):
        exchange(peer.url + "/v1", "abc", 5)


def test_a_repeated_order_is_a_success_that_says_so() -> None:
    with recording_peer(playing("pongo", "/v1", status=202)) as peer:
        reported = CALLS["createAnOrder"](pongo_at(peer.url + "/v1"), 5)
    assert (reported.remote_id, reported.already) == ("ord_0000000001", True)
