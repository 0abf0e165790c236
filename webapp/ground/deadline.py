"""Connections that keep one total deadline, whatever the other side does (G14), and go only where they may (X3).

A time-out per read is renewed by every byte of a drip; here each wait gets only what is left of the whole.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpcore
import httpx

PIECE = 16 * 1024


class Deadline(threading.local):
    """When the call this thread is making must be over."""

    ends: float = 0.0

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Everything within ends `seconds` from now."""
        self.ends = time.monotonic() + seconds
        yield

    def left(self, error: type[Exception]) -> float:
        """Seconds left, always positive.

        Raises:
            error: when nothing is left.
        """
        left = self.ends - time.monotonic()
        if left <= 0:
            raise error("deadline passed")
        return left


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._stream.read(max_bytes, self._deadline.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], self._deadline.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(httpcore.ConnectTimeout)
        timeout = left if timeout is None else min(left, timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Connector(httpcore.NetworkBackend):
    """Opens connections: resolves once, refuses private addresses behind a public name, keeps the deadline."""

    def __init__(self, deadline: Deadline, *, private: bool) -> None:
        """`private`: whether a name may lead into a private network (an address written as such always may)."""
        self._deadline = deadline
        self._private = private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers, all tries together within `timeout` seconds.

        Raises:
            httpcore.ConnectError: no such name, a private address, nobody listening.
            httpcore.ConnectTimeout: too late.
        """
        ends = time.monotonic() + min(timeout or CONNECT_AT_MOST, self._deadline.left(httpcore.ConnectTimeout))
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        for address in self._addresses(host, port, ends):
            left = ends - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout("deadline passed")
            try:
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int, ends: float) -> list[str]:
        if _is_address(host):
            return [host]
        found = _resolved(host, port, ends)
        if not self._private and host != "localhost" and not all(_is_public(address) for address in found):
            raise httpcore.ConnectError("a private address behind a public name")
        return found


@cache
def authorities() -> ssl.SSLContext:
    """Whom we believe when a server says who it is; read once, for it costs megabytes."""
    return httpx.create_ssl_context()


@cache
def nobody() -> ssl.SSLContext:
    """A context that trusts nobody, for peers reached without TLS; one for all, for each costs half a megabyte."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class DeadlineTransport(httpx.HTTPTransport):
    """An httpx transport whose pool connects through `Connector`.

    httpx 0.28 offers no parameter for the network below its pool, so the pool is replaced; pinned with the lock.
    """

    def __init__(self, deadline: Deadline, *, private: bool, secure: bool) -> None:
        """See `Connector`. `secure`: whether the peer is reached over https."""
        # The bundle of authorities costs megabytes, so it is read only for peers that need it.
        context = authorities() if secure else nobody()
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=32,
            max_keepalive_connections=8,
            keepalive_expiry=10,
            network_backend=Connector(deadline, private=private),
        )


CONNECT_AT_MOST = 2.0


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


def _resolved(host: str, port: int, ends: float) -> list[str]:
    # The system's resolver takes no time-out: a thread waits for it, and is left behind when it is too slow.
    answers: list[str] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        answers.extend(dict.fromkeys(str(row[4][0]) for row in rows))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, ends - time.monotonic()))
    if asking.is_alive():
        raise httpcore.ConnectTimeout("name not resolved in time")
    if not answers:
        raise httpcore.ConnectError("no such name")
    return answers
