"""The message inbox put together: one server, one file."""

import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.sandbox.desk import FaultDesk
from webapp.sandbox.faults import Faults
from webapp.sandbox.inbox.box import BadMessage, Box, masked
from webapp.sandbox.wire import (
    Refused,
    Request,
    Response,
    Routes,
    Server,
    as_json,
    as_page,
    as_style,
    see_other,
)

PAGES = Path(__file__).with_name("pages")
SHOWN = 100


@dataclass(frozen=True)
class Setup:
    """Where it listens (port 0 takes a free one), the file that keeps the messages, the shop's bearer key."""

    host: str = "127.0.0.1"
    port: int = 0
    state: str = ":memory:"
    api_key: str = "sandbox-key"
    now: Callable[[], float] = time.time


class Inbox:
    """A running carrier that delivers to a web page."""

    def __init__(self, setup: Setup) -> None:
        """Bind the address. Raises OSError when it is taken."""
        self._setup, self.box, self.faults = setup, Box(setup.state, setup.now), Faults()
        self._server = Server(setup.host, setup.port, self._routes(), self.faults)
        self.url = self._server.url
        loader = FileSystemLoader(PAGES)
        self._pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="inbox", daemon=True)

    def _routes(self) -> Routes:
        routes = Routes()
        routes.add("messages.create", "POST", "/messages", self._post)
        routes.add("mails.create", "POST", "/mails", self._post_mail)
        routes.add("_page", "GET", "/", self._page)
        routes.add("_style", "GET", "/style.css", lambda _request: as_style((PAGES / "style.css").read_bytes()))
        routes.add("_messages", "GET", "/_messages.json", lambda _: as_json({"messages": self.box.messages()}))
        routes.add("_health", "GET", "/healthz", lambda _request: as_json({"status": "ok"}))
        FaultDesk(self.faults).routes(routes)
        routes.add("_reset", "POST", "/_reset", self._reset)
        return routes

    def start(self) -> None:
        """Serve, in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; the file keeps everything."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.box.close()

    def _post(self, request: Request) -> Response:
        return self._put(request, self.box.put)

    def _post_mail(self, request: Request) -> Response:
        return self._put(request, self.box.put_mail)

    def _put(self, request: Request, put: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> Response:
        shown = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, f"Bearer {self._setup.api_key}".encode()):
            raise Refused(401, "credentials", "The key is missing or wrong.")
        try:
            kept = put(request.headers.get("idempotency-key", ""), request.json())
        except BadMessage as bad:
            raise Refused(409 if bad.code == "key_reused" else 400, bad.code) from bad
        return as_json({"id": kept["id"], "sent_at": kept["sent_at"]})

    def _page(self, _request: Request) -> Response:
        messages = [message | {"masked": masked(message["to"])} for message in self.box.messages(SHOWN)]
        return as_page(self._pages.get_template("inbox.html").render(messages=messages))

    def _reset(self, request: Request) -> Response:
        self.box.reset()
        self.faults.clear()
        return see_other("/") if "form" in request.headers.get("content-type", "") else as_json({"status": "ok"})
