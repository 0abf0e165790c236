"""The load: requests made beforehand, sent over kept-open connections; one wrong answer ends the run."""

import re
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from webapp.doors.cli.bench.report import Failed

PATIENCE_S = 20.0
TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """One answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def request(
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    form: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """A whole request as bytes. `form`: fields to send as the body."""
    sent = {"Host": "127.0.0.1", "Accept": "text/html", "Accept-Language": "en", **(headers or {})}
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    if body or method == "POST":
        sent["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Line:
    """One kept-open connection to a port of this machine."""

    def __init__(self, port: int) -> None:
        """`port`: on the loopback address; this generator speaks to nobody else."""
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, message: bytes) -> Answer:
        """Send one request and read its whole answer; a connection the server has closed meanwhile is opened again."""
        for last in (False, True):
            try:
                return self._ask(message)
            except (OSError, EOFError) as error:
                self.close()
                if last:
                    raise Failed(f"no answer: {type(error).__name__}") from error
        raise AssertionError("unreachable")

    def _ask(self, message: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(message)
        held = b""
        while (end := held.find(b"\r\n\r\n")) < 0:
            held += self._more()
        status, _, rest = held[:end].decode("latin-1").partition("\r\n")
        headers = {}
        for row in rest.split("\r\n"):
            name, _, value = row.partition(": ")
            headers[name.lower()] = value
        parts, missing = [held[end + 4 :]], int(headers.get("content-length", "0")) - (len(held) - end - 4)
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(status.split(" ", 2)[1]), headers, b"".join(parts))

    def _more(self) -> bytes:
        assert self._socket is not None  # noqa: S101 -- opened before anything is read
        piece = self._socket.recv(262_144)
        if not piece:
            raise EOFError
        return piece

    def close(self) -> None:
        """Close it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def drive(port: int, messages: Sequence[bytes], *, status: int | set[int], lines: int = 4) -> float:
    """Send every message over `lines` connections at once; the seconds it took.

    Raises:
        Failed: at the first answer that has not this `status`, or none of these.
    """
    wanted = {status} if isinstance(status, int) else status
    failures: list[str] = []

    def work(share: Sequence[bytes]) -> None:
        line = Line(port)
        for message in share:
            if failures:
                break
            try:
                answer = line.ask(message)
            except Failed as failed:
                failures.append(str(failed))
                break
            if answer.status not in wanted:
                failures.append(f"status {answer.status} in place of {status} for {message.split(b' HTTP')[0]!r}")
        line.close()

    threads = [threading.Thread(target=work, args=(messages[start::lines],)) for start in range(lines)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise Failed(failures[0])
    return time.perf_counter() - began


@dataclass
class Browser:
    """A browser without a screen: cookies, the form token of the last page, and where it was sent."""

    line: Line
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    location: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)  # headers of every request

    @property
    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str, status: int = 200) -> Answer:
        """Fetch a page."""
        return self._keep(self.line.ask(request("GET", path, {"Cookie": self.cookie, **self.sent})), status, path)

    def post(self, path: str, form: Mapping[str, str], status: int = 303) -> Answer:
        """Send a form with the page's token."""
        message = request("POST", path, {"Cookie": self.cookie, **self.sent}, form={**form, "csrf_token": self.token})
        return self._keep(self.line.ask(message), status, path)

    def _keep(self, answer: Answer, status: int, path: str) -> Answer:
        if answer.status != status:
            raise Failed(f"status {answer.status} in place of {status} for {path}")
        if "set-cookie" in answer.headers:
            name, _, value = answer.headers["set-cookie"].partition("=")
            self.cookies[name] = value.partition(";")[0]
        found = TOKEN.search(answer.body)
        self.token = found[1].decode() if found else self.token
        parts = urlsplit(answer.headers.get("location", ""))
        self.location = parts.path + (f"?{parts.query}" if parts.query else "")
        return answer
