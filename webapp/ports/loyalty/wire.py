"""Sends one request with the merchant's credentials and turns every way of failing into one of the port's errors."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from webapp.ground.http import Answer, HttpPeer, NoAnswer, Unreachable
from webapp.ports.loyalty import answers
from webapp.ports.loyalty.errors import NotFound, OutcomeUnknown, Unavailable

LEAST_TIME_S = 0.05


class Wire:
    """One merchant's way to the vendor. Its credentials go into each request and nowhere else."""

    def __init__(
        self, peer: HttpPeer, *, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> None:
        """`headers`, `query`: what every request carries, for instance the merchant's token."""
        self._peer = peer
        self._headers = dict(headers or {})
        self._query = dict(query or {})

    def send(
        self,
        method: str,
        path: str,
        deadline_s: float,
        *,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send, whatever the status of the answer. `query`, `headers`: beside those of every request.

        Raises:
            Unavailable: nothing was sent.
            OutcomeUnknown: sent, without a whole answer in time.
        """
        sent = {**self._headers, **(headers or {})}
        if content is not None:
            sent["Content-Type"] = "application/json"
        asked = {**self._query, **(query or {})}
        if deadline_s < LEAST_TIME_S:
            raise Unavailable("no time left")
        try:
            return self._peer.request(
                method, path, query=asked or None, content=content, headers=sent, deadline_s=deadline_s
            )
        except Unreachable as error:
            raise Unavailable(str(error)) from error
        except NoAnswer as error:
            raise OutcomeUnknown(str(error)) from error

    def call(
        self,
        method: str,
        path: str,
        deadline_s: float,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send JSON and return the JSON of a success, None when it has no body.

        Raises:
            LoyaltyError: for anything else.
        """
        content = None if body is None else written(body)
        return answers.content(self.send(method, path, deadline_s, content=content, query=query, headers=headers))


def written(body: Any) -> bytes:
    """The one way a body becomes bytes."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def path_to(template: str, **parts: str) -> str:
    """A route with ids filled in, each kept within its own segment.

    Raises:
        NotFound: an id that no address can hold.
    """
    if any(value in {"", ".", ".."} for value in parts.values()):
        raise NotFound("no such id")
    return template.format(**{name: quote(value, safe="") for name, value in parts.items()})
