"""Checking in, what a session shows, and joining (spoonity.md sections 4, 5 and 7)."""

import json
import secrets
import sqlite3
import time
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.spoonity import rules
from webapp.sandbox.wire import Request, Response, as_json

POINTS = {"id": 1655, "name": "Points", "code": "PTS"}
EURO = {"id": 978, "name": "Euro", "code": "EUR"}


def restaurant(memory: Memory, request: Request) -> sqlite3.Row:
    """The restaurant whose key this is."""
    rows = memory.rows("SELECT * FROM restaurant WHERE api_key=?", request.query.get("api_key", ""))
    if not rows:
        raise rules.unauthorized()
    return rows[0]


def by_card(memory: Memory, card: str) -> sqlite3.Row | None:
    """Whoever this names: e-mail, number with its country, or app token."""
    rows = memory.rows("SELECT * FROM person WHERE email=?1 OR phone=?1 OR token=?1 LIMIT 1", card.strip())
    return rows[0] if rows else None


def check_in(memory: Memory, request: Request) -> Response:
    """POST /onscreen: a session is opened even for nobody, and shows an empty person then."""
    place, card = restaurant(memory, request), rules.text(request.json(), "card_number")
    person, session, now = by_card(memory, card), secrets.token_hex(16), int(time.time())
    with memory.transaction() as db:
        row = (session, place["api_key"], person["id"] if person else None, card, now)
        db.execute("INSERT INTO session (hash, api_key, person, card, made_at) VALUES (?,?,?,?,?)", row)
    names = json.loads(place["modules"])
    named = [{"object": "middlewaremodule", "id": number, "name": name} for number, name in enumerate(names, 1)]
    modules = {"object": "collection", "data": named, "page_size": len(named), "count": len(named), "page": 1}
    vendor = {"object": "vendor", "id": place["vendor"], "point_of_sale": {"id": 5, "name": "Manual"}}
    vendor["modules"] = modules
    told = {"id": 23471296, "object": "pos_session", "hash": session, "date_created": now, "date_updated": now}
    told["status"] = {"id": 1, "name": "Active"}
    return as_json({"pos_session": told, "vendor": vendor, "api_key": {"workstation_identifier": None}})


def _session(memory: Memory, request: Request, session: str) -> sqlite3.Row:
    place = restaurant(memory, request)
    rows = memory.rows("SELECT * FROM session WHERE hash=? AND api_key=? AND open=1", session, place["api_key"])
    if not rows:
        raise rules.nested(404, "Session not found")
    return rows[0]


def show(memory: Memory, request: Request) -> Response:
    """GET /onscreen."""
    session = _session(memory, request, request.query.get("pos_session_hash", ""))
    rows = memory.rows("SELECT * FROM person WHERE id=?", session["person"])
    if not rows:
        return as_json({"user": {"email_address": None}, "rules": {"spending": {"data": []}}})
    person, now = rows[0], int(time.time())
    offered = memory.rows(
        "SELECT * FROM reward WHERE cost<=? AND (starts IS NULL OR starts<=?) AND (ends IS NULL OR ends>=?)",
        *(person["points"], now, now),
    )
    user = {name: person[name] for name in ("id", "first_name", "last_name")}
    user |= {"email_address": person["email"], "phone_number": person["phone"]}
    # Points travel as text, as public clients have met them.
    points = {"amount": str(person["points"]), "currency": POINTS, "expiring": {"data": []}}
    return as_json(
        {
            "pos_session": {"hash": session["hash"]},
            "user": user,
            "loyalty_balance": {"data": [points], "page_size": 1, "count": 1, "page": 1},
            "quick_pay_balance": {"amount": person["gift"] / 100, "currency": EURO, "expiring": {"data": []}},
            "rules": {"earning": {"data": []}, "spending": {"data": [_eligible(row) for row in offered]}},
        }
    )


def _eligible(row: sqlite3.Row) -> dict[str, Any]:
    told = {"id": row["id"], "name": row["name"], "summary": row["summary"], "description": None, "cost": row["cost"]}
    told |= {"available": 1, "progress": row["cost"], "group": None, "currency": POINTS}
    told |= {"start_date": row["starts"], "end_date": row["ends"], "template": {"id": 1, "name": row["template"]}}
    return told | {"catalog": {"id": row["id"], "identifier": row["identifier"], "name": row["name"]}}


def close(memory: Memory, request: Request) -> Response:
    """DELETE /onscreen."""
    session = _session(memory, request, rules.text(request.json(), "pos_session_hash"))
    with memory.transaction() as db:
        db.execute("UPDATE session SET open=0 WHERE hash=?", (session["hash"],))
    return as_json({"success": True})


def catalogue(memory: Memory, request: Request) -> Response:
    """GET /vendor/perk/redemption/list: every reward, as a bare list."""
    restaurant(memory, request)
    rows = memory.rows("SELECT * FROM reward ORDER BY id")
    return as_json(
        [
            {
                "vendor_perk_redemption_id": row["id"],
                "name": row["name"],
                "summary": row["summary"],
                "description": None,
                "cost": row["cost"],
                "currency": {"id": POINTS["id"], "name": "Points"},
                "template": {"id": 1, "name": row["template"]},
                "start_date": row["starts"],
                "end_date": row["ends"],
            }
            for row in rows
        ]
    )


def register(memory: Memory, request: Request) -> Response:
    """POST /user/register: opens no session."""
    body = request.json()
    names = {name: rules.text(body, name) for name in ("first_name", "last_name", "email_address", "password")}
    consent = body.get("contact_consent")
    if body.get("terms") is not True or body.get("anonymous") is not False or "@" not in names["email_address"]:
        raise rules.nested(400, "The account could not be made")
    if consent is not None and consent not in {0, 1, 2, 3}:
        raise rules.nested(400, "contact_consent must be 0, 1, 2 or 3")
    phone = body.get("phone_number")
    number = str(phone.get("code", "")) + str(phone.get("number", "")) if isinstance(phone, dict) else phone
    row = (names["email_address"], number, names["first_name"], names["last_name"], names["password"], consent)
    try:
        with memory.transaction() as db:
            sql = "INSERT INTO person (email, phone, first_name, last_name, password, consent) VALUES (?,?,?,?,?,?)"
            made = db.execute(sql, row).lastrowid
    except sqlite3.IntegrityError as taken:
        raise rules.nested(409, "This email is already registered") from taken
    told = {"id": made, "first_name": names["first_name"], "last_name": names["last_name"]}
    return as_json(told | {"email_address": names["email_address"], "status": {"id": 1, "name": "Active"}})
