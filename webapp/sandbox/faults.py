"""What the peer can be told to do wrong: per route, for a number of requests, before or after acting."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

KINDS = ("hang", "slow", "drip", "reset", "error", "html", "malformed", "wrong_shape", "huge", "stale")


@dataclass(frozen=True)
class Fault:
    """One way to misbehave.

    Attributes:
        route: the route's name, such as `sessions.create`, or `*`.
        kind: one of `KINDS`; `stale` gives a question the answer it got last time.
        after: act first, then misbehave; otherwise the request has no effect (`slow` acts in both cases).
        count: how many requests it spoils.
        seconds: how long `hang`, `slow` and `drip` last.
        status: the status of `error`.
    """

    route: str
    kind: str
    after: bool = False
    count: int = 1
    seconds: float = 30.0
    status: int = 500

    def as_json(self) -> dict[str, Any]:
        """The fault as `/_faults` shows it."""
        return asdict(self)

    @property
    def spoiled(self) -> tuple[int, str, bytes]:
        """Status, content type and body of the kinds that answer something."""
        return {
            "error": (self.status, "text/plain", b"internal error"),
            "html": (200, "text/html", b"<!doctype html><title>Gateway</title><h1>Please wait</h1>"),
            "malformed": (200, "application/json", b'{"id": "ses_'),
            "wrong_shape": (200, "application/json", b'{"id": 7, "captures": "none", "amount": "12.00"}'),
            "huge": (200, "application/json", b'{"x": "' + b"x" * (2 * 1024 * 1024) + b'"}'),
        }[self.kind]


def read_fault(fields: Mapping[str, Any]) -> Fault:
    """The fault these JSON fields describe; `kind` may end in `_after` or `_before` for short.

    Raises:
        ValueError: on an unknown field, kind or a number out of range.
    """
    values = dict(fields)
    kind = str(values.get("kind", ""))
    if kind.endswith(("_after", "_before")):
        kind, _, moment = kind.rpartition("_")
        values |= {"kind": kind, "after": moment == "after"}
    try:
        fault = Fault(**values)
    except TypeError as error:
        raise ValueError("unknown or missing field") from error
    numbers = (fault.count, fault.seconds, fault.status)
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        raise ValueError("count, seconds and status are numbers")
    if kind not in KINDS or fault.count < 1 or not 0 <= fault.seconds <= 600 or not 400 <= fault.status <= 599:
        raise ValueError("unknown kind, or a number out of range")
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

    def waiting(self) -> list[Fault]:
        """What is still to happen."""
        with self._lock:
            return list(self._waiting)

    def take(self, route: str) -> Fault | None:
        """The fault for a request on this route, counted down; the desk's own routes (`_…`) never fail."""
        if route.startswith("_"):
            return None
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.route in {route, "*"}:
                    if fault.count == 1:
                        del self._waiting[index]
                    else:
                        self._waiting[index] = replace(fault, count=fault.count - 1)
                    return fault
        return None
