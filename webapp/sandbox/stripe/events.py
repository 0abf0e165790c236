"""Signed events to the shop, sent by a thread of its own and repeated until they get a 2xx."""

import hashlib
import hmac
import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

HEADER = "Stripe-Signature"
ANSWER_SECONDS = 10.0
LONGEST_WAIT_S = 60.0


def signature(live: Sequence[str], stamp: int, body: bytes) -> str:
    """The header's value: `t=<unix seconds>` and one `v1=<hex HMAC-SHA256 of "t.body">` per live secret."""
    signed = str(stamp).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in live]
    return ",".join([f"t={stamp}", *(f"v1={mark}" for mark in marks)])


@dataclass
class Event:
    """One event and what became of it."""

    id: str
    kind: str
    body: bytes
    not_before: float
    attempts: int = 0
    delivered: bool = False
    answers: list[int | str] = field(default_factory=list)


class Events(threading.Thread):
    """Everything that happened, and the thread that tells the shop; `url` "" keeps it all waiting."""

    def __init__(self, url: str, live: Sequence[str], now: Callable[[], float], first_wait_s: float = 1.0) -> None:
        """`live`: one signature is made with each. `now`: unix seconds, for what events say of themselves."""
        super().__init__(name="stripe-events", daemon=True)
        self.url, self.live = url, tuple(live)
        self._now, self._first_wait_s = now, first_wait_s
        self._all: list[Event] = []
        self._wake, self._ended = threading.Event(), threading.Event()

    def happened(self, kind: str, about: dict[str, Any]) -> None:
        """Tell the shop."""
        event_id = "evt_" + secrets.token_hex(12)
        event = {
            "id": event_id, "object": "event", "type": kind, "created": int(self._now()), "livemode": False,
            "api_version": "2026-10-28", "data": {"object": about}, "pending_webhooks": 1, "request": {"id": None},
        }  # fmt: skip
        self._all.append(Event(event_id, kind, json.dumps(event).encode(), time.monotonic()))
        self._wake.set()

    def listed(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return [
            {
                "id": one.id,
                "kind": one.kind,
                "delivered": one.delivered,
                "answers": one.answers,
                "body": one.body.decode(),
            }
            for one in list(self._all)
        ]

    def end(self) -> None:
        """Send no more."""
        self._ended.set()
        self._wake.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """The loop."""
        while not self._ended.is_set():
            for event in list(self._all):
                if self.url and not event.delivered and event.not_before <= time.monotonic():
                    self._send(event)
            self._wake.wait(0.05)
            self._wake.clear()

    def _send(self, event: Event) -> None:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
        stamp = int(self._now())
        headers = {"Content-Type": "application/json", HEADER: signature(self.live, stamp, event.body)}
        answer: int | str
        try:
            connection.request("POST", parts.path, event.body, headers)
            response = connection.getresponse()
            response.read(65536)
            answer = response.status
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        finally:
            connection.close()
        event.answers.append(answer)
        event.delivered = isinstance(answer, int) and 200 <= answer < 300
        wait = min(LONGEST_WAIT_S, self._first_wait_s * 2.0 ** min(event.attempts, 10))
        event.attempts, event.not_before = event.attempts + 1, time.monotonic() + wait
