"""Checkout Sessions: what localstripe does not have."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

from webapp.sandbox.stripe.events import Events
from webapp.sandbox.stripe.upstream import Upstream
from webapp.sandbox.wire import Refused

SHORTEST_S, LONGEST_S, LEAST = 1800, 86400, 50
KNOWN = {"mode", "payment_method_types", "line_items", "client_reference_id", "metadata", "payment_intent_data",
         "success_url", "cancel_url", "expires_at", "locale", "customer_email", "expand"}  # fmt: skip


def wrong(message: str, *, param: str = "", code: str = "", status: int = 400) -> Refused:
    """A refusal in Stripe's own shape."""
    error = {"type": "invalid_request_error", "message": message, "param": param or None}
    if code:
        error["code"] = code
    return Refused(status, code or "invalid", body={"error": error})


class Sessions:
    """All sessions of one account."""

    def __init__(
        self, upstream: Upstream, events: Events, page_url: Callable[[], str], now: Callable[[], float]
    ) -> None:
        """`page_url`: address of the hosted pages. `now`: unix seconds."""
        self._upstream, self._events, self._page_url, self._now = upstream, events, page_url, now
        self._all: dict[str, dict[str, Any]] = {}
        self.disputed: set[str] = set()
        self.lock = threading.RLock()

    def create(self, wish: dict[str, Any]) -> dict[str, Any]:
        """A new session, judged as strictly as Stripe judges it."""
        unknown = set(wish) - KNOWN
        if unknown:
            raise wrong(f"Received unknown parameter: {min(unknown)}", param=min(unknown), code="parameter_unknown")
        line = wish.get("line_items", {}).get("0", {})
        price = line.get("price_data", {})
        amount = int(price.get("unit_amount", 0)) * int(line.get("quantity", 0))
        if wish.get("mode") != "payment" or not price.get("product_data", {}).get("name"):
            raise wrong("Missing required param: line_items.", param="line_items", code="parameter_missing")
        if amount < LEAST:
            raise wrong("The total amount due is too small.", code="amount_too_small")
        now, ends = int(self._now()), int(wish.get("expires_at", self._now() + LONGEST_S))
        if not SHORTEST_S <= ends - now <= LONGEST_S:
            raise wrong("The expires_at timestamp must be 30 minutes to 24 hours from creation.", param="expires_at")
        session_id = "cs_test_" + secrets.token_hex(24)
        session = {
            "id": session_id, "object": "checkout.session", "amount_total": amount, "amount_subtotal": amount,
            "currency": price["currency"], "client_reference_id": wish.get("client_reference_id"),
            "metadata": wish.get("metadata", {}), "livemode": False, "status": "open", "payment_status": "unpaid",
            "payment_intent": None, "url": f"{self._page_url()}/pay/{session_id}", "created": now, "expires_at": ends,
            "success_url": wish["success_url"], "cancel_url": wish["cancel_url"], "locale": wish.get("locale"),
            "customer_email": wish.get("customer_email"), "mode": "payment",
        }  # fmt: skip
        intended = wish.get("payment_intent_data", {})
        hidden = {"name": price["product_data"]["name"], "manual": intended.get("capture_method") == "manual",
                  "metadata": intended.get("metadata", {}), "refused": False}  # fmt: skip
        with self.lock:
            self._all[session_id] = {"shown": session, "hidden": hidden}
        return session

    def kept(self, session_id: str) -> dict[str, Any]:
        """A session and what Stripe would not show of it; its time is over when it is."""
        with self.lock:
            found = self._all.get(session_id)
            if found is None:
                raise wrong(f"No such checkout.session: '{session_id}'", code="resource_missing", status=404)
            if found["shown"]["status"] == "open" and found["shown"]["expires_at"] <= self._now():
                self._expired(found["shown"])
            return found

    def shown(self, session_id: str, *, whole: bool = False) -> dict[str, Any]:
        """A session as the API shows it; `whole`: with its payment and charge in full."""
        session: dict[str, Any] = dict(self.kept(session_id)["shown"])
        session["url"] = session["url"] if session["status"] == "open" else None
        if whole and session["payment_intent"]:
            session["payment_intent"] = self.intent(session["payment_intent"])
        return session

    def listed(self, since: float, after: str, limit: int) -> dict[str, Any]:
        """A page of them, newest first."""
        with self.lock:
            rows = [one["shown"] for one in reversed(self._all.values()) if one["shown"]["created"] >= since]
        ids = [row["id"] for row in rows]
        rows = rows[ids.index(after) + 1 :] if after in ids else rows
        return {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit, "url": "/v1/checkout/sessions"}

    def expire(self, session_id: str) -> dict[str, Any]:
        """Nobody can pay it any more."""
        with self.lock:
            session: dict[str, Any] = self.kept(session_id)["shown"]
            if session["status"] != "open":
                raise wrong('Only Checkout Sessions with a status in ["open"] can be expired.')
            self._expired(session)
        return self.shown(session_id)

    def _expired(self, session: dict[str, Any]) -> None:
        session["status"] = "expired"
        self._events.happened("checkout.session.expired", dict(session))

    def pay(self, session_id: str, choice: str) -> str:
        """The payer's card: `pay`, `decline`, `secure`. `done`, `refused`, `secure` (asks the bank), `over`."""
        with self.lock:
            found = self.kept(session_id)
            session, hidden = found["shown"], found["hidden"]
            if session["status"] != "open":
                return "over"
            fields = {
                "amount": session["amount_total"], "currency": session["currency"], "confirm": "true",
                "payment_method": self._upstream.card(choice), "metadata": hidden["metadata"],
                "capture_method": "manual" if hidden["manual"] else "automatic",
            }  # fmt: skip
            intent = self._upstream.act("/v1/payment_intents", fields)
            session["payment_intent"] = intent["id"]
            return self._became(found, intent)

    def answer_bank(self, session_id: str, *, yes: bool) -> str:
        """The payer's answer to the bank's question; as `pay`."""
        with self.lock:
            found = self.kept(session_id)
            intent = self._upstream.intent(found["shown"]["payment_intent"] or "pi_none")
            if found["shown"]["status"] != "open" or intent["status"] != "requires_action":
                return "over"
            fields = {"client_secret": intent["client_secret"], "success": "true" if yes else "false"}
            path = f"/v1/payment_intents/{intent['id']}/_authenticate"
            return self._became(found, self._upstream.act(path, fields))

    def _became(self, found: dict[str, Any], intent: Any) -> str:
        session, status = found["shown"], intent["status"]
        if status == "requires_action":
            return "secure"
        if status not in {"succeeded", "requires_capture"}:
            found["hidden"]["refused"] = True
            self._events.happened("payment_intent.payment_failed", self.intent(intent["id"]))
            return "refused"
        session["status"] = "complete"
        session["payment_status"] = "paid" if status == "succeeded" else "unpaid"
        self._events.happened("checkout.session.completed", dict(session))
        return "done"

    def intent(self, intent_id: str) -> dict[str, Any]:
        """A payment in full, with what localstripe leaves out of charges."""
        intent: dict[str, Any] = self._upstream.intent(intent_id)
        if isinstance(intent.get("latest_charge"), dict):
            intent["latest_charge"] = self.charge(intent["latest_charge"], intent)
        return intent

    def charge(self, charge: dict[str, Any], intent: dict[str, Any]) -> dict[str, Any]:
        """A charge as Stripe shows it."""
        taken = charge["amount"] if charge["captured"] and intent["status"] != "canceled" else 0
        about = {"amount_captured": taken, "payment_intent": intent["id"], "metadata": intent["metadata"]}
        return {**charge, **about, "disputed": charge["id"] in self.disputed}

    def settled(self, intent_id: str) -> None:
        """A payment was captured: the session that led to it is paid."""
        with self.lock:
            for one in self._all.values():
                if one["shown"]["payment_intent"] == intent_id:
                    one["shown"]["payment_status"] = "paid"

    def charges(self) -> list[dict[str, Any]]:
        """Every charge, with what Stripe kept of it."""
        with self.lock:
            intents = [one["shown"]["payment_intent"] for one in self._all.values() if one["shown"]["payment_intent"]]
        found = [charge for one in intents if isinstance(charge := self.intent(one).get("latest_charge"), dict)]
        return [
            {**charge, "balance_transaction": {"object": "balance_transaction", "fee": _fee(charge["amount_captured"])}}
            for charge in found
        ]

    def of_charge(self, charge_id: str) -> dict[str, Any]:
        """The charge of this id, or 404."""
        found = next((charge for charge in self.charges() if charge["id"] == charge_id), None)
        if found is None:
            raise wrong(f"No such charge: '{charge_id}'", param="charge", code="resource_missing", status=404)
        return found

    def everything(self) -> list[dict[str, Any]]:
        """Every session with its payment in full, for the ledger."""
        return [self.shown(one, whole=True) for one in list(self._all)]


def _fee(amount: int) -> int:
    """What Stripe keeps of a European card: 1.5 % and a quarter."""
    return round(amount * 0.015) + 25 if amount else 0
