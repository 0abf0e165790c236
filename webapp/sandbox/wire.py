"""A small HTTP server on the standard library that can also misbehave on request (see `faults`)."""

import json
import os
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from webapp.sandbox.faults import Fault, Faults

MAX_BODY = 256 * 1024
PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class Refused(Exception):
    """A request answered with an error; changes nothing."""

    def __init__(self, status: int, code: str, message: str = "", *, body: Any = None) -> None:
        """`status`: HTTP status; `code`: stable word for programs; `message`: sentence for people.

        `body`: the answer in a vendor's own shape, instead of the usual one.
        """
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code
        self.body = {"error": {"code": self.code, "message": self.message}} if body is None else body


@dataclass(frozen=True)
class Request:
    """One request, read whole; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object, or 400."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "not_json", "The body is not JSON.") from error
        if not isinstance(value, dict):
            raise Refused(400, "not_an_object", "The body is not a JSON object.")
        return value

    def form(self) -> dict[str, str]:
        """The body as form fields; the last of a repeated name counts."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def as_page(html: str, status: int = 200) -> Response:
    """An answer for people, under a strict policy."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": PAGE_POLICY}
    return Response(status, html.encode(), headers)


def as_style(css: bytes) -> Response:
    """A stylesheet."""
    return Response(200, css, {"Content-Type": "text/css; charset=utf-8", "Cache-Control": "max-age=60"})


def see_other(address: str) -> Response:
    """On to another page."""
    return Response(303, b"", {"Location": address})


View = Callable[..., Response]


class Routes:
    """Named routes; a pattern's groups become the view's arguments."""

    def __init__(self) -> None:
        """No routes yet."""
        self._routes: list[tuple[str, str, re.Pattern[str], View]] = []

    def add(self, name: str, method: str, pattern: str, view: View) -> None:
        """`name`: what faults call this route; `pattern`: regular expression over the whole path."""
        self._routes.append((name, method, re.compile(pattern), view))

    def find(self, request: Request) -> tuple[str, Callable[[], Response]]:
        """The route's name and the call that answers.

        Raises:
            Refused: 404 for an unknown path, 405 for an unknown method.
        """
        known = False
        for name, method, pattern, view in self._routes:
            found = pattern.fullmatch(request.path)
            if found is None:
                continue
            known = True
            if method == request.method:
                arguments = [unquote(group) for group in found.groups()]
                return name, lambda view=view, arguments=arguments: view(request, *arguments)
        raise Refused(405, "method_not_allowed") if known else Refused(404, "not_found", "There is nothing here.")


class Server(ThreadingHTTPServer):
    """Serves `routes` on one address, one thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, routes: Routes, faults: Faults) -> None:
        """Bind at once; `port` 0 takes a free one. Raises OSError when the address is taken."""
        self.routes, self.faults = routes, faults
        self.given: dict[str, Response] = {}  # the last answer to each question, for a stale one
        self.stopping = threading.Event()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without the name look-up of the standard library, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address it listens on."""
        host = f"[{self.server_name}]" if ":" in self.server_name else self.server_name
        return f"http://{host}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that hangs up is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's own name
        """Nothing is logged: addresses hold session ids."""

    def _serve(self) -> None:
        fault: Fault | None = None
        try:
            request = self._read()
            name, answer = self.server.routes.find(request)
            fault = self.server.faults.take(name)
            if fault is not None and not fault.after and fault.kind != "stale":
                self._misbehave(fault, answer)
                return
            response = answer()
        except Refused as refusal:
            response = as_json(refusal.body, refusal.status)
        if fault is not None and fault.kind == "stale":
            self._write(self.server.given.get(self.path, response))
        elif fault is not None:
            self._misbehave(fault, lambda: response)
        else:
            if self.command == "GET":
                self.server.given[self.path] = response
            self._write(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815 - names of the standard library

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            raise Refused(413, "too_large", "The body is too large or has no length.")
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Request(self.command, parts.path, query, headers, body)

    def _write(self, response: Response) -> None:
        # Referrer and cache: the address of a payment page is nobody else's business.
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        headers |= {**response.headers, "Content-Length": str(len(response.body))}
        if self.close_connection:
            headers["Connection"] = "close"
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        body = b"" if self.command == "HEAD" else response.body
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def _misbehave(self, fault: Fault, answer: Callable[[], Response]) -> None:
        self.close_connection = True
        if fault.kind in {"hang", "slow"}:
            self.server.stopping.wait(fault.seconds)
        if fault.kind == "slow":
            self._write(answer())
        elif fault.kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        elif fault.kind == "drip":
            self._drip(fault.seconds)
        elif fault.kind != "hang":
            status, kind, body = fault.spoiled
            self._write(Response(status, body, {"Content-Type": kind}))

    def _drip(self, seconds: float) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(int(seconds / 0.1)):
            self.wfile.write(b" ")
            if self.server.stopping.wait(0.1):
                return
