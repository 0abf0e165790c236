"""The shop's side of the peer: JSON under `/v1`, opened by a bearer key (documented in OpenAPI with the tests)."""

import hmac
from collections.abc import Callable

from webapp.sandbox.payment.bank import Bank
from webapp.sandbox.payment.wanted import read_period, read_refund, read_session
from webapp.sandbox.wire import Refused, Request, Response, Routes, View, as_json

PAGE = 500


class Api:
    """Seven calls, all of them safe to repeat."""

    def __init__(self, bank: Bank, api_key: str, now: Callable[[], float]) -> None:
        """`api_key`: the bearer key the shop must show."""
        self._bank, self._key, self._now = bank, api_key, now

    def routes(self, routes: Routes) -> None:
        """Add the calls, named as faults name them."""
        routes.add("sessions.create", "POST", "/v1/sessions", self._guarded(self._create))
        routes.add("sessions.find", "GET", "/v1/sessions", self._guarded(self._find))
        routes.add("sessions.get", "GET", "/v1/sessions/([^/]+)", self._guarded(self._get))
        routes.add("sessions.expire", "POST", "/v1/sessions/([^/]+)/expire", self._guarded(self._expire))
        routes.add("refunds.create", "POST", "/v1/refunds", self._guarded(self._refund))
        routes.add("refunds.find", "GET", "/v1/refunds", self._guarded(self._refunds))
        routes.add("movements.find", "GET", "/v1/movements", self._guarded(self._movements))

    def _guarded(self, view: View) -> View:
        def answer(request: Request, *arguments: str) -> Response:
            shown = request.headers.get("authorization", "").encode("utf-8", "replace")
            if not hmac.compare_digest(shown, f"Bearer {self._key}".encode()):
                raise Refused(401, "credentials", "The key is missing or wrong.")
            return view(request, *arguments)

        return answer

    def _create(self, request: Request) -> Response:
        return as_json(self._bank.open(read_session(request, self._now())))

    def _find(self, request: Request) -> Response:
        return as_json({"sessions": self._bank.by_key(request.query.get("key", ""))})

    def _get(self, _request: Request, session_id: str) -> Response:
        return as_json(self._bank.session(session_id))

    def _expire(self, _request: Request, session_id: str) -> Response:
        return as_json(self._bank.expire(session_id))

    def _refund(self, request: Request) -> Response:
        return as_json(self._bank.refund(read_refund(request)))

    def _refunds(self, request: Request) -> Response:
        return as_json({"refunds": self._bank.refunds_of(request.query.get("capture", ""))})

    def _movements(self, request: Request) -> Response:
        since, until, after = read_period(request.query)
        found, after_these = self._bank.movements(since, until, after, PAGE)
        return as_json({"movements": found, "next": None if after_these is None else str(after_these)})
