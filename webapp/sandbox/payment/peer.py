"""The peer put together: one server, one file, one thread for callbacks."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from webapp.sandbox.faults import Faults
from webapp.sandbox.payment.api import Api
from webapp.sandbox.payment.bank import Bank
from webapp.sandbox.payment.callbacks import Dispatcher, Target
from webapp.sandbox.payment.desk import Desk
from webapp.sandbox.payment.hosted import HostedPage
from webapp.sandbox.payment.ledger import Ledger
from webapp.sandbox.payment.objects import Identity
from webapp.sandbox.wire import Routes, Server


@dataclass(frozen=True)
class Setup:
    """How one peer is set up.

    Attributes:
        host, port: where it listens; port 0 takes a free one.
        state: SQLite file, or `:memory:`.
        api_key: bearer key the shop shows.
        webhook_url: where callbacks go; empty keeps them waiting.
        webhook_secrets: one signature is made with each.
        account: the account id in every object.
        public_url: address payers reach the pages by; empty means `http://host:port`.
        first_wait_s: seconds before a refused callback is sent again, doubled each time.
        now: unix seconds.
    """

    host: str = "127.0.0.1"
    port: int = 0
    state: str = ":memory:"
    api_key: str = "sandbox-key"
    webhook_url: str = ""
    webhook_secrets: tuple[str, ...] = ("sandbox-secret",)
    account: str = "acct_sandbox"
    public_url: str = ""
    first_wait_s: float = 1.0
    now: Callable[[], float] = time.time


class Peer:
    """A running provider."""

    def __init__(self, setup: Setup) -> None:
        """Bind the address. Raises OSError when it is taken."""
        self._ledger = Ledger(setup.state)
        routes, self.faults = Routes(), Faults()
        try:
            self._server = Server(setup.host, setup.port, routes, self.faults)
        except OSError:
            self._ledger.close()
            raise
        self.url = self._server.url
        self.target = Target(setup.webhook_url, setup.webhook_secrets, first_wait_s=setup.first_wait_s)
        wake = threading.Event()
        identity = Identity(setup.account, setup.public_url.rstrip("/") or self.url)
        self.bank = Bank(self._ledger, identity, setup.now, wake.set)
        self._dispatcher = Dispatcher(self._ledger, self.target, wake, self.bank.expire_due)
        Api(self.bank, setup.api_key, setup.now).routes(routes)
        HostedPage(self.bank).routes(routes)
        Desk(self.bank, self.target, self.faults, self._dispatcher.forget_everything).routes(routes)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="payment-peer", daemon=True
        )

    def start(self) -> None:
        """Serve, in threads of its own."""
        self._thread.start()
        self._dispatcher.start()

    def stop(self) -> None:
        """Stop serving and sending; the file keeps everything."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._dispatcher.end()
        self._thread.join()
        self._ledger.close()
