"""The SMS adapter and the message inbox, over real HTTP."""

import socket
from collections.abc import Iterator

import pytest

from webapp.ground.http import HttpPeer
from webapp.ports.sms.port import SmsOutcomeUnknown, SmsRefused, SmsSender, SmsUnavailable
from webapp.ports.sms.sandbox import SandboxSms
from webapp.sandbox.inbox.peer import Inbox, Setup

HOSTS = frozenset({"127.0.0.1"})
NUMBER = "+33612345678"


@pytest.fixture(scope="module")
def inbox() -> Iterator[Inbox]:
    running = Inbox(Setup(api_key="key"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def http(inbox: Inbox) -> Iterator[HttpPeer]:
    inbox.box.reset()
    peer = HttpPeer(inbox.url, allowed_hosts=HOSTS)
    yield peer
    peer.close()


@pytest.fixture
def sender(http: HttpPeer) -> SmsSender:
    return SandboxSms(http, api_key="key")


def test_a_message_arrives_once_per_key(sender: SmsSender, http: HttpPeer) -> None:
    first = sender.send(NUMBER, "Votre code : 482 913", "k-1", 2.5)
    assert sender.send(NUMBER, "Votre code : 482 913", "k-1", 2.5) == first
    messages = http.request("GET", "/_messages.json").json()["messages"]
    assert [(message["to"], message["text"]) for message in messages] == [(NUMBER, "Votre code : 482 913")]


def test_the_page_hides_the_number_until_it_is_opened_and_escapes_the_text(sender: SmsSender, http: HttpPeer) -> None:
    sender.send(NUMBER, "<b>hello</b>", "k-1", 2.5)
    html = http.request("GET", "/").body.decode()
    assert html.index("+33 •• •• •• 78") < html.index(NUMBER)
    assert html.count(NUMBER) == 1
    assert '<p class="number">' + NUMBER in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("number", "text", "key", "code"),
    [
        ("0612345678", "x", "k", "bad_number"),
        (NUMBER, "", "k", "bad_text"),
        (NUMBER, "x" * 481, "k", "bad_text"),
        (NUMBER, "x", "", "bad_key"),
    ],
)
def test_a_bad_message_is_refused_by_name(sender: SmsSender, number: str, text: str, key: str, code: str) -> None:
    with pytest.raises(SmsRefused) as refusal:
        sender.send(number, text, key, 2.5)
    assert refusal.value.code == code


def test_a_key_used_for_another_text_is_refused(sender: SmsSender) -> None:
    sender.send(NUMBER, "one", "k-1", 2.5)
    with pytest.raises(SmsRefused) as refusal:
        sender.send(NUMBER, "two", "k-1", 2.5)
    assert refusal.value.code == "key_reused"


def test_a_wrong_key_sends_nothing(http: HttpPeer) -> None:
    with pytest.raises(SmsRefused) as refusal:
        SandboxSms(http, api_key="guess").send(NUMBER, "x", "k", 2.5)
    assert refusal.value.code == "credentials"


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "error", "html", "malformed", "wrong_shape", "huge", "hang"])
def test_a_failure_is_unknown_and_the_same_key_heals_it(
    sender: SmsSender, http: HttpPeer, kind: str, moment: str
) -> None:
    fault = {"route": "messages.create", "kind": f"{kind}_{moment}", "seconds": 2}
    assert http.request("POST", "/_faults", json_body=fault).status == 201
    with pytest.raises(SmsOutcomeUnknown):
        sender.send(NUMBER, "x", "k-1", 0.3)
    sender.send(NUMBER, "x", "k-1", 2.5)
    assert len(http.request("GET", "/_messages.json").json()["messages"]) == 1


def test_a_carrier_that_asks_for_patience_or_is_not_there_sent_nothing(sender: SmsSender, http: HttpPeer) -> None:
    http.request("POST", "/_faults", json_body={"route": "*", "kind": "error", "status": 503})
    with pytest.raises(SmsUnavailable):
        sender.send(NUMBER, "x", "k-1", 2.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = HttpPeer(f"http://127.0.0.1:{taken.getsockname()[1]}", allowed_hosts=HOSTS)
        with pytest.raises(SmsUnavailable):
            SandboxSms(nobody, api_key="key").send(NUMBER, "x", "k-1", 2.5)
