"""One call to a payment peer that answers in JSON, else which of the port's three troubles it was (G14)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from webapp.ground.http import Answer, HttpPeer, NoAnswer, Unreachable
from webapp.ports.payment import sandbox_answers as shape
from webapp.ports.payment.port import PaymentOutcomeUnknown, PaymentRefused, PaymentUnavailable

Read = TypeVar("Read")
NOTHING_DONE = {408, 425, 429, 503}


def as_content(body: Mapping[str, Any]) -> bytes:
    """A body as it is sent, and signed."""
    return json.dumps(body, separators=(",", ":")).encode()


def act(
    peer: HttpPeer,
    method: str,
    path: str,
    content: bytes,
    reader: Callable[[Any], Read],
    deadline_s: float,
    *,
    headers: Mapping[str, str],
) -> Read:
    """Ask the peer to do something; what `reader` makes of its answer.

    Raises:
        PaymentUnavailable: nothing happened there.
        PaymentOutcomeUnknown: it may have acted.
        PaymentRefused: it said no.
    """
    sent = {**headers, "Content-Type": "application/json"}
    try:
        answer = peer.request(method, path, content=content, headers=sent, deadline_s=deadline_s)
    except Unreachable as error:
        raise PaymentUnavailable("unreachable") from error
    except NoAnswer as error:
        raise PaymentOutcomeUnknown("no whole answer") from error
    _refuse(answer)
    if not answer.ok:
        raise PaymentOutcomeUnknown(f"status {answer.status}")
    try:
        return shape.read(answer, reader)
    except shape.Misshapen as error:
        raise PaymentOutcomeUnknown("unreadable answer") from error


def ask(
    peer: HttpPeer,
    path: str,
    reader: Callable[[Any], Read],
    deadline_s: float,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
) -> Read:
    """Read something of the peer's, which changes nothing there.

    Raises:
        PaymentUnavailable: no usable answer.
        PaymentRefused: it said no.
    """
    try:
        answer = peer.request("GET", path, query=query, headers=headers, deadline_s=deadline_s)
    except (Unreachable, NoAnswer) as error:
        raise PaymentUnavailable("no whole answer") from error
    _refuse(answer)
    if not answer.ok:
        raise PaymentUnavailable(f"status {answer.status}")
    try:
        return shape.read(answer, reader)
    except shape.Misshapen as error:
        raise PaymentUnavailable("unreadable answer") from error


def _refuse(answer: Answer) -> None:
    if answer.status in NOTHING_DONE:
        raise PaymentUnavailable(f"status {answer.status}")
    if 400 <= answer.status < 500:
        raise PaymentRefused(shape.error_code(answer))
