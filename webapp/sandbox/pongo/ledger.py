"""What the server knows, for people and for tests."""

import json
import sqlite3
import time
from typing import Any

from webapp.sandbox.pongo import customers, rewards


def masked(phone: str) -> str:
    """`33612345678` → `33 •••••• 678`."""
    return f"{phone[:2]} •••••• {phone[-3:]}"


def everything(db: sqlite3.Connection) -> dict[str, Any]:
    """All merchants with stores, customers, rewards and orders (numbers in full: invented people only)."""
    rows = db.execute("SELECT * FROM merchant ORDER BY name").fetchall()
    return {"merchants": [_merchant(db, row) for row in rows]}


def _rows(db: sqlite3.Connection, query: str, *values: object) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(query, values)]


def _merchant(db: sqlite3.Connection, merchant: sqlite3.Row) -> dict[str, Any]:
    key = merchant["id"]
    orders = _rows(db, "SELECT * FROM received_order WHERE merchant_id=? ORDER BY received_at DESC LIMIT 500", key)
    for order in orders:
        order["body"] = json.loads(order["body"])
    people = db.execute("SELECT * FROM customer WHERE merchant_id=? ORDER BY rowid", (key,)).fetchall()
    return {
        "id": key,
        "name": merchant["name"],
        "points_per_100": merchant["points_per_100"],
        "credit_delay_s": merchant["credit_delay_s"],
        "stores": _rows(db, "SELECT public_id, slug, name, address FROM store WHERE merchant_id=? ORDER BY slug", key),
        "rewards": _rows(db, "SELECT * FROM reward WHERE merchant_id=? ORDER BY points", key),
        "customers": [_customer(db, row) for row in people],
        "orders": orders,
    }


def _customer(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    key = row["public_id"]
    waiting = db.execute(
        "SELECT coalesce(sum(points), 0) FROM movement WHERE customer_id=? AND due_at>?", (key, time.time())
    ).fetchone()
    return customers.as_json(db, row) | {
        "enrolled_by": row["enrolled_by"],
        "points_on_their_way": waiting[0],
        "owned": rewards.owned(db, row["merchant_id"], key),
        "movements": _rows(
            db, "SELECT points, why, made_at, due_at FROM movement WHERE customer_id=? ORDER BY id", key
        ),
    }
