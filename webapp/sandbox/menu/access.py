"""Headers every request needs, the envelope around every answer, and whose tokens these are (menu.md section 2)."""

import re
import sqlite3
import uuid
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.wire import Refused, Request, Response, as_json

VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
BEARER = "Bearer "


def told(data: Any = None) -> Response:
    """An answer in its envelope; without data it has none."""
    return as_json({"status": "OK", "code": 200} | ({} if data is None else {"data": data}))


def refusal(status: int, message: str, words: str = "") -> Refused:
    """A refusal in its envelope."""
    data = {"message": message, "info_message": {"title": message, "body": words or message}, "validations": {}}
    return Refused(status, "refused", message, body={"status": "ERROR", "code": status, "data": data})


def brand_of(memory: Memory, request: Request) -> sqlite3.Row:
    """The brand of the application key, once every header is there."""
    headers = request.headers
    try:
        uuid.UUID(headers.get("x-request-id", ""))
    except ValueError as error:
        raise refusal(400, "X-Request-ID is missing") from error
    if not VERSION.fullmatch(headers.get("api-version", "")):
        raise refusal(400, "Api-Version is missing")
    rows = memory.rows("SELECT * FROM brand WHERE application=?", headers.get("application", ""))
    if not rows:
        raise refusal(403, "Unknown application")
    return rows[0]


def customer_of(memory: Memory, request: Request, *, guest: bool = False, punchh: bool = False) -> sqlite3.Row | None:
    """Whoever is signed in; None for a guest where guests may come. `punchh`: the other token is needed too."""
    given = request.headers.get("authorization", "")
    if not given and guest:
        return None
    rows = memory.rows(
        "SELECT customer.*, token.punchh FROM token JOIN customer ON customer.id=token.customer WHERE value=?",
        given.removeprefix(BEARER),
    )
    if not rows or not given.startswith(BEARER):
        raise refusal(401, "Unauthorized")
    if punchh and request.headers.get("dlc-authorization") != rows[0]["punchh"]:
        raise refusal(401, "Punchh token missing")
    return rows[0]


def body_of(request: Request) -> dict[str, Any]:
    """The body, refused in the vendor's own words when it is none."""
    try:
        return request.json()
    except Refused as error:
        raise refusal(400, "Invalid data") from error
