"""The Twilio adapter against a small account of ours: every request and answer is held to the OpenAPI file."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.contract.peers import (
    RecordingPeer,
    Reply,
    Seen,
    cut_short,
    drip_body,
    free_port,
    hang,
    raw_peer,
    recording_peer,
    reset,
)
from webapp.ground.http import HttpPeer
from webapp.ports.sms.port import SmsOutcomeUnknown, SmsRefused, SmsUnavailable
from webapp.ports.sms.twilio import TwilioSms

OPENAPI = OpenAPI.from_file_path(str(Path(__file__).with_name("twilio.openapi.yaml")))
HOST = "https://api.twilio.com"
ACCOUNT, USER, SECRET = "AC" + "a" * 32, "SK" + "b" * 32, "a secret: with a colon"
NUMBER, TEXT = "+33612345678", "Café : votre code est 123456.\n\n@shop.test #123456"
HOSTS = frozenset({"127.0.0.1"})


@dataclass
class Account:
    """What Twilio would do: a POST is a message, each time; a list is newest first."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    lose: int = 0
    refuse: tuple[int, int] | None = None

    def answer(self, request: Seen) -> Reply:
        """One request."""
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode():
            return refusal(401, 20003)
        if self.refuse is not None:
            return refusal(*self.refuse)
        if request.method == "GET":
            theirs = [one for one in self.kept if one["to"] == request.query["To"]]
            return Reply.of({"messages": theirs, "page": 0, "page_size": 50, "next_page_uri": None})
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        message = {
            "sid": f"SM{len(self.kept):032x}", "account_sid": ACCOUNT, "status": "queued", "to": form["To"],
            "from": form.get("From"), "messaging_service_sid": form.get("MessagingServiceSid"), "body": form["Body"],
            "date_sent": None, "error_code": None, "error_message": None,
        }  # fmt: skip
        self.kept.insert(0, message)
        if self.lose:
            self.lose -= 1
            return refusal(500, 20500)
        return Reply.of(message, 201)


def refusal(status: int, code: int) -> Reply:
    """An error as Twilio words it."""
    return Reply.of({"code": code, "message": "no", "more_info": f"{HOST}/errors/{code}", "status": status}, status)


def violations(request: Seen, reply: Reply) -> list[str]:
    """What the OpenAPI file objects to."""
    kind = request.headers.get("Content-Type", "application/json")
    asked = MockRequest(
        HOST, request.method.lower(), request.path, args=request.query, headers=request.headers,
        data=request.body or None, content_type=kind,
    )  # fmt: skip
    told = MockResponse(reply.body, status_code=reply.status, content_type=reply.headers["Content-Type"])
    found = [*OPENAPI.iter_request_errors(asked), *OPENAPI.iter_response_errors(asked, told)]
    return [f"{request.method} {request.path} {reply.status}: {one!r} {one.__cause__!r}" for one in found]


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def peer(account: Account) -> Iterator[RecordingPeer]:
    with recording_peer(account.answer) as running:
        yield running
    assert [one for request, reply in running.seen for one in violations(request, reply)] == []


def sender(url: str, *, secret: str = SECRET, sender: str = "+33755550000") -> TwilioSms:
    return TwilioSms(HttpPeer(url, allowed_hosts=HOSTS), account=ACCOUNT, user=USER, secret=secret, sender=sender)


def test_a_message_is_sent_as_documented(peer: RecordingPeer, account: Account) -> None:
    sid = sender(peer.url).send(NUMBER, TEXT, "k", 2)
    assert sid == account.kept[0]["sid"]
    assert (account.kept[0]["to"], account.kept[0]["body"]) == (NUMBER, TEXT)
    assert account.kept[0]["from"] == "+33755550000"
    assert [request.method for request in peer.requests] == ["POST"]


@pytest.mark.parametrize("name", ["Comptoir", "MG" + "c" * 32])
def test_a_name_and_a_service_may_send_too(peer: RecordingPeer, account: Account, name: str) -> None:
    sender(peer.url, sender=name).send(NUMBER, TEXT, "k", 2)
    assert account.kept[0]["messaging_service_sid" if name.startswith("MG") else "from"] == name


def test_after_an_unknown_outcome_it_looks_before_it_sends(peer: RecordingPeer, account: Account) -> None:
    account.lose = 1
    with pytest.raises(SmsOutcomeUnknown):
        sender(peer.url).send(NUMBER, TEXT, "k", 2)
    sid = sender(peer.url).send(NUMBER, TEXT, "k", 2, again=True)
    assert [one["sid"] for one in account.kept] == [sid]


def test_what_never_arrived_or_failed_there_is_sent_when_asked_again(peer: RecordingPeer, account: Account) -> None:
    sender(peer.url).send(NUMBER, "another text", "j", 2)
    sender(peer.url).send(NUMBER, TEXT, "k", 2, again=True)
    account.kept[0]["status"] = "failed"
    sender(peer.url).send(NUMBER, TEXT, "k", 2, again=True)
    assert [one["body"] for one in account.kept] == [TEXT, TEXT, "another text"]


def test_when_it_cannot_look_it_does_not_send(peer: RecordingPeer, account: Account) -> None:
    account.refuse = (500, 20500)
    with pytest.raises(SmsUnavailable):
        sender(peer.url).send(NUMBER, TEXT, "k", 2, again=True)
    assert [request.method for request in peer.requests] == ["GET"]


@pytest.mark.parametrize(
    ("status", "number", "code"),
    [
        (400, 21211, "bad_number"), (400, 21614, "bad_number"), (400, 21610, "unsubscribed"), (400, 21408, "country"),
        (400, 21617, "bad_text"), (400, 21606, "sender"), (400, 29999, "refused_29999"), (403, 20003, "credentials"),
        (404, 20404, "credentials"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_our_words(
    peer: RecordingPeer, account: Account, status: int, number: int, code: str
) -> None:
    account.refuse = (status, number)
    with pytest.raises(SmsRefused) as refused:
        sender(peer.url).send(NUMBER, TEXT, "k", 2)
    assert refused.value.code == code
    assert NUMBER not in str(refused.value)


def test_a_wrong_secret_is_a_refusal_of_credentials(peer: RecordingPeer, account: Account) -> None:
    with pytest.raises(SmsRefused) as refused:
        sender(peer.url, secret="guess").send(NUMBER, TEXT, "k", 2)
    assert (refused.value.code, account.kept) == ("credentials", [])


@pytest.mark.parametrize("status", [429, 503])
def test_a_carrier_that_asks_for_patience_sent_nothing(peer: RecordingPeer, account: Account, status: int) -> None:
    account.refuse = (status, 20429)
    with pytest.raises(SmsUnavailable):
        sender(peer.url).send(NUMBER, TEXT, "k", 2)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"sid": 7}', b'{"sid": ""}', b'{"sid": "\\u00e9"}', b'{"si', b"9" * 9999]
)
def test_an_answer_that_cannot_be_read_is_an_unknown_outcome(body: bytes) -> None:
    with recording_peer(lambda _: Reply(201, body)) as running, pytest.raises(SmsOutcomeUnknown):
        sender(running.url).send(NUMBER, TEXT, "k", 2)


@pytest.mark.parametrize(
    "listing", [[], {}, {"messages": None}, {"messages": {"0": {}}}, "x", {"messages": [1, None, {"body": TEXT}]}]
)
def test_a_list_that_cannot_be_read_sends_nothing_twice(listing: object) -> None:
    def answer(request: Seen) -> Reply:
        return Reply(200, json.dumps(listing).encode()) if request.method == "GET" else Reply.of({"sid": "SM1"}, 201)

    with recording_peer(answer) as running:
        if isinstance(listing, dict) and isinstance(listing.get("messages"), list):
            assert sender(running.url).send(NUMBER, TEXT, "k", 2, again=True) == "SM1"
            return
        with pytest.raises(SmsUnavailable):
            sender(running.url).send(NUMBER, TEXT, "k", 2, again=True)
        assert [request.method for request in running.requests] == ["GET"]


@pytest.mark.parametrize("script", [hang, reset, drip_body, cut_short])
def test_a_line_that_breaks_is_an_unknown_outcome_in_time(script: Any) -> None:
    with raw_peer(script) as url, pytest.raises(SmsOutcomeUnknown):
        sender(url).send(NUMBER, TEXT, "k", 0.4)


def test_nobody_there_is_nothing_sent() -> None:
    for again in (False, True):
        with pytest.raises(SmsUnavailable):
            sender(f"http://127.0.0.1:{free_port()}").send(NUMBER, TEXT, "k", 0.4, again=again)
