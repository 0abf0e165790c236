"""The restaurant's own till as a payment provider: the order goes there, is paid there, and the till says so.

It keeps the payment port, because to everything behind the last page a till is one more place that holds the money: the
reconciler asks it, refunds go back to it, its word is read again before anybody acts (M6). The protocol is ours, in
tests/contract/external_pos.openapi.yaml; whoever connects a till writes its other side. Both directions are signed
with HMAC-SHA256 over time, method, path and raw body; two secrets may be live at once.
"""

import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from webapp.ground.clock import Clock
from webapp.ground.http import HttpPeer
from webapp.ports.payment import sandbox_answers as shape
from webapp.ports.payment.calls import Read, act, as_content, ask
from webapp.ports.payment.port import (
    DINER_DEADLINE_S,
    WORKER_DEADLINE_S,
    Movement,
    Notice,
    PaymentFact,
    PaymentRefused,
    RefundFact,
    Started,
    StartPayment,
)
from webapp.ports.payment.sandbox_notice import check_signature, read_content

SIGNATURE_HEADER = "till-signature"
MOST_SECRETS = 2


@dataclass(frozen=True)
class Till:
    """What the operator says of a till; sealed as one JSON text.

    Attributes:
        address: where it listens, on a host the settings allow (X3).
        secrets: that sign both ways, newest first, at most two; ours are made with the newest.
        codes, gifts, vouchers: whether it takes off the shop's codes, rewards that are a dish, rewards that are money.
        calls_back: whether it can say what was paid. One that cannot is left every order for good: it honours nothing
            of ours, and nothing of it is ever money, a receipt or points here.
        books: whether it answers what moved on a day.
    """

    address: str
    secrets: tuple[str, ...]
    codes: bool = False
    gifts: bool = False
    vouchers: bool = False
    calls_back: bool = True
    books: bool = False

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Till({self.address!r})"

    def to_text(self) -> str:
        """For the vault; what is as ever is left out, for the release before these words were known."""
        told = {**self.__dict__, "secrets": list(self.secrets)}
        for name, usual in (("calls_back", True), ("books", False)):
            if told[name] is usual:
                del told[name]
        return json.dumps(told)

    @classmethod
    def from_text(cls, text: str) -> "Till":
        """And back. Raises ValueError when it is not a till."""
        try:
            fields = json.loads(text)
            found = cls(**{**fields, "secrets": tuple(fields["secrets"])})
        except (TypeError, KeyError) as error:
            raise ValueError("not a till") from error
        if not 1 <= len(found.secrets) <= MOST_SECRETS or not all(found.secrets):
            raise ValueError("one secret, or two")
        if not found.calls_back and (found.codes or found.gifts or found.vouchers or found.books):
            raise ValueError("a till that says nothing honours nothing and shows no books")
        return found


def signed(secret: str, stamp: int, method: str, path: str, body: bytes) -> str:
    """The header of a request of ours: over time, method, path and body, see the contract."""
    told = f"{stamp}.{method} {path}\n".encode() + body
    return f"t={stamp},v1={hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()}"


class ExternalPos:
    """One till; a `PaymentProvider`. A session is an order at the till, named by its key."""

    name = "till"

    def __init__(self, peer: HttpPeer, till: Till, clock: Clock, *, account: str, livemode: bool) -> None:
        """`account`: our name of this till, which it repeats in every answer."""
        self.till, self.account, self.livemode = till, account, livemode
        self.page_origin = ""  # a till has no page; the diner waits on one of ours
        self._peer, self._clock = peer, clock

    def start(self, wanted: StartPayment, *, deadline_s: float = DINER_DEADLINE_S) -> Started:
        """Send the order; the same key is the same order there.

        Raises:
            PaymentRefused: `over`, besides the usual: a till that says nothing later says now that it is called off.
        """
        body = {
            "reference": wanted.reference,
            "attempt_number": wanted.attempt_number,
            "number": wanted.number,
            "description": wanted.description,
            "amount": wanted.amount,
            "currency": wanted.currency,
            "expires_at": wanted.expires_at.astimezone(UTC).isoformat(),
            "lines": [{"name": one.name, "quantity": one.quantity, "total": one.total} for one in wanted.lines],
        }
        fact = self._act("PUT", _path(wanted.key), body, shape.payment_fact, deadline_s)
        if not self.till.calls_back and fact.state in {"failed", "expired"}:
            raise PaymentRefused("over")
        return Started(fact.provider_ref, wanted.return_url, wanted.expires_at)

    def look_up(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.look_up`."""
        return self._ask(_path(provider_ref), shape.payment_fact, deadline_s)

    def find(
        self, key: str, *, since: datetime | None = None, deadline_s: float = DINER_DEADLINE_S
    ) -> PaymentFact | None:
        """See `PaymentProvider.find`."""
        del since
        try:
            return self.look_up(key, deadline_s=deadline_s)
        except PaymentRefused as refusal:
            if refusal.code == "unknown_session":
                return None
            raise

    def close(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.close`."""
        return self._act("POST", _path(provider_ref) + "/cancel", {}, shape.payment_fact, deadline_s)

    def capture(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.capture`; a till never only promises."""
        del key
        return self.look_up(provider_ref, deadline_s=deadline_s)

    def void(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.void`."""
        del key
        return self.close(provider_ref, deadline_s=deadline_s)

    def refund(self, capture_id: str, amount: int, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> RefundFact:
        """See `PaymentProvider.refund`."""
        path = f"/payments/{quote(capture_id, safe='')}/refunds"
        return self._act("POST", path, {"key": key, "amount": amount}, shape.refund_fact, deadline_s)

    def refunds_of(self, capture_id: str, *, deadline_s: float = WORKER_DEADLINE_S) -> tuple[RefundFact, ...]:
        """See `PaymentProvider.refunds_of`."""
        return self._ask(f"/payments/{quote(capture_id, safe='')}/refunds", shape.found_refunds, deadline_s)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See `PaymentProvider.read_notice`; signed as "<stamp>.<body>"."""
        check_signature(self.till.secrets, headers, body, now, SIGNATURE_HEADER)
        return read_content(body)

    def _act(
        self, method: str, path: str, body: dict[str, Any], reader: Callable[[Any], Read], deadline_s: float
    ) -> Read:
        content = as_content(body)
        headers = self._signed(method, path, content)
        return act(self._peer, method, path, content, reader, deadline_s, headers=headers)

    def _ask(self, path: str, reader: Callable[[Any], Read], deadline_s: float) -> Read:
        return ask(self._peer, path, reader, deadline_s, headers=self._signed("GET", path, b""))

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        stamp = int(self._clock.now().timestamp())
        return {SIGNATURE_HEADER: signed(self.till.secrets[0], stamp, method, path, body)}


class BookkeepingPos(ExternalPos):
    """A till that also `KeepsBooks`."""

    def movements(
        self, since: datetime, until: datetime, *, deadline_s: float = WORKER_DEADLINE_S
    ) -> tuple[Movement, ...]:
        """See `KeepsBooks.movements`; asked by whole seconds, so that the address alone says everything signed."""
        ends = time.monotonic() + deadline_s
        first, last = math.floor(since.timestamp()), math.ceil(until.timestamp())
        found: list[Movement] = []
        after: str | None = "0"
        while after is not None:
            path = f"/movements/{first}/{last}/{quote(after, safe='')}"
            page, after = self._ask(path, shape.movements, ends - time.monotonic())
            found += [one for one in page if since <= one.at < until]
        return tuple(found)


def external_pos(peer: HttpPeer, till: Till, clock: Clock, *, account: str, livemode: bool) -> ExternalPos:
    """The adapter of a till, with books where it shows them."""
    made = BookkeepingPos if till.books else ExternalPos
    return made(peer, till, clock, account=account, livemode=livemode)


def _path(key: str) -> str:
    return f"/orders/{quote(key, safe='')}"
