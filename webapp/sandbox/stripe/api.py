"""The API the shop speaks: Checkout of our own, idempotency and refusals on top of what localstripe does."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from webapp.sandbox.stripe.events import Events
from webapp.sandbox.stripe.forms import flat, nested
from webapp.sandbox.stripe.sessions import Sessions, wrong
from webapp.sandbox.stripe.upstream import Upstream
from webapp.sandbox.wire import Refused, Request, Response, Routes, as_json

SESSION = "/v1/checkout/sessions/([^/]+)"
INTENT = "/v1/payment_intents/([^/]+)"
CANNOT = "This PaymentIntent's status does not allow that."


class Api:
    """Every route checks the key; every POST keeps its idempotency key."""

    def __init__(self, upstream: Upstream, sessions: Sessions, events: Events, api_key: str, account: str) -> None:
        """`api_key`: the only one that opens; `account`: what it opens."""
        self._upstream, self._sessions, self._events = upstream, sessions, events
        self._api_key, self._account = api_key, account
        self._answers: dict[str, tuple[str, Response]] = {}
        self._lock = threading.Lock()

    def routes(self, routes: Routes) -> None:
        """Add them, named as faults name them."""
        self._add(routes, "sessions.create", "POST", "/v1/checkout/sessions", self._create)
        self._add(routes, "sessions.list", "GET", "/v1/checkout/sessions", self._list)
        self._add(routes, "sessions.retrieve", "GET", SESSION, self._retrieve)
        self._add(routes, "sessions.expire", "POST", f"{SESSION}/expire", self._expire)
        self._add(routes, "intents.capture", "POST", f"{INTENT}/capture", self._capture)
        self._add(routes, "intents.cancel", "POST", f"{INTENT}/cancel", self._cancel)
        self._add(routes, "refunds.create", "POST", "/v1/refunds", self._refund)
        self._add(routes, "refunds.list", "GET", "/v1/refunds", self._refunds)
        self._add(routes, "charges.list", "GET", "/v1/charges", self._charges)
        self._add(routes, "account", "GET", "/v1/account", self._who)
        for method in ("GET", "POST", "DELETE"):
            self._add(routes, "rest", method, "/v1/.*", self._passed)

    def _add(self, routes: Routes, name: str, method: str, pattern: str, view: Callable[..., Response]) -> None:
        def guarded(request: Request, *parts: str) -> Response:
            if request.headers.get("authorization") != f"Bearer {self._api_key}":
                error = {"type": "invalid_request_error", "message": "Invalid API Key provided"}
                raise Refused(401, "key", body={"error": error})
            key = request.headers.get("idempotency-key", "")
            if request.method != "POST" or not key:
                return view(request, *parts)
            with self._lock:  # one at a time: two requests with one key are one after the other
                return self._once(key, request, lambda: view(request, *parts))

        routes.add(name, method, pattern, guarded)

    def _once(self, key: str, request: Request, work: Callable[[], Response]) -> Response:
        asked = f"{request.path}\n{request.body.decode('utf-8', 'replace')}"
        known = self._answers.get(key)
        if known is not None and known[0] != asked:
            error = {"type": "idempotency_error", "message": "Keys for idempotent requests can only be used once."}
            raise Refused(400, "key_reused", body={"error": error})
        if known is not None:
            return Response(known[1].status, known[1].body, {**known[1].headers, "Idempotent-Replayed": "true"})
        try:
            answer = work()
        except Refused as refusal:
            answer = as_json(refusal.body, refusal.status)
        self._answers[key] = (asked, answer)
        return answer

    def _create(self, request: Request) -> Response:
        return as_json(self._sessions.create(nested(request.body.decode())))

    def _list(self, request: Request) -> Response:
        since = float(request.query.get("created[gte]", "0"))
        after, limit = request.query.get("starting_after", ""), int(request.query.get("limit", "10"))
        return as_json(self._sessions.listed(since, after, min(100, limit)))

    def _retrieve(self, request: Request, session_id: str) -> Response:
        whole = any(name.startswith("expand") for name in request.query)
        return as_json(self._sessions.shown(session_id, whole=whole))

    def _expire(self, _request: Request, session_id: str) -> Response:
        return as_json(self._sessions.expire(session_id))

    def _decidable(self, intent_id: str) -> None:
        if self._upstream.intent(intent_id)["status"] != "requires_capture":
            raise wrong(CANNOT, code="payment_intent_unexpected_state")

    def _capture(self, _request: Request, intent_id: str) -> Response:
        with self._sessions.lock:
            self._decidable(intent_id)
            self._upstream.act(f"{INTENT_PATH}{intent_id}/capture", {})
            self._sessions.settled(intent_id)
        intent = self._sessions.intent(intent_id)
        self._events.happened("payment_intent.succeeded", intent)
        return as_json(intent)

    def _cancel(self, _request: Request, intent_id: str) -> Response:
        with self._sessions.lock:
            self._decidable(intent_id)
            self._upstream.act(f"{INTENT_PATH}{intent_id}/cancel", {})
        intent = self._sessions.intent(intent_id)
        self._events.happened("payment_intent.canceled", intent)
        return as_json(intent)

    def _refund(self, request: Request) -> Response:
        wish = nested(request.body.decode())
        with self._sessions.lock:
            charge = self._sessions.of_charge(str(wish.get("charge", "")))
            left = charge["amount_captured"] - self._given(charge["id"])
            amount = int(wish.get("amount", left))
            if left <= 0:
                raise wrong("Charge has already been refunded.", code="charge_already_refunded")
            if amount > left:
                raise wrong("Refund amount is greater than unrefunded amount on charge.", param="amount")
            fields = {"charge": charge["id"], "amount": amount, "metadata": wish.get("metadata", {})}
            refund = self._upstream.act("/v1/refunds", fields)
        self._events.happened("charge.refunded", self._sessions.of_charge(charge["id"]))
        self._events.happened("refund.created", refund)
        return as_json(refund)

    def _given(self, charge_id: str) -> int:
        found = self._upstream.ask("/v1/refunds", {"charge": charge_id, "limit": 100})
        return sum(one["amount"] for one in found["data"])

    def _charges(self, request: Request) -> Response:
        return as_json(listed(self._sessions.charges(), request.query, "/v1/charges"))

    def _refunds(self, request: Request) -> Response:
        if "charge" in request.query:
            return self._passed(request)
        found = [
            {**one, "charge": charge, "balance_transaction": {"object": "balance_transaction", "fee": 0}}
            for charge in self._sessions.charges()
            for one in self._upstream.ask("/v1/refunds", {"charge": charge["id"], "limit": 100})["data"]
        ]
        return as_json(listed(found, request.query, "/v1/refunds"))

    def dispute(self, charge_id: str) -> Response:
        """The payer's bank objects."""
        charge = self._sessions.of_charge(charge_id)
        self._sessions.disputed.add(charge_id)
        about: dict[str, Any] = {"id": "du_1", "object": "dispute", "charge": charge_id, "amount": charge["amount"]}
        self._events.happened("charge.dispute.created", about)
        return as_json(about)

    def _who(self, _request: Request) -> Response:
        return as_json({"id": self._account, "object": "account", "country": "FR", "charges_enabled": True})

    def _passed(self, request: Request, *_parts: str) -> Response:
        return self._upstream.passed_on(request, urlencode(flat(request.query)))


def listed(rows: list[dict[str, Any]], query: Mapping[str, str], url: str) -> dict[str, Any]:
    """A page of them, newest first, of the time asked for; references are always shown in full."""
    since, until = float(query.get("created[gte]", "0")), float(query.get("created[lt]", "inf"))
    within = sorted((row for row in rows if since <= row["created"] < until), key=lambda row: -row["created"])
    ids, after, limit = [row["id"] for row in within], query.get("starting_after", ""), int(query.get("limit", "10"))
    within = within[ids.index(after) + 1 :] if after in ids else within
    return {"object": "list", "data": within[:limit], "has_more": len(within) > limit, "url": url}


INTENT_PATH = "/v1/payment_intents/"


def read_json(request: Request) -> dict[str, Any]:
    """The body of a desk request; "" is nothing."""
    return dict(json.loads(request.body or b"{}"))
