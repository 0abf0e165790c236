"""Reading the sandbox provider's callbacks: signature over the raw body first, content afterwards (invariant X6)."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from webapp.ports.payment.port import ForgedNotice, Notice, StaleNotice, UnreadableNotice

SIGNATURE_HEADER = "sandbox-signature"
TOLERANCE_S = 300
MAX_HEADER = 1024
MAX_BODY = 256 * 1024
_STAMP = re.compile(r"t=([0-9]{1,12})")
_MARK = re.compile(r"v1=([0-9a-f]{64})")


def check_signature(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime, header: str = SIGNATURE_HEADER
) -> None:
    """Return when one live secret signed exactly this body at most 300 s before or after `now`.

    The time is judged only after the signature, so that right signatures out of tolerance can be counted (2.11).

    Raises:
        ForgedNotice: no, unreadable or wrong signature, or a body larger than any real one.
        StaleNotice: right signature, wrong time.
    """
    parts = _header(headers, header).split(",")
    stamps = [found[1] for part in parts if (found := _STAMP.fullmatch(part))]
    marks = [found[1] for part in parts if (found := _MARK.fullmatch(part))]
    if len(stamps) != 1 or not marks or len(body) > MAX_BODY:
        raise ForgedNotice("no usable signature")
    signed = stamps[0].encode("ascii") + b"." + body
    if not _any_matches(secrets, marks, signed):
        raise ForgedNotice("wrong signature")
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE_S:
        raise StaleNotice("signed too long before or after now")


def _header(headers: Mapping[str, str], header: str) -> str:
    values = [value for name, value in headers.items() if name.lower() == header]
    if len(values) != 1 or len(values[0]) > MAX_HEADER or not values[0].isascii():
        raise ForgedNotice("no usable signature header")
    return values[0]


def _any_matches(secrets: Iterable[str], marks: Sequence[str], signed: bytes) -> bool:
    found = False
    for secret in secrets:
        right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode("ascii")
        for mark in marks:
            # No early exit: the time taken does not tell which secret came close.
            found |= hmac.compare_digest(right, mark.encode("ascii"))
    return found


def read_content(body: bytes) -> Notice:
    """The notice in a body whose signature was right.

    Raises:
        UnreadableNotice: when it is not a notice.
    """
    try:
        fields = json.loads(body)
        session = fields["session"]
        return Notice(
            event_id=_text(fields["id"]),
            kind=_text(fields["kind"]),
            provider_ref=_text(session["id"]),
            reference=_text(session["reference"]),
            attempt_number=_number(session["attempt_number"]),
            created_at=_moment(fields["created_at"]),
            account=_text(fields["account"]),
            livemode=_flag(fields["livemode"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise UnreadableNotice("signed, but not a notice") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or not value.isprintable():
        raise TypeError("not a short text")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a whole number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment
