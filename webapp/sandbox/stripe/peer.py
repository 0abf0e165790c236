"""The front put together: one server, one thread for events, localstripe behind it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from webapp.sandbox.faults import Faults, read_fault
from webapp.sandbox.stripe.api import Api, read_json
from webapp.sandbox.stripe.events import Events
from webapp.sandbox.stripe.page import HostedPage
from webapp.sandbox.stripe.sessions import Sessions
from webapp.sandbox.stripe.upstream import Upstream
from webapp.sandbox.wire import Refused, Request, Response, Routes, Server, as_json


@dataclass(frozen=True)
class Setup:
    """How the front is set up.

    Attributes:
        upstream: localstripe's address.
        host, port: where it listens; port 0 takes a free one.
        api_key, account: the one key it takes, and the account that opens.
        webhook_url: where events go; empty keeps them waiting.
        webhook_secrets: one signature is made with each.
        first_wait_s: seconds before a refused event is sent again, doubled each time.
        now: unix seconds.
    """

    upstream: str
    host: str = "127.0.0.1"
    port: int = 0
    api_key: str = "sk_test_pretended0key"
    account: str = "acct_pretended"
    webhook_url: str = ""
    webhook_secrets: tuple[str, ...] = ("whsec_pretended",)
    first_wait_s: float = 1.0
    now: Callable[[], float] = time.time


class Peer:
    """A running stand-in for Stripe."""

    def __init__(self, setup: Setup) -> None:
        """Bind the address. Raises OSError when it is taken."""
        routes, self.faults = Routes(), Faults()
        self._server = Server(setup.host, setup.port, routes, self.faults)
        self.url = self._server.url
        upstream = Upstream(setup.upstream)
        self.events = Events(setup.webhook_url, setup.webhook_secrets, setup.now, setup.first_wait_s)
        self.sessions = Sessions(upstream, self.events, lambda: self.url, setup.now)
        self.api = Api(upstream, self.sessions, self.events, setup.api_key, setup.account)
        self._desk(routes)
        HostedPage(self.sessions).routes(routes)
        self.api.routes(routes)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="stripe-front", daemon=True
        )

    def _desk(self, routes: Routes) -> None:
        routes.add("_ledger", "GET", "/_ledger.json", lambda _request: as_json(self.ledger()))
        routes.add("_faults", "POST", "/_faults", self._fault)
        routes.add("_faults", "DELETE", "/_faults", self._behave)
        routes.add("_webhook", "POST", "/_webhook", self._webhook)
        routes.add("_dispute", "POST", "/_dispute", lambda request: self.api.dispute(read_json(request)["charge"]))

    def ledger(self) -> dict[str, object]:
        """Everything it knows."""
        return {"sessions": self.sessions.everything(), "events": self.events.listed()}

    def _fault(self, request: Request) -> Response:
        try:
            self.faults.add(read_fault(read_json(request)))
        except ValueError as error:
            raise Refused(400, "bad_fault", str(error)) from error
        return as_json({}, 201)

    def _behave(self, _request: Request) -> Response:
        self.faults.clear()
        return as_json({})

    def _webhook(self, request: Request) -> Response:
        """Where events go from now on: `url`, and `secrets` that sign them."""
        fields = read_json(request)
        self.events.url = str(fields.get("url", ""))
        self.events.live = tuple(fields.get("secrets", self.events.live))
        return as_json({})

    def start(self) -> None:
        """Serve, in threads of its own."""
        self._thread.start()
        self.events.start()

    def stop(self) -> None:
        """Stop serving and sending."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self.events.end()
        self._thread.join()
