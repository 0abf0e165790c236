"""Sends one request with the merchant's token and turns every way of failing into one of the port's errors."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from webapp.ground.http import Answer, HttpPeer, NoAnswer, Unreachable
from webapp.ports.loyalty.errors import NotFound, OutcomeUnknown, Unavailable
from webapp.ports.loyalty.pongo import answers, bodies

LEAST_TIME_S = 0.05


class Wire:
    """One merchant's way to the vendor. The token goes into the header of each request and nowhere else."""

    def __init__(self, peer: HttpPeer, token: str | None) -> None:
        """`token`: None before the merchant is connected."""
        self._peer = peer
        self._token = token

    def send(
        self,
        method: str,
        path: str,
        deadline_s: float,
        *,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send, whatever the status of the answer.

        Raises:
            Unavailable: nothing was sent.
            OutcomeUnknown: sent, without a whole answer in time.
        """
        headers = {"Authorization": f"Bearer {self._token}"} if self._token is not None else {}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if deadline_s < LEAST_TIME_S:
            raise Unavailable("no time left")
        try:
            return self._peer.request(
                method, path, query=query, content=content, headers=headers, deadline_s=deadline_s
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
    ) -> Any:
        """Send JSON and return the JSON of a success, None when it has no body.

        Raises:
            LoyaltyError: for anything else.
        """
        content = None if body is None else bodies.written(body)
        return answers.content(self.send(method, path, deadline_s, content=content, query=query))


def path_to(template: str, **parts: str) -> str:
    """A route with ids filled in, each kept within its own segment.

    Raises:
        NotFound: an id that no address can hold.
    """
    if any(value in {"", ".", ".."} for value in parts.values()):
        raise NotFound("no such id")
    return template.format(**{name: quote(value, safe="") for name, value in parts.items()})
