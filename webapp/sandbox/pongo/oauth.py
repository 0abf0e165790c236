"""The consent form's answers, the code exchange, and who a bearer token speaks for."""

import base64
import json
import secrets
import sqlite3
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from webapp.sandbox.pongo import rules
from webapp.sandbox.pongo.problems import Problem, forbidden, invalid, unauthenticated

CODE_LIFE_S = 600
TOKEN_LIFE_S = 365 * 86400


def form_merchants(db: sqlite3.Connection, query: dict[str, str]) -> list[sqlite3.Row]:
    """The merchants who could consent to this request.

    Raises:
        Problem: 400, the request is not one we may redirect back from.
    """
    if not all(query.get(name) for name in ("client_id", "state", "redirect_uri", "scope")):
        raise Problem(400, "client_id, state, redirect_uri and scope are required.")
    rows = db.execute("SELECT * FROM merchant WHERE client_id=? ORDER BY name", (query["client_id"],)).fetchall()
    allowed = [row for row in rows if query["redirect_uri"] in json.loads(row["redirect_uris"])]
    if not allowed:
        raise Problem(400, "Unknown client, or a redirect address that is not on its list.")
    if not all("." in scope for scope in query["scope"].split(",")) or " " in query["scope"]:
        raise Problem(400, "Scopes are separated by commas.")
    return allowed


def decide(db: sqlite3.Connection, form: dict[str, str]) -> str:
    """Where the browser goes after the merchant's answer: back with a code, or with an error."""
    merchants = {row["id"]: row for row in form_merchants(db, form)}
    back: dict[str, str] = {"state": form["state"]}
    if form.get("answer") != "allow" or form.get("merchant") not in merchants:
        back |= {"error": "access_denied", "error_description": "The merchant refused."}
    else:
        back["code"] = secrets.token_urlsafe(24)
        db.execute(
            "INSERT INTO code (value, merchant_id, client_id, scopes, made_at) VALUES (?,?,?,?,?)",
            (back["code"], form["merchant"], form["client_id"], form["scope"], time.time()),
        )
    joint = "&" if urlsplit(form["redirect_uri"]).query else "?"
    return form["redirect_uri"] + joint + urlencode(back)


def _jwt(claims: dict[str, Any]) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*texts, secrets.token_urlsafe(32)))


def exchange(db: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
    """POST /oauth/token: a code works once and for ten minutes."""
    rules.validate(body, dict.fromkeys(("grant_type", "client_id", "client_secret"), "text"), {"code": "text"})
    if body["grant_type"] != "client_credentials":
        raise invalid("grant_type", "The selected grant type is invalid.")
    if not body.get("code"):
        raise invalid("code", "The code field is required when grant type is client_credentials.")
    pair = (body["client_id"], body["client_secret"])
    if db.execute("SELECT 1 FROM merchant WHERE client_id=? AND client_secret=?", pair).fetchone() is None:
        raise unauthenticated()
    row = db.execute("SELECT * FROM code WHERE value=? AND client_id=?", (body["code"], body["client_id"])).fetchone()
    if row is None or row["used"] or row["made_at"] < time.time() - CODE_LIFE_S:
        raise Problem(400, "The code is invalid or has expired.")
    db.execute("UPDATE code SET used=1 WHERE value=?", (row["value"],))
    ends = time.time() + TOKEN_LIFE_S
    token = _jwt({"sub": row["merchant_id"], "exp": int(ends)})
    db.execute("INSERT INTO token VALUES (?,?,?,?,0)", (token, row["merchant_id"], row["scopes"], ends))
    return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE_S}


def merchant_of(db: sqlite3.Connection, header: str | None, scope: str | None) -> sqlite3.Row:
    """The merchant a request speaks for.

    Raises:
        Problem: 401 without a good token, 403 without the scope.
    """
    kind, _, value = (header or "").partition(" ")
    row = db.execute("SELECT * FROM token WHERE value=?", (value,)).fetchone() if kind == "Bearer" else None
    if row is None or row["revoked"] or (row["expires_at"] or time.time() + 1) < time.time():
        raise unauthenticated()
    if scope is not None and scope not in row["scopes"].split(","):
        raise forbidden()
    merchant: sqlite3.Row = db.execute("SELECT * FROM merchant WHERE id=?", (row["merchant_id"],)).fetchone()
    return merchant
