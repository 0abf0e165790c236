"""Signing in, and who may do what in which store; errors in the vendor's envelope (gonnaorder.md 3 and 4.5)."""

import json
import secrets
import time

from webapp.sandbox.memory import Memory
from webapp.sandbox.wire import Refused, Request, Response, as_json

BEARER = "Bearer "


def refusal(request: Request, status: int, code: str, message: str) -> Refused:
    """A refusal as the vendor words it."""
    body = {
        "status": status,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "path": request.path,
        "method": request.method,
        "errors": [{"message": message, "code": code}],
        "tenant": "gonnaorder",
    }
    return Refused(status, code, message, body=body)


def sign_in(memory: Memory, request: Request) -> Response:
    """POST /api/v1/auth/login."""
    body = request.json()
    name, password = body.get("username"), body.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or not name or not password:
        raise refusal(request, 400, "BAD_REQUEST", "Failed to read request")
    if not memory.rows("SELECT 1 FROM account WHERE username=? AND password=?", name, password):
        raise refusal(request, 401, "UNAUTHORIZED", "Bad credentials")
    token = "eyJ" + secrets.token_urlsafe(24)
    with memory.transaction() as db:
        db.execute("INSERT INTO token VALUES (?,?,?)", (token, name, time.time()))
    return as_json({"tokens": {"jwt": token, "refreshToken": secrets.token_urlsafe(12)}})


def check(memory: Memory, request: Request, store: int) -> None:
    """Raise Refused unless the bearer may use this store."""
    given = request.headers.get("authorization", "")
    token = given.removeprefix(BEARER) if given.startswith(BEARER) else ""
    rows = memory.rows(
        "SELECT stores FROM account WHERE fixed_token=?1 OR username=(SELECT username FROM token WHERE value=?1)", token
    )
    if not token or not rows:
        raise refusal(request, 401, "UNAUTHORIZED", "Full authentication is required to access this resource")
    if store not in json.loads(rows[0]["stores"]):
        raise refusal(request, 403, "FORBIDDEN", "Access is denied")
