"""What the server can be told to do wrong: per route, for a number of requests, before or after acting."""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, request

from webapp.sandbox.pongo.problems import invalid

KINDS = ("hang", "slow", "drip", "reset", "error", "html", "malformed", "wrong_shape", "huge", "empty")
WRONG_SHAPE = b'{"data": [[], "x", 7, {"points": -5, "id": null, "public_id": {}, "type": [], "external_id": 12}]}'


@dataclass
class Fault:
    """One way to misbehave.

    Attributes:
        route: name of a route such as `orders.create`, or `*` for the whole API.
        kind: one of `KINDS`; `hang` answers nothing, `slow` waits and then behaves.
        after: act first, then misbehave; otherwise the request has no effect (`slow` acts in both cases).
        count: how many requests it spoils.
        seconds: how long `hang`, `slow` and `drip` last.
        status: of `error`; `retry_after` goes with it.
    """

    route: str = "*"
    kind: str = "error"
    after: bool = False
    count: int = 1
    seconds: float = 30.0
    status: int = 500
    retry_after: int | None = None


def read(fields: Any) -> Fault:
    """The fault a JSON object describes; `kind` may end in `_before` or `_after`.

    Raises:
        Problem: 422.
    """
    values = dict(fields) if isinstance(fields, dict) else {}
    kind, _, moment = str(values.get("kind", "")).rpartition("_")
    if moment in {"before", "after"}:
        values |= {"kind": kind, "after": moment == "after"}
    try:
        fault = Fault(**values)
    except TypeError as error:
        raise invalid("fault", "An unknown field.") from error
    if fault.kind not in KINDS:
        raise invalid("kind", f"One of: {', '.join(KINDS)}.")
    return fault


class Faults:
    """The faults still to happen, oldest first."""

    def __init__(self) -> None:
        """None yet."""
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let it happen to the next matching requests."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._waiting.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """What is still to happen."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def take(self, route: str) -> Fault | None:
        """The fault for a request on this route, counted down."""
        with self._lock:
            for fault in self._waiting:
                if fault.route in {route, "*"}:
                    fault.count -= 1
                    if fault.count < 1:
                        self._waiting.remove(fault)
                    return fault
        return None


def suffer(fault: Fault, act: Callable[[], Response]) -> Response:
    """Answer one request the way the fault says."""
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return act()
    real = act() if fault.after else None
    if fault.kind in {"hang", "reset"}:
        return _broken_off(fault.seconds if fault.kind == "hang" else 0)
    if fault.kind == "drip":
        return Response(_drops(real.get_data() if real else b"{}", fault.seconds), mimetype="application/json")
    return _spoiled(fault)


def _spoiled(fault: Fault) -> Response:
    if fault.kind == "error":
        answer = Response(b'{"message": "Spoiled on request."}', fault.status, mimetype="application/json")
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer
    body, kind = {
        "html": (b"<!doctype html><title>Gateway</title><h1>Please wait</h1>", "text/html"),
        "malformed": (b'{"data": {"id": ', "application/json"),
        "wrong_shape": (WRONG_SHAPE, "application/json"),
        "huge": (b'{"data": "' + b"x" * (2 * 1024 * 1024) + b'"}', "application/json"),
        "empty": (b"", "application/json"),
    }[fault.kind]
    return Response(body, 200, content_type=kind)


def _drops(body: bytes, seconds: float) -> Iterator[bytes]:
    # White space around JSON is allowed, so a patient reader still gets a good answer.
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        yield b" "
        time.sleep(0.1)
    yield body


def _broken_off(seconds: float) -> Response:
    wire: socket.socket = request.environ["werkzeug.socket"]
    if seconds:
        time.sleep(seconds)
    # Closing with a linger of zero sends a reset instead of an orderly end. Others still hold the descriptor, so
    # it is pointed elsewhere rather than closed: its number must not be given to another connection meanwhile.
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    nowhere, other_end = socket.socketpair()
    other_end.close()
    with nowhere:
        os.dup2(nowhere.fileno(), wire.fileno())
    raise ConnectionResetError
