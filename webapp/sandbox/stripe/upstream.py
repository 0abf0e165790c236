"""localstripe, a process of its own: payment methods, payments and refunds are its business."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from webapp.sandbox.stripe.forms import flat
from webapp.sandbox.wire import Refused, Request, Response

SECONDS = 10.0
CARDS = {"pay": "4242424242424242", "decline": "4000000000000341", "secure": "4000002760003184"}


class Upstream:
    """Speaks to it with a key of our own."""

    def __init__(self, url: str) -> None:
        """`url`: where it listens."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 8420

    def ask(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Read something.

        Raises:
            Refused: with its own words.
        """
        return self._json("GET", f"{path}?{urlencode(flat(query or {}))}", b"")

    def act(self, path: str, fields: Mapping[str, Any]) -> Any:
        """Change something.

        Raises:
            Refused: with its own words.
        """
        return self._json("POST", path, urlencode(flat(fields)).encode())

    def _json(self, method: str, address: str, body: bytes) -> Any:
        status, answer = self._call(method, address, body)
        value = json.loads(answer)
        if status >= 400:
            raise Refused(status, "upstream", body=value)
        return value

    def passed_on(self, request: Request, query: str) -> Response:
        """A request we do not know, as it came."""
        status, answer = self._call(request.method, f"{request.path}?{query}", request.body)
        return Response(status, answer, {"Content-Type": "application/json"})

    def _call(self, method: str, address: str, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        headers = {"Authorization": "Bearer sk_test_front", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Refused(503, "upstream", "localstripe does not answer") from error
        finally:
            connection.close()

    def card(self, choice: str) -> str:
        """A payment method with the test card of this choice."""
        card = {"number": CARDS[choice], "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        return str(self.act("/v1/payment_methods", {"type": "card", "card": card})["id"])

    def intent(self, intent_id: str) -> Any:
        """A payment with its charge in full."""
        return self.ask(f"/v1/payment_intents/{intent_id}", {"expand": {"0": "latest_charge"}})
