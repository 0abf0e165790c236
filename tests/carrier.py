"""A running message inbox for tests, and what it delivered."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from webapp.ground.http import HttpPeer
from webapp.ports.sms.sandbox import SandboxSms
from webapp.sandbox.inbox.peer import Inbox, Setup

KEY = "a key of the inbox"
# Setting of shops whose carrier is not late on purpose: a busy machine is no reason to give up on a message.
PATIENT = {"loyalty_page_seconds": 10}


@dataclass
class Carrier:
    """The pretend carrier over real HTTP: `url` for the shop, `messages()` and `fault()` for the test."""

    inbox: Inbox
    http: HttpPeer

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.inbox.url

    def sender(self) -> SandboxSms:
        """The shop's adapter, connected to it."""
        return SandboxSms(self.http, api_key=KEY)

    def messages(self) -> list[dict[str, Any]]:
        """Every message, newest first."""
        found: list[dict[str, Any]] = self.http.request("GET", "/_messages.json").json()["messages"]
        return found

    def code(self) -> str:
        """The code in the newest message."""
        found: list[str] = re.findall(r"#(\d{6})$", self.messages()[0]["text"])
        return found[0]

    def link(self) -> str:
        """The path of the address in the newest message."""
        found: list[str] = re.findall(r"https?://[^/]+(/\S+)$", self.messages()[0]["text"])
        return found[0]

    def fault(self, kind: str, **more: Any) -> None:
        """Let it misbehave, once unless told otherwise."""
        fault = {"route": "messages.create", "kind": kind, **more}
        assert self.http.request("POST", "/_faults", json_body=fault).status == 201

    def forget(self) -> None:
        """As new."""
        self.inbox.box.reset()
        self.inbox.faults.clear()


@contextmanager
def carrier() -> Iterator[Carrier]:
    """One for the length of the block."""
    inbox = Inbox(Setup(api_key=KEY))
    inbox.start()
    http = HttpPeer(inbox.url, allowed_hosts=frozenset({"127.0.0.1"}))
    try:
        yield Carrier(inbox, http)
    finally:
        http.close()
        inbox.stop()
