"""The hosted payment page: what the payer sees, and the choices of whoever tests."""

import time
from typing import Any

from webapp.sandbox.payment.bank import Bank
from webapp.sandbox.payment.behaviour import CAPTURES, TIMINGS
from webapp.sandbox.payment.show import page, style
from webapp.sandbox.payment.texts import TEXTS, money
from webapp.sandbox.wire import Refused, Request, Response, Routes, as_page, see_other

CALLBACK_PATIENCE_S = 5.0


class HostedPage:
    """Plain forms; every act is one POST that answers with a redirect."""

    def __init__(self, bank: Bank) -> None:
        """`bank`: where the acts have their effect."""
        self._bank = bank

    def routes(self, routes: Routes) -> None:
        """Add the pages, named as faults name them."""
        routes.add("style", "GET", "/style.css", lambda _request: style())
        routes.add("pay.show", "GET", "/pay/([^/]+)", self._show)
        routes.add("pay.act", "POST", "/pay/([^/]+)", self._act)
        routes.add("pay.confirm", "GET", "/pay/([^/]+)/confirm", self._bank_page)
        routes.add("pay.confirm", "POST", "/pay/([^/]+)/confirm", self._bank_answer)
        routes.add("pay.closed", "GET", "/pay/([^/]+)/closed", self._closed)
        routes.add("pay.behaviour", "POST", "/pay/([^/]+)/behaviour", self._behave)

    def _session(self, session_id: str) -> dict[str, Any]:
        return self._bank.session(session_id)

    @staticmethod
    def _render(name: str, session: dict[str, Any], **more: Any) -> Response:
        language = session["language"]
        texts = TEXTS[language]
        merchant = session["metadata"].get("merchant", "Passe-plat")
        amount = money(session["amount"], session["currency"], language)
        words = {key: text.format(amount=amount, merchant=merchant) for key, text in texts.items()}
        html = page(name, t=words, s=session, merchant=merchant, amount=amount, language=language, **more)
        return as_page(html)

    def _show(self, request: Request, session_id: str) -> Response:
        session = self._session(session_id)
        if session["state"] != "open":
            return self._render("over.html", session)
        return self._render("pay.html", session, timings=TIMINGS, captures=CAPTURES, saved="saved" in request.query)

    def _act(self, request: Request, session_id: str) -> Response:
        session = self._session(session_id)
        here = f"/pay/{session_id}"
        match request.form().get("action", ""):
            case "pay":
                return self._paid(self._bank.pay(session_id))
            case "twice":
                return self._paid(self._bank.pay(session_id, times=2))
            case "close":
                paid = self._bank.pay(session_id)
                return see_other(f"{here}/closed" if paid["state"] == "captured" else here)
            case "decline":
                self._bank.refuse(session_id)
                return see_other(here)
            case "confirm":
                return see_other(f"{here}/confirm")
            case "cancel":
                return see_other(session["cancel_url"])
            case _:
                raise Refused(400, "unknown_action", "Choose one of the page's own buttons.")

    def _paid(self, session: dict[str, Any]) -> Response:
        if session["state"] not in {"captured", "authorized"}:
            return see_other(f"/pay/{session['id']}")
        if session["behaviour"]["timing"] == "before_redirect":
            ends = time.monotonic() + CALLBACK_PATIENCE_S
            while self._bank.undelivered(session["id"]) and time.monotonic() < ends:
                time.sleep(0.02)
        return see_other(session["return_url"])

    def _bank_page(self, _request: Request, session_id: str) -> Response:
        session = self._session(session_id)
        if session["state"] != "open":
            return see_other(f"/pay/{session_id}")
        return self._render("bank.html", session)

    def _bank_answer(self, request: Request, session_id: str) -> Response:
        match request.form().get("answer", ""):
            case "yes":
                return self._paid(self._bank.pay(session_id))
            case "no":
                self._bank.refuse(session_id)
                return see_other(f"/pay/{session_id}")
            case _:
                raise Refused(400, "unknown_answer", "Answer yes or no.")

    def _closed(self, _request: Request, session_id: str) -> Response:
        session = self._session(session_id)
        if session["state"] != "captured":
            return see_other(f"/pay/{session_id}")
        return self._render("closed.html", session)

    def _behave(self, request: Request, session_id: str) -> Response:
        self._bank.behave(session_id, request.form())
        return see_other(f"/pay/{session_id}?saved=1#panel")
