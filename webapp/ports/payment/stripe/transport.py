"""Stripe's library over our own door to the outside: total deadline, capped body, no redirect, allow-list (G14, X3)."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from stripe import HTTPClient

from webapp.ground.http import HttpPeer


class PeerClient(HTTPClient):
    """Sends the library's requests through an `HttpPeer`; `Unreachable` and `NoAnswer` pass through to the adapter."""

    name = "passe-plat"

    def __init__(self, peer: HttpPeer) -> None:
        """`peer`: Stripe's API, or its stand-in."""
        super().__init__()
        self._peer = peer
        self._call = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Every call this thread makes inside takes `seconds` at most."""
        self._call.seconds = seconds
        yield

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One request; see the class."""
        del _usage
        answer = self._peer.request(
            method.upper(),
            url.removeprefix(self._peer.base_url),
            content=post_data.encode() if isinstance(post_data, str) else post_data,
            headers=headers,
            deadline_s=self._call.seconds,
        )
        return answer.body.decode("utf-8", "replace"), answer.status, answer.headers

    def close(self) -> None:
        """Close the pool."""
        self._peer.close()
