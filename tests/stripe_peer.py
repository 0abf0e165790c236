"""Starts Stripe's stand-in: localstripe in its own process (never imported: GPL), our front before it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from webapp.ground.http import Answer, HttpPeer
from webapp.ports.payment.stripe import StripePayment
from webapp.sandbox.stripe.events import HEADER, signature
from webapp.sandbox.stripe.peer import Peer, Setup

KEY, ACCOUNT = "sk_test_pretended0key", "acct_pretended"
SECRETS = ("whsec_pretended_new", "whsec_pretended_old")
LOCALSTRIPE = Path(sys.executable).with_name("localstripe")


@contextmanager
def localstripe(port: int) -> Iterator[str]:
    """It listens on all interfaces and writes one file in the temp directory, which `--from-scratch` never reads."""
    command = [str(LOCALSTRIPE), "--from-scratch", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + 20
        while not _answers(url):
            assert process.poll() is None, "localstripe did not start"
            assert time.monotonic() < ends, "localstripe did not answer in time"
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v1/customers", headers={"Authorization": "Bearer sk_test_front"}).is_success
    except httpx.HTTPError:
        return False


class StripePeer:
    """A running stand-in: `provider()` for the shop's side, `act` for the payer's, `ledger` for the truth."""

    def __init__(self, peer: Peer) -> None:
        """`peer`: started already."""
        self.peer, self.url = peer, peer.url
        self.http = HttpPeer(peer.url, allowed_hosts=frozenset({"127.0.0.1"}))

    def provider(self, *, key: str = KEY, manual: bool = False, page_origin: str = "") -> StripePayment:
        """The shop's adapter."""
        return StripePayment(
            self.http,
            secret_key=key,
            webhook_secrets=SECRETS,
            account=ACCOUNT,
            livemode=False,
            manual=manual,
            page_origin=page_origin or self.url,
        )

    def act(self, session_id: str, action: str, page: str = "") -> Answer:
        """Press a button of the hosted page: pay, decline, secure, close, cancel; `page="/bank"`: yes or no."""
        field = "answer" if page else "action"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        content = f"{field}={action}".encode()
        return self.http.request("POST", f"/pay/{session_id}{page}", content=content, headers=headers, deadline_s=10)

    def fault(self, route: str, kind: str, **fields: Any) -> None:
        """Let the next request on this route go wrong, such as `fault("sessions.create", "hang_after")`."""
        answer = self.http.request("POST", "/_faults", json_body={"route": route, "kind": kind, **fields})
        assert answer.status == 201, answer.body

    def sessions(self) -> list[dict[str, Any]]:
        """Every session, its payment and charge in full."""
        found: list[dict[str, Any]] = self.peer.sessions.everything()
        return found

    def events(self, kind: str = "") -> list[bytes]:
        """The bodies of the events of a kind, oldest first."""
        return [one["body"].encode() for one in self.peer.events.listed() if one["kind"].startswith(kind)]


def signed(body: bytes, stamp: float, secrets: tuple[str, ...] = SECRETS) -> dict[str, str]:
    """The header Stripe would send with this body."""
    return {HEADER: signature(secrets, int(stamp), body)}


@contextmanager
def stripe_peer(upstream: str, *, now: Callable[[], float] = time.time) -> Iterator[StripePeer]:
    """A stand-in for the length of the block; events wait for a test to deliver them."""
    setup = Setup(upstream, api_key=KEY, account=ACCOUNT, webhook_secrets=SECRETS, first_wait_s=0.05, now=now)
    peer = Peer(setup)
    peer.start()
    running = StripePeer(peer)
    try:
        yield running
    finally:
        running.http.close()
        peer.stop()
