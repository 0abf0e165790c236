"""The sandbox provider's JSON, type-checked field by field before anything believes it (G14)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from webapp.ground.http import Answer, NotJson
from webapp.ports.payment.port import Capture, Movement, PaymentFact, PaymentState, RefundFact, RefundState, Started

Read = TypeVar("Read")
# An id is kept in a column of 120 characters; a longer one could never be stored, so it is no id.
LONGEST_ID = 120
LONGEST_KEY = 140
LONGEST_URL = 2000
STATES: dict[str, PaymentState] = {
    "open": "open",
    "authorized": "authorized",
    "captured": "captured",
    "failed": "failed",
    "expired": "expired",
}
MOVED: dict[str, Literal["capture", "refund"]] = {"capture": "capture", "refund": "refund"}
REFUND_STATES: dict[str, RefundState] = {"pending": "pending", "succeeded": "succeeded", "failed": "failed"}


class Misshapen(Exception):
    """The answer is not what the contract says."""


def read(answer: Answer, shape: Callable[[Any], Read]) -> Read:
    """The body as `shape` reads it.

    Raises:
        Misshapen: on anything else than the agreed shape.
    """
    try:
        return shape(answer.json())
    except (NotJson, ValueError, KeyError, TypeError, OverflowError) as error:
        raise Misshapen(type(error).__name__) from error


def started(body: Any) -> Started:
    """A session as the place to send the payer to."""
    return Started(_text(body["id"]), _text(body["url"], LONGEST_URL), _moment(body["expires_at"]))


def payment_fact(body: Any) -> PaymentFact:
    """A session as a fact."""
    return PaymentFact(
        provider_ref=_text(body["id"]),
        key=_text(body["key"]),
        reference=_text(body["reference"]),
        state=STATES[_text(body["state"])],
        amount=_amount(body["amount"]),
        currency=_text(body["currency"]),
        account=_text(body["account"]),
        livemode=_flag(body["livemode"]),
        captures=tuple(_capture(each) for each in _list(body["captures"])),
    )


def found_sessions(body: Any) -> tuple[PaymentFact, ...]:
    """The answer to a search by key."""
    return tuple(payment_fact(each) for each in _list(body["sessions"]))


def refund_fact(body: Any) -> RefundFact:
    """A refund."""
    return RefundFact(
        id=_text(body["id"]),
        key=_text(body["key"], LONGEST_KEY),
        capture_id=_text(body["capture"]),
        amount=_amount(body["amount"]),
        currency=_text(body["currency"]),
        state=REFUND_STATES[_text(body["state"])],
        at=_moment(body["created_at"]),
    )


def found_refunds(body: Any) -> tuple[RefundFact, ...]:
    """The answer to a search by capture."""
    return tuple(refund_fact(each) for each in _list(body["refunds"]))


def error_code(answer: Answer) -> str:
    """The provider's word for its refusal, or the bare status."""
    try:
        code = answer.json()["error"]["code"]
    except (NotJson, KeyError, TypeError):
        code = None
    if isinstance(code, str) and code.isascii() and code.isidentifier() and len(code) <= 40:
        return code
    return f"http_{answer.status}"


def _capture(body: Any) -> Capture:
    return Capture(
        id=_text(body["id"]),
        amount=_amount(body["amount"]),
        currency=_text(body["currency"]),
        refunded=_amount(body["refunded"]),
        at=_moment(body["captured_at"]),
        disputed=_flag(body["disputed"]),
    )


def movements(body: Any) -> tuple[tuple[Movement, ...], str | None]:
    """A page of the ledger, and what to ask for the next one with; None when this was the last."""
    after = body["next"]
    return tuple(_movement(each) for each in _list(body["movements"])), None if after is None else _text(after)


def _movement(body: Any) -> Movement:
    return Movement(
        kind=MOVED[_text(body["kind"])],
        id=_text(body["id"]),
        capture_id=_text(body["capture"]),
        key=_text(body["key"], LONGEST_KEY),
        reference=_text(body["reference"]),
        amount=_amount(body["amount"]),
        currency=_text(body["currency"]),
        at=_moment(body["at"]),
    )


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text(value: Any, most: int = LONGEST_ID) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise TypeError("not a text")
    return value


def _amount(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("not an amount in minor units")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)
