"""The adapter for the sandbox provider (`webapp.sandbox.payment`), over real HTTP like any other vendor's."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from webapp.ground.http import HttpPeer
from webapp.ports.payment import sandbox_answers as shape
from webapp.ports.payment.calls import Read, act, as_content, ask
from webapp.ports.payment.port import (
    DINER_DEADLINE_S,
    WORKER_DEADLINE_S,
    Movement,
    Notice,
    PaymentFact,
    RefundFact,
    Started,
    StartPayment,
)
from webapp.ports.payment.sandbox_notice import check_signature, read_content


class SandboxPayment:
    """One account at the sandbox provider; a `PaymentProvider`."""

    name = "sandbox"
    livemode = False

    def __init__(
        self,
        peer: HttpPeer,
        *,
        api_key: str,
        webhook_secrets: Sequence[str],
        page_origin: str,
        account: str = "acct_sandbox",
    ) -> None:
        """`peer`: the provider's API. `webhook_secrets`: the live ones, at most two. `page_origin`: see the port.

        Raises:
            ValueError: without a secret, or when a secret is empty.
        """
        if not webhook_secrets or not all(webhook_secrets):
            raise ValueError("a webhook secret is missing")
        self.account, self.page_origin = account, page_origin.rstrip("/")
        self._peer, self._secrets = peer, tuple(webhook_secrets)
        self._headers = {"Authorization": f"Bearer {api_key}"}

    def start(self, wanted: StartPayment, *, deadline_s: float = DINER_DEADLINE_S) -> Started:
        """See `PaymentProvider.start`; a page outside `page_origin` counts as no usable answer (X4)."""
        body = asdict(wanted)
        # The sandbox sends no receipts and prints no tickets.
        for unused in ("key", "email", "lines", "number"):
            del body[unused]
        body |= {"expires_at": wanted.expires_at.astimezone(UTC).isoformat(), "metadata": dict(wanted.metadata)}
        return self._act("/v1/sessions", wanted.key, body, self._started, deadline_s)

    def look_up(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.look_up`."""
        return self._ask(f"/v1/sessions/{quote(provider_ref, safe='')}", {}, shape.payment_fact, deadline_s)

    def find(
        self, key: str, *, since: datetime | None = None, deadline_s: float = DINER_DEADLINE_S
    ) -> PaymentFact | None:
        """See `PaymentProvider.find`."""
        del since
        found = self._ask("/v1/sessions", {"key": key}, shape.found_sessions, deadline_s)
        return next((fact for fact in found if fact.key == key), None)

    def close(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.close`."""
        path = f"/v1/sessions/{quote(provider_ref, safe='')}/expire"
        return self._act(path, f"close-{provider_ref}", {}, shape.payment_fact, deadline_s)

    def capture(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.capture`; the sandbox takes money at once, so there is nothing left to take."""
        del key
        return self.look_up(provider_ref, deadline_s=deadline_s)

    def void(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.void`."""
        del key
        return self.close(provider_ref, deadline_s=deadline_s)

    def refund(self, capture_id: str, amount: int, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> RefundFact:
        """See `PaymentProvider.refund`."""
        body = {"capture": capture_id, "amount": amount}
        return self._act("/v1/refunds", key, body, shape.refund_fact, deadline_s)

    def refunds_of(self, capture_id: str, *, deadline_s: float = WORKER_DEADLINE_S) -> tuple[RefundFact, ...]:
        """See `PaymentProvider.refunds_of`."""
        return self._ask("/v1/refunds", {"capture": capture_id}, shape.found_refunds, deadline_s)

    def movements(
        self, since: datetime, until: datetime, *, deadline_s: float = WORKER_DEADLINE_S
    ) -> tuple[Movement, ...]:
        """See `KeepsBooks.movements`."""
        ends = time.monotonic() + deadline_s
        found: list[Movement] = []
        after: str | None = "0"
        while after is not None:
            query = {"since": _utc(since), "until": _utc(until), "after": after}
            page, after = self._ask("/v1/movements", query, shape.movements, ends - time.monotonic())
            found += page
        return tuple(found)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See `PaymentProvider.read_notice`."""
        check_signature(self._secrets, headers, body, now)
        return read_content(body)

    def _started(self, body: Any) -> Started:
        started = shape.started(body)
        parts = urlsplit(started.url)
        if f"{parts.scheme}://{parts.netloc}" != self.page_origin:
            raise ValueError("the page is on another host")
        return started

    def _act(self, path: str, key: str, body: dict[str, Any], reader: Callable[[Any], Read], deadline_s: float) -> Read:
        headers = {**self._headers, "Idempotency-Key": key}
        return act(self._peer, "POST", path, as_content(body), reader, deadline_s, headers=headers)

    def _ask(self, path: str, query: Mapping[str, str], reader: Callable[[Any], Read], deadline_s: float) -> Read:
        return ask(self._peer, path, reader, deadline_s, headers=self._headers, query=query)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
