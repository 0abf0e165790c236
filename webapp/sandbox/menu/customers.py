"""Signing in by an e-mailed code, opt-ins, balances, rewards and offers (menu.md sections 3 and 4)."""

import json
import secrets
import sqlite3
import uuid
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.menu import access
from webapp.sandbox.wire import Request, Response

CHANNELS = [
    {"type_id": number, "reference_type": f"Discount{name}Channel"}
    for number, name in enumerate(("Pos", "Kiosk", "Mobile", "Web", "PosIntegrated"), 1)
]


def ask_code(memory: Memory, request: Request) -> Response:
    """POST /customers/passwordless-request: the same answer whoever it is; the code is kept for the tester to read."""
    brand, email = access.brand_of(memory, request), access.body_of(request).get("email")
    if not isinstance(email, str) or "@" not in email:
        raise access.refusal(400, "Invalid data", "Please check the e-mail address")
    with memory.transaction() as db:
        code = 100_000 + secrets.randbelow(900_000)
        db.execute("INSERT INTO code (brand, email, value) VALUES (?,?,?)", (brand["id"], email.lower(), code))
    return access.told()


def _spend_code(db: sqlite3.Connection, brand: str, body: dict[str, Any]) -> str:
    email, value = str(body.get("passwordless_email", "")).lower(), body.get("passwordless_code")
    spent = "UPDATE code SET used=1 WHERE brand=? AND email=? AND value=? AND used=0"
    if not isinstance(value, int) or db.execute(spent, (brand, email, value)).rowcount < 1:
        raise access.refusal(401, "Wrong code")
    return email


def sign_in(memory: Memory, request: Request, *, joining: bool) -> Response:
    """POST /customers/login and /customers/register, each with the e-mailed code."""
    brand, body = access.brand_of(memory, request), access.body_of(request)
    with memory.transaction() as db:
        known = db.execute(
            "SELECT * FROM customer WHERE brand=? AND email=?",
            (brand["id"], str(body.get("passwordless_email", "")).lower()),
        ).fetchone()
        if (known is None) != joining:
            raise access.refusal(400, "This address has an account" if joining else "No such account")
        email = _spend_code(db, brand["id"], body)
        if joining:
            row = (str(uuid.uuid4()), brand["id"], email, body.get("first_name", ""), body.get("last_name", ""))
            db.execute("INSERT INTO customer (id, brand, email, first_name, last_name) VALUES (?,?,?,?,?)", row)
            known = db.execute("SELECT * FROM customer WHERE id=?", (row[0],)).fetchone()
        tokens = ("eyJ" + secrets.token_urlsafe(40), "punchh-" + secrets.token_urlsafe(16))
        db.execute("INSERT INTO token VALUES (?,?,?)", (*tokens, known["id"]))
    token = {"value": tokens[0], "token_type": "bearer", "ttl": 3600, "dlc_token": tokens[1]}
    return access.told({"customer_account": _account(known), "token": token})


def _account(row: sqlite3.Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "first_name", "last_name", "email")}
    return told | {"optin_status_email": row["optin_email"], "optin_status_sms": row["optin_sms"]}


def update(memory: Memory, request: Request, account: str) -> Response:
    """PUT /customer-accounts/{id}: only what changed."""
    access.brand_of(memory, request)
    who, body = access.customer_of(memory, request), access.body_of(request)
    if who is None or who["id"] != account:
        raise access.refusal(403, "Not yours")
    answers = {name: body.get(f"optin_status_{name}", who[f"optin_{name}"]) for name in ("email", "sms")}
    if not body or not set(answers.values()) <= {1, 2, 3}:
        raise access.refusal(400, "Invalid data")
    with memory.transaction() as db:
        sql = "UPDATE customer SET optin_email=?, optin_sms=? WHERE id=?"
        db.execute(sql, (answers["email"], answers["sms"], account))
        known = db.execute("SELECT * FROM customer WHERE id=?", (account,)).fetchone()
    return access.told({"customer_account": _account(known)})


def program(memory: Memory, request: Request) -> Response:
    """GET /dlc-service/loyalty-program."""
    brand = access.brand_of(memory, request)
    found = {"point_name": "", "program_type": brand["program_type"], "points_conversion_threshold": 50}
    return access.told({"loyalty_program": found | {"currency_earned": 500, "channels": [], "venue_ids": []}})


def balance(memory: Memory, request: Request) -> Response:
    """GET /dlc-service/customer-account-loyalty."""
    brand = access.brand_of(memory, request)
    who = access.customer_of(memory, request)
    if who is None:
        raise access.refusal(401, "Unauthorized")
    banked = who["credit"] if brand["program_type"] == "points_convert_to_currency" else 0
    found = {"point_balance": who["points"], "banked_currency": banked, "total_points_accrued": who["points"]}
    return access.told({"customer_account_loyalty": found | {"unbanked_points": 0, "loyalty_code": who["id"][:8]}})


def rewards(memory: Memory, request: Request) -> Response:
    """GET /dlc-service/loyalty-rewards: what points can get."""
    brand = access.brand_of(memory, request)
    access.customer_of(memory, request, guest=True)
    rows = memory.rows("SELECT * FROM discount WHERE brand=? AND type_id=2 ORDER BY id", brand["id"])
    return access.told({"discounts": [_discount(row) | {"point_cost": row["cost"]} for row in rows]})


def promotions(memory: Memory, request: Request) -> Response:
    """GET /dlc-service/loyalty-promotions: what was granted to this customer."""
    brand = access.brand_of(memory, request)
    who = access.customer_of(memory, request, punchh=True)
    sql = "SELECT * FROM discount WHERE brand=? AND type_id=3 AND used=0 AND customer=? ORDER BY id"
    rows = memory.rows(sql, brand["id"], who["id"] if who else "")
    return access.told(
        {"discounts": [_discount(row) | {"venue_codes": json.loads(row["venue_codes"])} for row in rows]}
    )


def _discount(row: sqlite3.Row) -> dict[str, Any]:
    conditions = None
    if row["venue_ids"]:
        properties = {"venue_ids": json.loads(row["venue_ids"])}
        conditions = [{"id": 1, "reference_type": "DiscountConditionSpecificStore", "properties": properties}]
    kind = "LoyaltyReward" if row["type_id"] == 2 else "Promotion"
    told = {"id": row["id"], "type_id": row["type_id"], "reference_type": kind, "name": row["name"]}
    told |= {"description": row["description"], "image": None, "channels": CHANNELS, "date_to": row["date_to"]}
    return told | {"reduction_amount": 0, "discount_conditions": conditions}


def unlock(memory: Memory, request: Request) -> Response:
    """POST /dlc-service/loyalty-coupons: a code becomes an offer of this customer's."""
    brand = access.brand_of(memory, request)
    who = access.customer_of(memory, request, punchh=True)
    code = access.body_of(request).get("code")
    with memory.transaction() as db:
        found = db.execute(
            "SELECT * FROM promo WHERE brand=? AND code=? AND becomes IS NOT NULL AND used=0", (brand["id"], code)
        ).fetchone()
        if found is None or who is None:
            raise access.refusal(400, "Code not valid")
        db.execute("UPDATE promo SET used=1 WHERE brand=? AND code=?", (brand["id"], code))
        sql = "INSERT INTO discount (id, brand, type_id, name, description, amount, customer, venue_codes) "
        row = (10**10 + secrets.randbelow(10**9), brand["id"], found["becomes"], "", found["amount"], who["id"])
        db.execute(sql + "VALUES (?,?,3,?,?,?,?,'[]')", row)
    return access.told({})
