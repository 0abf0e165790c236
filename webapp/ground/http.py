"""The only door to the outside: every call of ours to another server leaves through here.

Total deadline, capped body, no redirects, an allow-list of hosts fixed at deployment (invariants G14, X3).
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from webapp.ground.deadline import Deadline, DeadlineTransport

MAX_BODY = 1024 * 1024
CONNECT_SECONDS = 2.0
USER_AGENT = "passe-plat"
PATH_SAFE = "/%:@!$&'()*+,;=?~-._"
NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


class CallFailed(Exception):
    """The call gave no usable answer; the subclass says whether it may have acted."""


class Unreachable(CallFailed):
    """No connection was made: the other side cannot have acted."""


class NoAnswer(CallFailed):
    """The request may have been received, but no whole answer came: the outcome is unknown."""


class NotJson(ValueError):
    """The answer's body is not JSON of the expected kind."""


@dataclass(frozen=True)
class Answer:
    """A complete answer: any status, at most `MAX_BODY` bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            NotJson: when it is not JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise NotJson("the answer is not JSON") from error


class HttpPeer:
    """One outside server, reached with a shared pool of connections."""

    def __init__(
        self,
        base_url: str,
        *,
        allowed_hosts: frozenset[str],
        headers: Mapping[str, str] | None = None,
        private: bool = False,
    ) -> None:
        """A server of the operator's choice.

        Args:
            base_url: address with any prefix.
            allowed_hosts: entries `host` or `host:port`.
            headers: sent with every request.
            private: let a host *name* resolve to a private address; an IP address on the list is always taken.

        Raises:
            ValueError: when the host is not on the list (X3: no outside address is taken from data).
        """
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not {parts.netloc, parts.hostname or ""} & allowed_hosts:
            raise ValueError(f"host not allowed: {parts.hostname!r}")
        self.base_url = base_url.rstrip("/")
        self._headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **(headers or {})}
        self._private = private
        self._deadline = Deadline()
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def _open(self) -> httpx.Client:
        # Made on first use, after gunicorn has forked: sockets must not be shared between workers.
        with self._lock:
            if self._client is None:
                transport = DeadlineTransport(
                    self._deadline, private=self._private, secure=self.base_url.startswith("https:")
                )
                self._client = httpx.Client(transport=transport, follow_redirects=False, trust_env=False)
            return self._client

    def close(self) -> None:
        """Close the pool; a later request opens a new one."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json_body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float = 2.5,
    ) -> Answer:
        """Send one request and read its whole answer within `deadline_s` seconds in all.

        Args:
            method: HTTP method.
            path: path below the base address, already percent-encoded where it holds data.
            query: parameters, encoded here (a `+` becomes `%2B`).
            json_body: value sent as JSON, also with DELETE.
            content: raw bytes sent as they are instead (`Content-Type` then comes with `headers`).
            headers: further headers; those of the answer have lower-case names.
            deadline_s: seconds from now until the last byte must be here.

        Raises:
            Unreachable: no connection, or a request that could not be written at all.
            NoAnswer: anything later: timeout, reset, body too large, deadline passed.
        """
        body = json.dumps(json_body, separators=(",", ":")).encode() if json_body is not None else content
        if body is None and method in {"POST", "PUT", "PATCH"}:
            body = b""
        sent = {**self._headers, **(headers or {})}
        if json_body is not None:
            sent["Content-Type"] = "application/json"
        connect = min(CONNECT_SECONDS, deadline_s)
        timeout = httpx.Timeout(deadline_s, connect=connect, pool=connect)
        try:
            with (
                self._deadline.of(deadline_s),
                self._open().stream(
                    method, self._address(path, query), headers=sent, content=body, timeout=timeout
                ) as response,
            ):
                return self._read(response)
        except (*NOTHING_SENT, UnicodeError) as error:  # a key typed with an accent is no header anybody can send
            raise Unreachable(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error

    def _address(self, path: str, query: Mapping[str, str | int] | None) -> str:
        encoded = quote(path, safe=PATH_SAFE)
        if query:
            encoded += ("&" if "?" in encoded else "?") + urlencode(query, quote_via=quote)
        return self.base_url + encoded

    def _read(self, response: httpx.Response) -> Answer:
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_BODY:
                raise NoAnswer("answer too large")
            # Bytes that never stop coming keep every single wait short; only the sum of them ends.
            self._deadline.left(httpx.ReadTimeout)
            chunks.append(chunk)
        return Answer(response.status_code, dict(response.headers), b"".join(chunks))
