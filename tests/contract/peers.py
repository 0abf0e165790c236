"""HTTP peers for contract tests: one that records and answers as told, one that misbehaves on the bare socket."""

import contextlib
import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.http import CLIENT


@dataclass(frozen=True)
class Reply:
    """An answer to give."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Reply":
        """`value` as JSON."""
        return cls(status, json.dumps(value).encode())


@dataclass(frozen=True)
class Seen:
    """A request that arrived, and what was answered."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Its body as JSON."""
        return json.loads(self.body)


Answerer = Callable[[Seen], Reply]


def always(reply: Reply) -> Answerer:
    """The same answer to everything."""
    return lambda _request: reply


@dataclass
class RecordingPeer:
    """A server that keeps every request it got, with the answer it gave."""

    url: str
    answer: Answerer
    seen: list[tuple[Seen, Reply]] = field(default_factory=list)

    @property
    def requests(self) -> list[Seen]:
        """The requests alone."""
        return [request for request, _ in self.seen]


@contextmanager
def recording_peer(answer: Answerer) -> Iterator[RecordingPeer]:
    """A peer on a free port; `answer` may be replaced while it runs."""
    peer = RecordingPeer("", answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body leave in two writes

        def _handle(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.title(): value for name, value in self.headers.items()}
            request = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
            reply = peer.answer(request)
            peer.seen.append((request, reply))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # a client that has read enough hangs up
                self.wfile.write(reply.body)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._handle
            raise AttributeError(name)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    with _serving(server):
        yield peer


def forwarding(base_url: str) -> Answerer:
    """Pass every request on to another server and its answer back."""

    def answer(request: Seen) -> Reply:
        headers = {name: value for name, value in request.headers.items() if name not in {"Host", "Connection"}}
        got = CLIENT.request(
            request.method, base_url + request.path, params=request.query, headers=headers, content=request.body
        )
        return Reply(got.status_code, got.content, {"Content-Type": got.headers.get("Content-Type", "text/plain")})

    return answer


Script = Callable[[socket.socket], None]


@contextmanager
def raw_peer(script: Script) -> Iterator[str]:
    """A server that reads one request's head and then lets `script` do what it likes with the socket."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.recv(65536)
                script(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    with _serving(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"


def drip_head(wire: socket.socket) -> None:
    """A header line that never ends, a byte at a time."""
    wire.sendall(HEAD)
    _drip(wire, b"x")


def drip_body(wire: socket.socket) -> None:
    """A body of a thousand bytes, a byte at a time."""
    wire.sendall(HEAD + b"\r\n")
    _drip(wire, b" ")


def _drip(wire: socket.socket, drop: bytes) -> None:
    for _ in range(100):
        wire.sendall(drop)
        time.sleep(0.05)


def hang(wire: socket.socket) -> None:
    """Never answer, for five seconds."""
    wire.settimeout(5)
    wire.recv(1)


def reset(wire: socket.socket) -> None:
    """Cut the line instead of answering."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def cut_short(wire: socket.socket) -> None:
    """Announce a thousand bytes, send seven, hang up."""
    wire.sendall(HEAD + b"\r\n" + b'{"id": ')


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
