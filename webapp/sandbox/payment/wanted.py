"""What the shop may ask for, checked field by field."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from webapp.sandbox.wire import Refused, Request

MAX_AMOUNT = 10_000_000
LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class WantedSession:
    """A valid request for a session; `expires_at` in unix seconds."""

    key: str
    reference: str
    attempt_number: int
    amount: int
    currency: str
    description: str
    language: str
    return_url: str
    cancel_url: str
    expires_at: float
    metadata: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class WantedRefund:
    """A valid request for a refund."""

    key: str
    capture: str
    amount: int


def _bad(field: str) -> Refused:
    return Refused(400, f"bad_{field}", f"The field {field} is missing or not valid.")


def _text(fields: Mapping[str, Any], name: str, longest: int = 200) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
        raise _bad(name)
    return value


def _number(fields: Mapping[str, Any], name: str, most: int) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise _bad(name)
    return value


def _address(fields: Mapping[str, Any], name: str) -> str:
    value = _text(fields, name, 2000)
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise _bad(name) from error
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[A-Za-z0-9.\-:\[\]]+", parts.netloc):
        raise _bad(name)
    if not value.isascii():
        raise _bad(name)
    return value


def _moment(fields: Mapping[str, Any], name: str) -> float:
    try:
        moment = datetime.fromisoformat(_text(fields, name))
    except ValueError as error:
        raise _bad(name) from error
    if moment.tzinfo is None:
        raise _bad(name)
    return moment.timestamp()


def _metadata(fields: Mapping[str, Any]) -> dict[str, str]:
    value = fields.get("metadata", {})
    if not isinstance(value, dict) or len(value) > 20:
        raise _bad("metadata")
    return {_text({"metadata": name}, "metadata", 40): _text(value, name, 500) for name in sorted(value)}


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise Refused(400, "bad_key", "The header Idempotency-Key is missing or not valid.")
    return key


def read_session(request: Request, now: float) -> WantedSession:
    """The session asked for.

    Raises:
        Refused: 400 with `bad_<field>` for the first field that is wrong.
    """
    fields = request.json()
    currency = _text(fields, "currency", 3)
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise _bad("currency")
    language = _text(fields, "language", 2)
    if language not in LANGUAGES:
        raise _bad("language")
    expires_at = _moment(fields, "expires_at")
    if expires_at > now + 86400:
        raise _bad("expires_at")
    return WantedSession(
        key=_key(request),
        reference=_text(fields, "reference"),
        attempt_number=_number(fields, "attempt_number", 10_000),
        amount=_number(fields, "amount", MAX_AMOUNT),
        currency=currency,
        description=_text(fields, "description"),
        language=language,
        return_url=_address(fields, "return_url"),
        cancel_url=_address(fields, "cancel_url"),
        expires_at=expires_at,
        metadata=_metadata(fields),
    )


def read_refund(request: Request) -> WantedRefund:
    """The refund asked for.

    Raises:
        Refused: 400 with `bad_<field>` for the first field that is wrong.
    """
    fields = request.json()
    return WantedRefund(_key(request), _text(fields, "capture"), _number(fields, "amount", MAX_AMOUNT))


def read_period(query: Mapping[str, str]) -> tuple[float, float, int]:
    """The period of the ledger asked for in unix seconds, and how many of its lines to pass over.

    Raises:
        Refused: 400 with `bad_<field>` for the first field that is wrong.
    """
    after = query.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise _bad("after")
    return _moment(query, "since"), _moment(query, "until"), int(after)
