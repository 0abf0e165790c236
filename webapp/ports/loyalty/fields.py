"""Reads what the programme answers: lenient about shape and names, strict about types, never surprised (G14).

Envelopes may be bare or under `data`; ids and numbers may be text or numbers; unknown fields are ignored.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.ports.loyalty.errors import BadAnswer

MOST_ENTRIES = 1000
LONGEST_ID = 200
LARGEST = 10**9
LONGEST_SECRET = 8192
_SECRET = re.compile(r"([A-Za-z]+ )?[!-~]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_TRUE = frozenset({"1", "true", "yes"})
_FALSE = frozenset({"0", "false", "no", ""})

Fields = dict[str, Any]


def record(body: Any) -> Fields:
    """The object in a body, bare or under `data`.

    Raises:
        BadAnswer: there is none.
    """
    if isinstance(body, dict):
        inner = body.get("data")
        return inner if isinstance(inner, dict) else body
    raise BadAnswer("an object was expected")


def records(body: Any) -> list[Fields]:
    """The objects of a list, bare or under `data`; entries that are no objects are passed over.

    Raises:
        BadAnswer: there is no list.
    """
    inner = body.get("data") if isinstance(body, dict) else body
    if not isinstance(inner, list):
        raise BadAnswer("a list was expected")
    return [entry for entry in inner[:MOST_ENTRIES] if isinstance(entry, dict)]


def _present(fields: Fields, names: tuple[str, ...]) -> Iterator[Any]:
    return (fields[name] for name in names if fields.get(name) is not None)


def identifier(fields: Fields, names: tuple[str, ...]) -> str | None:
    """The first usable id: text, or a whole number as text."""
    for value in _present(fields, names):
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value).strip()
            if text and len(text) <= LONGEST_ID and not _CONTROL.search(text):
                return text
    return None


def secret(fields: Fields, names: tuple[str, ...]) -> str | None:
    """The first text that fits a header: printable, without blanks but one after a scheme, of a bearable length."""
    for value in _present(fields, names):
        if isinstance(value, str) and len(value) <= LONGEST_SECRET and _SECRET.fullmatch(value):
            return value
    return None


def words(fields: Fields, names: tuple[str, ...], longest: int = 200) -> str:
    """The first text, without control characters, at most `longest` characters; empty when there is none."""
    for value in _present(fields, names):
        if isinstance(value, str):
            return _CONTROL.sub(" ", value).strip()[:longest]
    return ""


def number(value: Any) -> Decimal | None:
    """A finite number given as a number or as plain decimal text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    if len(text) > 30:
        return None
    try:
        read = Decimal(text)
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read) <= LARGEST else None


def whole(fields: Fields, names: tuple[str, ...]) -> int | None:
    """The first whole number that is not negative. A negative balance or price is not one we can show or use."""
    for value in _present(fields, names):
        read = number(value)
        if read is not None and read >= 0 and read == read.to_integral_value():
            return int(read)
    return None


def flag(fields: Fields, names: tuple[str, ...]) -> bool:
    """Whether any of the names says yes: a boolean, 0/1, or the time at which it happened."""
    return any(_is_yes(value) for value in _present(fields, names))


def _is_yes(value: Any) -> bool:
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return isinstance(value, str) and moment(value) is not None


def moment(value: Any) -> datetime | None:
    """An ISO 8601 moment; without an offset it is read as UTC."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
