"""The hosted payment page: a card that pays, one that is declined, one whose bank asks first, and the way back."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.sandbox.stripe.sessions import Sessions
from webapp.sandbox.wire import Refused, Request, Response, Routes, as_page, as_style, see_other

PAGES = Path(__file__).with_name("pages")


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)


class HostedPage:
    """Plain forms; every act is one POST that answers with a redirect."""

    def __init__(self, sessions: Sessions) -> None:
        """`sessions`: where the acts have their effect."""
        self._sessions = sessions

    def routes(self, routes: Routes) -> None:
        """Add the pages, named as faults name them."""
        routes.add("style", "GET", "/style.css", lambda _request: as_style((PAGES / "style.css").read_bytes()))
        routes.add("pay.show", "GET", "/pay/([^/]+)", self._show)
        routes.add("pay.act", "POST", "/pay/([^/]+)", self._act)
        routes.add("pay.bank", "GET", "/pay/([^/]+)/bank", self._bank)
        routes.add("pay.bank", "POST", "/pay/([^/]+)/bank", self._answered)
        routes.add("pay.closed", "GET", "/pay/([^/]+)/closed", self._closed)

    def _page(self, name: str, session_id: str) -> Response:
        found = self._sessions.kept(session_id)
        session: dict[str, Any] = found["shown"]
        amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
        template = _environment().get_template(name)
        return as_page(template.render(s=session, hidden=found["hidden"], amount=amount))

    def _show(self, _request: Request, session_id: str) -> Response:
        return self._page("pay.html", session_id)

    def _bank(self, _request: Request, session_id: str) -> Response:
        return self._page("bank.html", session_id)

    def _closed(self, _request: Request, session_id: str) -> Response:
        return self._page("closed.html", session_id)

    def _act(self, request: Request, session_id: str) -> Response:
        action = request.form().get("action", "")
        if action == "cancel":
            return see_other(self._sessions.kept(session_id)["shown"]["cancel_url"])
        if action not in {"pay", "decline", "secure", "close"}:
            raise Refused(400, "unknown_action", "Choose one of the page's own buttons.")
        became = self._sessions.pay(session_id, "pay" if action == "close" else action)
        if action == "close" and became == "done":
            return see_other(f"/pay/{session_id}/closed")
        return self._onward(session_id, became)

    def _answered(self, request: Request, session_id: str) -> Response:
        yes = request.form().get("answer") == "yes"
        return self._onward(session_id, self._sessions.answer_bank(session_id, yes=yes))

    def _onward(self, session_id: str, became: str) -> Response:
        back = self._sessions.kept(session_id)["shown"]["success_url"]
        here = f"/pay/{session_id}"
        return see_other({"done": back, "secure": f"{here}/bank"}.get(became, here))
