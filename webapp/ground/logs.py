"""Logs: one JSON line per event, from which personal data and secrets are kept out by construction (invariant D4).

Two fences. Only keys on a list of known harmless names keep their value at all; and inside the values that stay,
whatever looks like a number to call, a mail address, a key or a query is cut out.
"""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

Event = MutableMapping[str, Any]

HIDDEN = "[hidden]"
LONGEST = 400
HIGHEST = 100_000_000  # nine digits and more may be somebody's number

ALLOWED = frozenset({
    "event", "level", "timestamp", "logger", "request", "method", "route", "status", "ms", "bytes",
    "mode", "merchant", "store", "table", "sku", "language", "catalogue", "version", "migration",
    "order", "number", "attempt", "attempts", "state", "before", "after", "amount", "currency", "lines", "quantity",
    "provider", "programme", "peer", "outcome", "reason", "problem", "error", "where", "kind", "topic", "row",
    "depth", "age_s", "delay_s", "next_try_s", "seconds", "count", "rows", "rejected", "added", "removed",
    "process", "pid", "worker", "signal", "host", "port", "step", "done", "parked", "channel", "wording",
    "setting", "command", "alert",
})  # fmt: skip

SUSPECT = re.compile(
    r"""
    [\w.+%-]+@[\w-]+(?:\.[\w-]+)+                 # a mail address
    | \?[^\s"']+                                  # the query of an address
    | \b(?:bearer|basic)\s+\S+                    # a credential in a header
    | \+?\d(?:[\s().\-/]{0,2}\d){6,}              # seven digits and more, however they are spaced
    | \b(?!(?-i:[a-z]{1,15}(?:[_-][a-z]{1,15})+\b))  # (plain words joined by hyphens may stay)
      [A-Za-z0-9_\-+/=]{20,}                      # a token, a key, a signature
    """,
    re.VERBOSE | re.IGNORECASE,
)


def scrub(text: str) -> str:
    """`text` (cut to 400 signs) without anything that looks like a number, an address, a query or a token."""
    return SUSPECT.sub(HIDDEN, text[:LONGEST])


def _clean(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < HIGHEST else HIDDEN
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(part) for part in value]
    return HIDDEN


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """A structlog processor: hides the value of every key that is not known to be harmless, scrubs the others."""
    return {key: _clean(value) if key in ALLOWED else HIDDEN for key, value in event.items()}


def place_of(error: BaseException) -> str:
    """Where `error` was raised, as `file:line in function` for the last three frames: never its words or values."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-3:]))


def _name_error(_logger: Any, _method: str, event: Event) -> Event:
    """Turn `exc_info` into the error's kind and place; its message may quote what a diner typed."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event["error"] = type(error).__name__
        event["where"] = place_of(error)
    return event


class Foreign(logging.Handler):
    """Brings what libraries log through the same fences; their arguments are not even looked at."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say the record's fixed words, the kind and place of its error, and nothing else."""
        log = structlog.get_logger()
        error = record.exc_info[1] if record.exc_info else None
        log.log(record.levelno, str(record.msg), logger=record.name, exc_info=error)


def configure(*, level: str = "INFO", readable: bool = False, stream: TextIO | None = None) -> None:
    """Set up logging for this process.

    Args:
        level: the least that is written: DEBUG, INFO, WARNING or ERROR.
        readable: one short line for a person instead of JSON (demo).
        stream: where lines go; the standard output when None.
    """
    least = logging.getLevelNamesMapping()[level]
    renderer: Callable[..., Any] = _line if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _name_error,
            redact,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: structlog.PrintLogger(stream or sys.stdout),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [Foreign()]
    root.setLevel(max(least, logging.WARNING))


def _line(_logger: Any, _method: str, event: Event) -> str:
    moment, level, said = event.pop("timestamp", ""), event.pop("level", ""), event.pop("event", "")
    facts = " ".join(f"{key}={value}" for key, value in event.items() if value not in {"", None})
    return f"{str(moment)[11:19]} {level:<7} {said}  {facts}".rstrip()


def get() -> Any:
    """The logger: `logs.get().info("payment confirmed", order=number, outcome="paid")`; keys outside `ALLOWED` hide."""
    return structlog.get_logger()


def begin(**context: Any) -> None:
    """Forget the last request's context and start a new one, e.g. `begin(request=id, method="GET", route="menu")`."""
    clear_contextvars()
    bind_contextvars(**context)
