"""Starts the payment sandbox inside a test, on a free port, and speaks to it as the shop and as the payer."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from webapp.ground.http import Answer, HttpPeer
from webapp.ports.payment.port import StartPayment, attempt_key
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.sandbox.faults import Faults
from webapp.sandbox.payment.peer import Peer, Setup
from webapp.sandbox.wire import Request, Response, Routes, Server

API_KEY = "key-for-tests"
SECRETS = ("whsec-new", "whsec-old")


class PaymentPeer:
    """A running sandbox: `url`, `provider()` for the shop's side, `post`/`get` for the payer's and tester's."""

    def __init__(self, peer: Peer) -> None:
        """`peer`: already started."""
        self.peer, self.url = peer, peer.url
        self.http = HttpPeer(peer.url, allowed_hosts=frozenset({"127.0.0.1"}))

    def provider(self, *, api_key: str = API_KEY) -> SandboxPayment:
        """The shop's adapter, connected to this peer."""
        return SandboxPayment(self.http, api_key=api_key, webhook_secrets=SECRETS, page_origin=self.url)

    def form(self, path: str, fields: str) -> Answer:
        """Post a form of the hosted page, such as `form("/pay/ses_1", "action=pay")`."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.http.request("POST", path, content=fields.encode(), headers=headers, deadline_s=10)

    def act(self, provider_ref: str, action: str) -> Answer:
        """Press a button of the hosted page: pay, decline, confirm, close, twice, cancel."""
        return self.form(f"/pay/{provider_ref}", f"action={action}")

    def settings(self, **fields: Any) -> None:
        """Set how new sessions behave: timing, late_s, capture, skew_s, webhook_url."""
        assert self.http.request("POST", "/_settings", json_body=fields).ok

    def fault(self, route: str, kind: str, **fields: Any) -> None:
        """Let the next request on this route go wrong, such as `fault("sessions.create", "hang_after")`."""
        answer = self.http.request("POST", "/_faults", json_body={"route": route, "kind": kind, **fields})
        assert answer.status == 201, answer.body

    def behave(self) -> None:
        """Forget all faults."""
        assert self.http.request("DELETE", "/_faults").ok

    def ledger(self) -> Any:
        """Everything the provider knows."""
        return self.http.request("GET", "/_ledger.json").json()


@contextmanager
def payment_peer(
    webhook_url: str = "", *, state: str = ":memory:", setup: Setup | None = None
) -> Iterator[PaymentPeer]:
    """A sandbox for the length of the block; callbacks go to `webhook_url` and are repeated quickly."""
    base = setup or Setup(api_key=API_KEY, webhook_secrets=SECRETS, first_wait_s=0.05)
    peer = Peer(replace(base, webhook_url=webhook_url, state=state))
    peer.start()
    running = PaymentPeer(peer)
    try:
        yield running
    finally:
        running.http.close()
        peer.stop()


def a_payment(reference: str = "order-1", attempt_number: int = 1, **changes: Any) -> StartPayment:
    """A valid wish to be paid 24.50 EUR."""
    wish = StartPayment(
        key=attempt_key(reference, attempt_number),
        reference=reference,
        attempt_number=attempt_number,
        amount=2450,
        currency="EUR",
        description="Order 214 · Table 12",
        return_url="http://127.0.0.1:9/pay/abc/return",
        cancel_url="http://127.0.0.1:9/pay/abc/cancel",
        expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=15),
        language="fr",
        metadata={"merchant": "Crêperie du Port"},
    )
    return replace(wish, **changes)


@dataclass
class Receiver:
    """A shop that keeps every callback; `statuses` are its next answers, 200 once they are used up."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def take(self, request: Request) -> Response:
        """Keep one callback."""
        self.requests.append(request)
        return Response(self.statuses.pop(0) if self.statuses else 200)

    def kinds(self) -> list[str]:
        """The kinds received, in order."""
        return [request.json()["kind"] for request in self.requests]


@contextmanager
def callback_receiver() -> Iterator[Receiver]:
    """A real HTTP server for callbacks, for the length of the block."""
    receiver, routes = Receiver(), Routes()
    routes.add("callback", "POST", "/callbacks/payment/sandbox", receiver.take)
    server = Server("127.0.0.1", 0, routes, Faults())
    receiver.url = f"http://127.0.0.1:{server.server_port}/callbacks/payment/sandbox"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def until(happened: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait for another thread's effect; fails when it does not come."""
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)
