"""`python -m webapp.doors.cli.bench.loyalty_stand_in PORT`: a programme that answers in 5 ms, or never.

It speaks just enough of Pongo's contract to be looked up in and reported to. `POST /_hang?on` makes it accept every
call from then on without answering, `POST /_hang?off` ends that; calls with a token beginning with "hang" always hang.
"""

import json
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER_S = 0.005
HANG_S = 30.0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.hanging = threading.Event()

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that went away is the point of a hanging server."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's own name
        """Nothing is logged."""

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path.startswith("/_hang"):
            (self.server.hanging.set if self.path.endswith("on") else self.server.hanging.clear)()
            self._write({})
            return
        if self.server.hanging.is_set() or self.headers.get("Authorization", "").startswith("Bearer hang"):
            time.sleep(HANG_S)
        time.sleep(ANSWER_S)
        if "/customers/" in self.path:
            word = self.path.rpartition("/")[2]
            self._write({"data": {"public_id": f"c{word}", "points": 100, "international_phone_number": word}})
        else:
            self._write({"data": {"id": "ord_1"}})

    do_GET = do_POST = do_PUT = _serve  # noqa: N815 -- names of the standard library

    def _write(self, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


if __name__ == "__main__":
    _Server(int(sys.argv[1])).serve_forever(0.1)
