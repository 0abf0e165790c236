"""One merchant's account at Stripe: hosted Checkout, nothing of a card ever near us."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import stripe

from webapp.ground.http import HttpPeer
from webapp.ports.payment.port import (
    DINER_DEADLINE_S,
    WORKER_DEADLINE_S,
    Movement,
    Notice,
    PaymentFact,
    PaymentRefused,
    PaymentUnavailable,
    RefundFact,
    Started,
    StartPayment,
)
from webapp.ports.payment.stripe import books, notices
from webapp.ports.payment.stripe.failures import acting, asking
from webapp.ports.payment.stripe.shapes import fact_of, intent_of, refund_of, text
from webapp.ports.payment.stripe.transport import PeerClient
from webapp.ports.payment.stripe.wish import session_wish

EXPANDED = ["payment_intent.latest_charge"]
PAGES = 10
CLOCKS_APART = timedelta(minutes=10)
# What the library would tell about this machine is nobody's business.
stripe.enable_telemetry = False


class StripePayment:
    """A `PaymentProvider` and `AccountProvider` that `KeepsBooks`."""

    name = "stripe"

    def __init__(
        self,
        peer: HttpPeer,
        *,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        account: str,
        livemode: bool,
        manual: bool,
        page_origin: str,
    ) -> None:
        """`peer`: the API. `manual`: authorise now, capture when the kitchen accepts. The rest: see the port."""
        self.account, self.livemode, self.manual = account, livemode, manual
        self.page_origin = page_origin.rstrip("/")
        self._secrets = webhook_secrets
        self._wire = PeerClient(peer)
        addresses: Any = {"api": peer.base_url}
        client = stripe.StripeClient(
            secret_key, base_addresses=addresses, http_client=self._wire, max_network_retries=0
        )
        self._api = client.v1

    def start(self, wanted: StartPayment, *, deadline_s: float = DINER_DEADLINE_S) -> Started:
        """See `PaymentProvider.start`; a page outside `page_origin` counts as no usable answer (X4)."""
        with acting(), self._wire.within(deadline_s):
            made = self._api.checkout.sessions.create(
                session_wish(wanted, manual=self.manual), {"idempotency_key": wanted.key}
            )
            url = text(plain(made), "url", 2000)
            parts = urlsplit(url)
            if f"{parts.scheme}://{parts.netloc}" != self.page_origin:
                raise ValueError("the page is on another host")
            return Started(text(plain(made), "id"), url, wanted.expires_at)

    def look_up(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.look_up`."""
        with asking(), self._wire.within(deadline_s):
            return fact_of(self._read(provider_ref), self.account)

    def _read(self, provider_ref: str) -> Any:
        return plain(self._api.checkout.sessions.retrieve(provider_ref, {"expand": EXPANDED}))

    def find(
        self, key: str, *, since: datetime | None = None, deadline_s: float = DINER_DEADLINE_S
    ) -> PaymentFact | None:
        """See `PaymentProvider.find`; Stripe cannot search for a key, so its list since then is read through."""
        with asking(), self._wire.within(deadline_s):
            after = ""
            for _page in range(PAGES):
                page = self._page(since, after)
                rows = page["data"]
                mine = next((row for row in rows if row.get("client_reference_id") == key), None)
                if mine is not None:
                    return fact_of(self._read(text(mine, "id")), self.account)
                if not page["has_more"] or not rows:
                    return None
                after = text(rows[-1], "id")
        # Saying "never heard of it" here could give up a page that is still being paid.
        raise PaymentUnavailable("too many sessions to read through")

    def _page(self, since: datetime | None, after: str) -> Any:
        asked: Any = {"limit": 100}
        if since is not None:
            asked["created"] = {"gte": int((since - CLOCKS_APART).timestamp())}
        if after:
            asked["starting_after"] = after
        return plain(self._api.checkout.sessions.list(asked))

    def close(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.close`; money that is authorised only is let go."""
        try:
            with acting(), self._wire.within(deadline_s):
                self._api.checkout.sessions.expire(provider_ref)
        except PaymentRefused as refusal:
            if refusal.code in {"credentials", "http_403", "unknown_session"}:
                raise
        fact = self.look_up(provider_ref, deadline_s=deadline_s)
        if fact.state == "authorized":
            return self.void(provider_ref, f"void-{fact.key}", deadline_s=deadline_s)
        return fact

    def capture(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.capture`."""
        with acting(), self._wire.within(deadline_s):
            session = self._read(provider_ref)
            if fact_of(session, self.account).state == "authorized":
                self._decided(self._api.payment_intents.capture, intent_of(session), key)
            return fact_of(self._read(provider_ref), self.account)

    def void(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.void`."""
        with acting(), self._wire.within(deadline_s):
            session = self._read(provider_ref)
            if fact_of(session, self.account).state == "authorized":
                self._decided(self._api.payment_intents.cancel, intent_of(session), key)
            return fact_of(self._read(provider_ref), self.account)

    def _decided(self, decide: Any, intent: str, key: str) -> None:
        """Capture or cancel; that somebody else was faster is told by the object, which is read again."""
        try:
            decide(intent, options={"idempotency_key": key})
        except stripe.InvalidRequestError as error:
            if error.code != "payment_intent_unexpected_state":
                raise

    def refund(self, capture_id: str, amount: int, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> RefundFact:
        """See `PaymentProvider.refund`."""
        with acting(), self._wire.within(deadline_s):
            made = self._api.refunds.create(
                {"charge": capture_id, "amount": amount, "metadata": {"key": key}}, {"idempotency_key": key}
            )
            return refund_of(plain(made))

    def refunds_of(self, capture_id: str, *, deadline_s: float = WORKER_DEADLINE_S) -> tuple[RefundFact, ...]:
        """See `PaymentProvider.refunds_of`."""
        with asking(), self._wire.within(deadline_s):
            found = plain(self._api.refunds.list({"charge": capture_id, "limit": 100}))
            if found["has_more"]:
                raise ValueError("more refunds than one order has lines")
            return tuple(refund_of(one) for one in reversed(found["data"]))

    def movements(
        self, since: datetime, until: datetime, *, deadline_s: float = WORKER_DEADLINE_S
    ) -> tuple[Movement, ...]:
        """See `KeepsBooks.movements`; what does not carry our reference is left out, see `books`."""
        return books.movements(self._api, self._wire, since, until, deadline_s)

    def check(self, *, deadline_s: float = WORKER_DEADLINE_S) -> str:
        """See `AccountProvider.check`."""
        with asking(), self._wire.within(deadline_s):
            return text(plain(self._api.accounts.retrieve_current()), "id")

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """See `PaymentProvider.read_notice`."""
        notices.check_signature(self._secrets, headers, body, now.astimezone(UTC))
        return notices.read_content(body)


def plain(answer: Any) -> Any:
    """The library's object as plain data."""
    return answer.to_dict()
