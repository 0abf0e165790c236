"""The loyalty sandbox is as strict as the contract, keeps what it was told, and misbehaves only when asked."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.peers import free_port
from tests.contract.pongo_calls import STORE, an_order
from tests.http import CLIENT
from tests.peers import ADA, ADA_ID, BOB, LOYALTY_SEED, REDIRECT, LoyaltyPeer, connector_at, loyalty_peer, pongo_at
from webapp.ports.loyalty.port import (
    Conflict,
    Consent,
    Disconnected,
    Forbidden,
    LoyaltyError,
    OutcomeUnknown,
    PaidLine,
    Refused,
)

BEARER = {"Authorization": f"Bearer {LOYALTY_SEED['merchants'][0]['token']}"}


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[LoyaltyPeer]:
    with loyalty_peer(tmp_path) as running:
        yield running


def send(
    peer: LoyaltyPeer, method: str, path: str, body: Any = None, headers: dict[str, str] = BEARER
) -> httpx.Response:
    return CLIENT.request(method, peer.api + path, json=body, headers=headers)


def report(peer: LoyaltyPeer, **changed: Any) -> Any:
    pongo = pongo_at(peer.api)
    return pongo.send_report(pongo.report_body(an_order(**changed)), deadline_s=5)


def test_nothing_is_answered_without_a_good_token(peer: LoyaltyPeer) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        answer = send(peer, "GET", "/stores", headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    with pytest.raises(Disconnected):
        pongo_at(peer.api, token="wrong").check_connection(deadline_s=5)


def test_a_token_without_the_scope_is_forbidden(peer: LoyaltyPeer) -> None:
    merchant = LOYALTY_SEED["merchants"][0] | {"token": "narrow", "scopes": "reward.read"}
    CLIENT.post(f"{peer.url}/_seed", json={"merchants": [merchant]}).raise_for_status()
    with pytest.raises(Forbidden):
        pongo_at(peer.api, token="narrow").enrol(BOB, store_slug=STORE, consent=Consent(), deadline_s=5)


def test_one_merchants_token_sees_nothing_of_another(peer: LoyaltyPeer) -> None:
    other = {"id": "mer_2", "name": "Other", "client_id": "c", "client_secret": "s", "token": "other"}
    CLIENT.post(f"{peer.url}/_seed", json={"merchants": [other]}).raise_for_status()
    for path in (f"/customers/{ADA_ID}", f"/customers/phone/{ADA[1:]}", f"/customers/{ADA_ID}/rewards"):
        assert send(peer, "GET", path, headers={"Authorization": "Bearer other"}).status_code == 404


REFUSED_ENROLMENTS: list[tuple[dict[str, Any], str]] = [
    ({"international_phone_number": "+33698765432"}, "international_phone_number"),
    ({"international_phone_number": 33698765432}, "international_phone_number"),
    ({"international_phone_number": None}, "international_phone_number"),
    ({"international_phone_number": ADA[1:]}, "international_phone_number"),
    ({"reference_store_slug": "nowhere"}, "reference_store_slug"),
    ({"has_optin_sms": "yes"}, "has_optin_sms"),
    ({"email": "not an address"}, "email"),
    ({"invented": 1}, "invented"),
]


@pytest.mark.parametrize(("changed", "field"), REFUSED_ENROLMENTS)
def test_a_wrong_enrolment_is_refused_by_field(peer: LoyaltyPeer, changed: dict[str, Any], field: str) -> None:
    body = {"international_phone_number": BOB[1:], "reference_store_slug": STORE}
    answer = send(peer, "POST", "/customers", body | changed)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert len(peer.ledger()["customers"]) == 1


REFUSED_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"created_at": "2026-04-23T10:30:00Z"}, "created_at"),
    ({"created_at": "2026-04-23T12:30:00.5+02:00"}, "created_at"),
    ({"created_at": "2026-02-30T12:30:00+02:00"}, "created_at"),
    ({"amount": 1289}, "amount"),
    ({"amount": -1}, "amount"),
    ({"amount": "1290"}, "amount"),
    ({"amount": 10**30}, "amount"),
    ({"lines": []}, "lines"),
    ({"loyalty_store_slug": "nowhere"}, "loyalty_store_slug"),
    ({"channel": "invented"}, "channel"),
    ({"customer": {}}, "customer"),
    ({"customer": {"international_phone_number": ADA}}, "customer.international_phone_number"),
    ({"customer": {"customer_public_id": "cus_x"}}, "customer.customer_public_id"),
    (
        {"customer": {"customer_public_id": ADA_ID, "international_phone_number": BOB[1:]}},
        "customer.international_phone_number",
    ),
    ({"lines": [{"name": "A", "quantity": 1, "amount": 1290, "reward_id": "rew_1"}]}, "lines.0.reward_id"),
]


@pytest.mark.parametrize(("changed", "field"), REFUSED_ORDERS)
def test_a_wrong_order_is_refused_by_field(peer: LoyaltyPeer, changed: dict[str, Any], field: str) -> None:
    body = json.loads(pongo_at(peer.api).report_body(an_order())) | changed
    answer = send(peer, "POST", "/orders", body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert peer.ledger()["orders"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"order_id": "\\ud800"}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_object_is_refused(peer: LoyaltyPeer, body: bytes) -> None:
    assert CLIENT.post(f"{peer.api}/orders", content=body, headers=BEARER).status_code == 400


def test_bounds_on_points_narrow_the_list_and_must_be_numbers(peer: LoyaltyPeer) -> None:
    listed = send(peer, "GET", "/rewards?points_min=50&points_max=100").json()["data"]
    assert [reward["id"] for reward in listed] == ["rew_1", "rew_2"]
    assert send(peer, "GET", "/rewards?points_min=x").status_code == 422


def test_the_same_order_counts_once_however_often_and_at_once_it_comes(peer: LoyaltyPeer) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: report(peer), range(16)))
    assert sum(not result.already for result in results) == 1
    assert len({result.remote_id for result in results}) == 1
    assert peer.customer(ADA)["points"] == 400 + 12
    assert [order["times"] for order in peer.ledger()["orders"]] == [16]


def test_the_same_reference_at_another_store_is_another_order(peer: LoyaltyPeer) -> None:
    assert not report(peer).already
    assert not report(peer, store_slug="demo-bastille").already


def test_an_unknown_number_is_enrolled_by_its_order_with_its_answers(peer: LoyaltyPeer) -> None:
    report(peer, phone=BOB, member_id=None, consent=Consent(email=True, sms=False))
    bob = peer.customer(BOB)
    assert (bob["points"], bob["has_optin_email"], bob["has_optin_sms"]) == (12, True, False)


def test_a_reward_on_a_line_is_used_exactly_once(peer: LoyaltyPeer) -> None:
    pongo = pongo_at(peer.api)
    copy = pongo.buy_reward("rew_1", member_id=ADA_ID, store_slug=STORE, deadline_s=5)
    assert copy is not None
    lines = (PaidLine("Burger", 1290), PaidLine("Coffee", 0, "SKU-COFFEE", "rew_1"))
    report(peer, lines=lines)
    report(peer, lines=lines)
    assert [reward["is_used"] for reward in peer.customer(ADA)["owned"]] == [True]
    with pytest.raises(Refused):
        report(peer, lines=lines, reference="another")
    with pytest.raises(Conflict):
        pongo.use_reward(copy, member_id=ADA_ID, store_slug=STORE, deadline_s=5)


def test_points_are_taken_at_once_and_never_below_zero(peer: LoyaltyPeer) -> None:
    pongo = pongo_at(peer.api)

    def buy(_: int) -> bool:
        try:
            return bool(pongo.buy_reward("rew_3", member_id=ADA_ID, store_slug=STORE, deadline_s=5))
        except Refused:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(buy, range(6))) == 2
    assert peer.customer(ADA)["points"] == 100


def test_rewards_of_a_segment_or_of_another_store_are_not_for_everybody(peer: LoyaltyPeer) -> None:
    wallet = pongo_at(peer.api).wallet(ADA_ID, store_slug=STORE, deadline_s=5)
    assert wallet.available is not None
    assert {reward.reward_id for reward in wallet.available} == {"rew_1", "rew_2", "rew_3", "rew_4"}
    assert len(send(peer, "GET", "/rewards").json()["data"]) == 6
    for reward_id in ("rew_5", "rew_6"):
        with pytest.raises(Refused):
            pongo_at(peer.api).buy_reward(reward_id, member_id=ADA_ID, store_slug=STORE, deadline_s=5)


def test_points_may_come_later_than_the_order(peer: LoyaltyPeer) -> None:
    merchant = LOYALTY_SEED["merchants"][0] | {"credit_delay_s": 0.4}
    CLIENT.post(f"{peer.url}/_seed", json={"merchants": [merchant]}).raise_for_status()
    report(peer)
    assert (peer.customer(ADA)["points"], peer.customer(ADA)["points_on_their_way"]) == (400, 12)
    time.sleep(0.5)
    assert (peer.customer(ADA)["points"], peer.customer(ADA)["points_on_their_way"]) == (412, 0)


def test_cancelling_twice_takes_the_points_back_once(peer: LoyaltyPeer) -> None:
    pongo, order = pongo_at(peer.api), an_order()
    remote_id = report(peer).remote_id
    for order_id in (remote_id, order.reference):
        pongo.send_cancel(order_id, pongo.cancel_body(order), deadline_s=5)
    assert peer.customer(ADA)["points"] == 400


def test_what_it_knows_survives_a_restart(tmp_path: Path) -> None:
    with loyalty_peer(tmp_path) as first:
        report(first)
    with loyalty_peer(tmp_path) as second:
        assert report(second).already
        CLIENT.post(f"{second.url}/_reset").raise_for_status()
        assert second.ledger()["orders"] == []
        assert second.customer(ADA)["points"] == 400


@pytest.mark.parametrize(
    ("kind", "acted"), [("reset", False), ("reset_after", True), ("hang", False), ("hang_after", True)]
)
def test_a_fault_before_acting_changes_nothing_and_one_after_acting_does(
    peer: LoyaltyPeer, kind: str, *, acted: bool
) -> None:
    peer.fault(route="rewards.buy", kind=kind, seconds=0.6)
    with pytest.raises(OutcomeUnknown):
        pongo_at(peer.api).buy_reward("rew_1", member_id=ADA_ID, store_slug=STORE, deadline_s=0.3)
    assert peer.customer(ADA)["points"] == (350 if acted else 400)
    assert pongo_at(peer.api).member(ADA_ID, deadline_s=5).points == (350 if acted else 400)


@pytest.mark.parametrize("kind", ["error", "html", "malformed", "wrong_shape", "huge", "empty", "drip"])
def test_a_spoiled_answer_is_spoiled_for_as_many_requests_as_asked(peer: LoyaltyPeer, kind: str) -> None:
    peer.fault(kind=kind, seconds=2, count=2)
    pongo = pongo_at(peer.api)
    for _ in range(2):
        with pytest.raises(LoyaltyError):
            pongo.member(ADA_ID, deadline_s=0.5)
    assert pongo.member(ADA_ID, deadline_s=5).points == 400


def test_a_code_of_the_form_works_once_and_a_refusal_comes_back_as_an_error(peer: LoyaltyPeer) -> None:
    connector = connector_at(peer.api)
    query = dict(httpx.URL(connector.authorize_url(redirect_uri=REDIRECT, state="s")).params)
    refused = CLIENT.post(f"{peer.api}/oauth/form", data=query | {"answer": "refuse"}).headers["Location"]
    assert dict(httpx.URL(refused).params)["error"] == "access_denied"
    allowed = CLIENT.post(f"{peer.api}/oauth/form", data=query | {"answer": "allow", "merchant": "mer_demo"})
    code = dict(httpx.URL(allowed.headers["Location"]).params)["code"]
    connector.exchange_code(code, deadline_s=5)
    with pytest.raises(Refused):
        connector.exchange_code(code, deadline_s=5)
    foreign = query | {"redirect_uri": "https://elsewhere.example/"}
    assert CLIENT.get(f"{peer.api}/oauth/form", params=foreign).status_code == 400


def test_the_page_shows_orders_and_masks_numbers(peer: LoyaltyPeer) -> None:
    report(peer)
    page = CLIENT.get(peer.url).text
    assert an_order().reference in page
    assert ADA[1:] not in page
    assert "33 •••••• 678" in page


def test_it_runs_by_itself_and_says_in_a_sentence_that_a_port_is_taken(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "webapp.sandbox.pongo",
        "--port",
        str(port),
        "--state",
        str(tmp_path / "s.sqlite3"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            assert f":{port}/" in running.stdout.readline()
            assert CLIENT.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "ok"}
            second = subprocess.run(command, capture_output=True, text=True, check=False)
            assert second.returncode == 1
            assert "Traceback" not in second.stderr
            assert "in use" in second.stderr
        finally:
            running.terminate()
