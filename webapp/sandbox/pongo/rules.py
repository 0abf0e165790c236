"""Checks what a client sends against the contract; every refusal names the field."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from webapp.sandbox.pongo.problems import Problem, invalid

Body = dict[str, Any]
PHONE = re.compile(r"[1-9][0-9]{6,14}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PIN = re.compile(r"[0-9]{4}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}")
ENUMS = {
    "channel": ("click_and_collect", "order_and_pay"),
    "delivery_mode": ("takeaway", "eat_in"),
    "status": ("closed",),
    "delivery_status": ("delivered",),
}
LARGEST = 10**12
Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


CHECKS: dict[str, tuple[Check, str]] = {
    "text": (_is_text, "must be a string."),
    "whole": (_is_whole, "must be an integer."),
    "cents": (lambda value: _is_whole(value) and value >= 0, "must be at least 0."),
    "one": (lambda value: _is_whole(value) and value >= 1, "must be at least 1."),
    "yes_no": (lambda value: isinstance(value, bool), "must be true or false."),
    "phone": (
        lambda value: _is_text(value) and bool(PHONE.fullmatch(value)),
        "must be digits only, without a plus sign.",
    ),
    "email": (lambda value: _is_text(value) and bool(EMAIL.fullmatch(value)), "must be a valid email address."),
    "pin": (lambda value: _is_text(value) and bool(PIN.fullmatch(value)), "must be four digits."),
    "moment": (_is_moment, "must match the format YYYY-MM-DDTHH:MM:SS+HH:MM."),
    "texts": (_is_texts, "must be a list of strings."),
    "objects": (
        lambda value: isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value),
        "must be a list of at least one object.",
    ),
}


def read_body(raw: bytes) -> Body:
    """The JSON object of a request.

    Raises:
        Problem: 400, it is none.
    """
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair cannot be stored
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Problem(400, "The body is not an object.")
    return body


def validate(body: Body, required: dict[str, str], optional: dict[str, str], prefix: str = "") -> None:
    """Refuse a missing required field, a wrong type, or an unknown field.

    `required`, `optional`: field → name of a check; an optional field may be null.

    Raises:
        Problem: 422.
    """
    errors: dict[str, list[str]] = {}
    for name in required:
        if body.get(name) is None:
            errors[prefix + name] = [f"The {name} field is required."]
    for name, value in body.items():
        check = required.get(name) or optional.get(name)
        if check is None:
            errors[prefix + name] = [f"The {name} field is not known here."]
        elif value is not None and not CHECKS[check][0](value):
            errors[prefix + name] = [f"The {name} field {CHECKS[check][1]}"]
    if errors:
        raise Problem(422, "The given data was invalid.", errors)


def known_store(db: sqlite3.Connection, merchant_id: str, slug: str, field: str) -> sqlite3.Row:
    """The merchant's store of that slug.

    Raises:
        Problem: 422 on `field`.
    """
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM store WHERE merchant_id=? AND slug=?", (merchant_id, slug)
    ).fetchone()
    if row is None:
        raise invalid(field, f"The selected {field} is invalid.")
    return row
