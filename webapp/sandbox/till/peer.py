"""The pretend till put together: the shop's calls, its page with buttons, and its signed callbacks."""

import hashlib
import hmac
import http.client
import json
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webapp.sandbox.desk import Desk
from webapp.sandbox.faults import Faults
from webapp.sandbox.till.book import Book, moment
from webapp.sandbox.wire import Refused, Request, Response, Routes, Server, as_json, see_other

SIGNATURE = "till-signature"
TOLERANCE_S = 300
ANSWER_SECONDS = 10.0
WANTED = {"reference": str, "attempt_number": int, "number": str, "description": str, "amount": int, "currency": str,
          "expires_at": str, "lines": list}  # fmt: skip


@dataclass(frozen=True)
class Setup:
    """How one till is set up. `callback`: the shop's address for it; "" and it says nothing. `now`: unix seconds."""

    host: str = "127.0.0.1"
    port: int = 0
    state: str = ":memory:"
    account: str = "till"
    callback: str = ""
    secrets: tuple[str, ...] = ("till-secret",)
    now: Callable[[], float] = time.time


def signature(secret: str, stamp: int, told: bytes) -> str:
    """The header over `<stamp>.<told>`."""
    return f"t={stamp},v1={hmac.new(secret.encode(), str(stamp).encode() + b'.' + told, hashlib.sha256).hexdigest()}"


class Peer:
    """A running till."""

    def __init__(self, setup: Setup) -> None:
        """Bind the address. Raises OSError when it is taken."""
        self.setup, self.callback = setup, setup.callback
        self.book, self.faults, routes = Book(setup.state), Faults(), Routes()
        self.book.account = setup.account
        self._routes(routes)
        Desk(
            self.book, self.faults, pages=Path(__file__).with_name("pages"),
            ledger=lambda _book: self.book.everything(), sow=lambda _book, _document: None, seed_file=None,
        ).routes(routes)  # fmt: skip
        try:
            self._server = Server(setup.host, setup.port, routes, self.faults)
        except OSError:
            self.book.close()
            raise
        self.url = self._server.url
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="till", daemon=True)

    def start(self) -> None:
        """Answer, in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; the file keeps everything."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.book.close()

    def _routes(self, routes: Routes) -> None:
        routes.add("orders.put", "PUT", "/orders/([^/]+)", self._guarded(self._take))
        routes.add("orders.get", "GET", "/orders/([^/]+)", self._guarded(self._show))
        routes.add("orders.cancel", "POST", "/orders/([^/]+)/cancel", self._guarded(self._cancel))
        routes.add("refunds.create", "POST", "/payments/([^/]+)/refunds", self._guarded(self._refund))
        routes.add("refunds.find", "GET", "/payments/([^/]+)/refunds", self._guarded(self._refunds))
        movements = self._guarded(self._movements)
        routes.add("movements", "GET", r"/movements/(\d{1,11})/(\d{1,11})/(\d{1,9})", movements)
        routes.add("_press", "POST", "/press", self._press)

    def _guarded(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def answer(request: Request, *arguments: str) -> Response:
            found = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", request.headers.get(SIGNATURE, ""))
            if found is None:
                raise Refused(401, "credentials", "The signature is missing.")
            told = f"{request.method} {request.path}\n".encode() + request.body
            right = [signature(one, int(found[1]), told) for one in self.setup.secrets]
            if not any(hmac.compare_digest(one, found[0]) for one in right):
                raise Refused(401, "credentials", "The signature is wrong.")
            if abs(self.setup.now() - int(found[1])) > TOLERANCE_S:
                raise Refused(401, "credentials", "The signature is too old, or of the future.")
            return view(request, *arguments)

        return answer

    def _take(self, request: Request, key: str) -> Response:
        body = request.json()
        if {name: type(value) for name, value in body.items()} != WANTED or body["amount"] <= 0:
            raise Refused(400, "bad_order", "A field is missing, unknown or of the wrong kind.")
        self.book.take(key, body, self.setup.now())
        return as_json(self.book.show(key))

    def _show(self, _request: Request, key: str) -> Response:
        return as_json(self.book.show(key))

    def _cancel(self, _request: Request, key: str) -> Response:
        self.book.cancel(key)
        return as_json(self.book.show(key))

    def _refund(self, request: Request, payment: str) -> Response:
        body = request.json()
        key, amount = body.get("key"), body.get("amount")
        if not isinstance(key, str) or not isinstance(amount, int) or isinstance(amount, bool):
            raise Refused(400, "bad_refund", "Say a key and an amount.")
        self.book.give_back(payment, key, amount, self.setup.now())
        return as_json(next(one for one in self.book.refunds(payment) if one["key"] == key))

    def _refunds(self, _request: Request, payment: str) -> Response:
        return as_json({"refunds": self.book.refunds(payment)})

    def _movements(self, _request: Request, since: str, until: str, after: str) -> Response:
        return as_json(self.book.movements(int(since), int(until), int(after)))

    def _press(self, request: Request) -> Response:
        fields = request.form()
        self.press(fields.get("key", ""), fields.get("action", ""), silent="silent" in fields)
        return see_other("/")

    def press(self, key: str, action: str, *, silent: bool = False) -> None:
        """A button of the till's page: `paid`, `cancelled`, `more` (a wrong sum). `silent`: the shop is not told."""
        if action not in {"paid", "more", "cancelled"}:
            raise Refused(400, "unknown_action", "Use one of the page's own buttons.")
        if action == "cancelled":
            self.book.cancel(key)
        else:
            self.book.pay(key, self.setup.now(), more=100 if action == "more" else 0)
        if not silent:
            self.tell(key, f"order.{'cancelled' if action == 'cancelled' else 'paid'}")

    def tell(self, key: str, kind: str) -> None:
        """Call the shop back once; what it answered is in the ledger."""
        body = self.event(key, kind)
        event = json.loads(body)["id"]
        answer = self._post(body) if self.callback else "nobody to call"
        with self.book.transaction() as db:
            db.execute("INSERT INTO called VALUES (?, ?, ?, ?, ?)", (event, key, kind, body.decode(), answer))

    def event(self, key: str, kind: str) -> bytes:
        """The body of a callback."""
        order: dict[str, Any] = self.book.show(key)
        told = {name: order[name] for name in ("id", "reference", "attempt_number", "state")}
        head = {"id": f"evt_{secrets.token_hex(12)}", "kind": kind, "created_at": moment(self.setup.now())}
        return json.dumps({**head, "account": self.setup.account, "livemode": False, "session": told}).encode()

    def _post(self, body: bytes) -> str:
        parts = urlsplit(self.callback)
        line = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = line(parts.netloc, timeout=ANSWER_SECONDS)
        mark = signature(self.setup.secrets[0], int(self.setup.now()), body)
        try:
            connection.request("POST", parts.path, body, {SIGNATURE: mark, "Content-Type": "application/json"})
            return str(connection.getresponse().status)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()
