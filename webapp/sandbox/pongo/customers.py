"""Customers and their points. A customer belongs to one merchant."""

import json
import secrets
import sqlite3
import time
from datetime import UTC, datetime

from webapp.sandbox.pongo import rules
from webapp.sandbox.pongo.problems import Problem, invalid, not_found
from webapp.sandbox.pongo.rules import Body

OPTIONAL = {
    "email": "email",
    "tags": "texts",
    "has_optin_sms": "yes_no",
    "has_optin_email": "yes_no",
    "has_optin": "yes_no",
    "points": "whole",
    "first_name": "text",
    "last_name": "text",
    "gender": "text",
    "birthday": "text",
    "pin": "pin",
    "reference_store_id": "text",
}
KEPT = {
    "email": "UPDATE customer SET email=? WHERE public_id=?",
    "first_name": "UPDATE customer SET first_name=? WHERE public_id=?",
    "last_name": "UPDATE customer SET last_name=? WHERE public_id=?",
    "has_optin_sms": "UPDATE customer SET has_optin_sms=? WHERE public_id=?",
    "has_optin_email": "UPDATE customer SET has_optin_email=? WHERE public_id=?",
    "pin": "UPDATE customer SET pin=? WHERE public_id=?",
}


def now_text() -> str:
    """This moment, as answers write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_id(prefix: str) -> str:
    """An opaque id."""
    return f"{prefix}_{secrets.token_hex(8)}"


def move_points(db: sqlite3.Connection, customer_id: str, points: int, why: str, delay_s: float = 0) -> None:
    """Add `points` (negative: take), visible after `delay_s` seconds."""
    db.execute(
        "INSERT INTO movement (customer_id, points, why, made_at, due_at) VALUES (?,?,?,?,?)",
        (customer_id, points, why, now_text(), time.time() + delay_s),
    )


def balance(db: sqlite3.Connection, customer_id: str) -> int:
    """Points that are visible now."""
    row = db.execute(
        "SELECT coalesce(sum(points), 0) FROM movement WHERE customer_id=? AND due_at<=?", (customer_id, time.time())
    ).fetchone()
    return int(row[0])


def _yes_no(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def as_json(db: sqlite3.Connection, row: sqlite3.Row) -> Body:
    """A customer as the API shows it."""
    return {
        "public_id": row["public_id"],
        "international_phone_number": row["phone"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "email": row["email"],
        "points": balance(db, row["public_id"]),
        "has_optin_sms": _yes_no(row["has_optin_sms"]),
        "has_optin_email": _yes_no(row["has_optin_email"]),
        "tags": json.loads(row["tags"]),
    }


def by_id(db: sqlite3.Connection, merchant_id: str, public_id: str) -> sqlite3.Row:
    """The merchant's customer.

    Raises:
        Problem: 404.
    """
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM customer WHERE merchant_id=? AND public_id=?", (merchant_id, public_id)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def by_phone(db: sqlite3.Connection, merchant_id: str, phone: str) -> sqlite3.Row | None:
    """The merchant's customer with that number."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM customer WHERE merchant_id=? AND phone=?", (merchant_id, phone)
    ).fetchone()
    return row


def insert(db: sqlite3.Connection, merchant_id: str, phone: str, store_slug: str | None, by: str) -> sqlite3.Row:
    """A new customer; `by` says how it came: api, order or seed."""
    public_id = new_id("cus")
    db.execute(
        "INSERT INTO customer (public_id, merchant_id, phone, store_slug, enrolled_by) VALUES (?,?,?,?,?)",
        (public_id, merchant_id, phone, store_slug, by),
    )
    return by_id(db, merchant_id, public_id)


def change(db: sqlite3.Connection, public_id: str, body: Body) -> None:
    """Store the fields that are there; the one word for both consents fills the ones not said apart."""
    for name, statement in KEPT.items():
        if name in body:
            db.execute(statement, (body[name], public_id))
    if body.get("tags") is not None:
        db.execute("UPDATE customer SET tags=? WHERE public_id=?", (json.dumps(body["tags"]), public_id))
    if body.get("has_optin") is not None and not {"has_optin_sms", "has_optin_email"} & body.keys():
        db.execute(
            "UPDATE customer SET has_optin_sms=?, has_optin_email=? WHERE public_id=?",
            (body["has_optin"], body["has_optin"], public_id),
        )
    if body.get("points"):
        move_points(db, public_id, body["points"], "added by the API")  # it adds, as the contract warns


def create(db: sqlite3.Connection, merchant_id: str, body: Body) -> Body:
    """POST /customers."""
    required = {"international_phone_number": "phone", "reference_store_slug": "text"}
    rules.validate(body, required, OPTIONAL | {"payment_method_hash": "text"})
    rules.known_store(db, merchant_id, body["reference_store_slug"], "reference_store_slug")
    phone = body["international_phone_number"]
    if by_phone(db, merchant_id, phone) is not None:
        raise invalid("international_phone_number", "The international phone number has already been taken.")
    row = insert(db, merchant_id, phone, body["reference_store_slug"], "api")
    change(db, row["public_id"], body)
    return as_json(db, by_id(db, merchant_id, row["public_id"]))


def update(db: sqlite3.Connection, merchant_id: str, public_id: str, body: Body) -> Body:
    """PUT /customers/{id}."""
    by_id(db, merchant_id, public_id)
    if not body:
        raise Problem(422, "At least one field is required.")
    rules.validate(body, {}, OPTIONAL | {"reference_store_slug": "text"})
    change(db, public_id, body)
    return as_json(db, by_id(db, merchant_id, public_id))
