"""The catalogue, what customers bought of it, and how a copy is used exactly once."""

import json
import secrets
import sqlite3

from webapp.sandbox.pongo import customers, rules
from webapp.sandbox.pongo.problems import Problem, invalid, not_found
from webapp.sandbox.pongo.rules import Body

CALL = {"customer": "text", "store_slug": "text"}


def _value(row: sqlite3.Row) -> int | float | None:
    value: float | None = row["value"]
    return int(value) if value is not None and value == int(value) else value


def as_json(row: sqlite3.Row) -> Body:
    """A reward of the catalogue."""
    return {name: row[name] for name in ("id", "type", "name", "description", "points", "external_id")} | {
        "value": _value(row)
    }


def owned_json(db: sqlite3.Connection, row: sqlite3.Row) -> Body:
    """One bought copy."""
    reward = db.execute("SELECT * FROM reward WHERE id=?", (row["reward_id"],)).fetchone()
    return {
        "hash": row["hash"],
        "reward_id": row["reward_id"],
        "type": reward["type"],
        "name": reward["name"],
        "external_id": reward["external_id"],
        "coupon_code": row["coupon_code"],
        "value": _value(reward),
        "is_used": bool(row["is_used"]),
        "received_at": row["received_at"],
        "used_at": row["used_at"],
        "is_locked": row["locked_at"] is not None,
    }


def _allowed(reward: sqlite3.Row, customer: sqlite3.Row | None, slug: str | None) -> bool:
    stores = json.loads(reward["stores"]) if reward["stores"] else None
    if slug is not None and stores is not None and slug not in stores:
        return False
    return customer is None or reward["segment"] is None or reward["segment"] in json.loads(customer["tags"])


def listed(db: sqlite3.Connection, merchant_id: str, query: dict[str, str]) -> list[Body]:
    """GET /rewards; without a customer every reward of the merchant, whoever it is reserved for."""
    customer = customers.by_id(db, merchant_id, query["customer"]) if query.get("customer") else None
    slug = query.get("store_slug")
    if slug:
        rules.known_store(db, merchant_id, slug, "store_slug")
    rows = db.execute("SELECT * FROM reward WHERE merchant_id=? ORDER BY points, id", (merchant_id,))
    bounds = {name: query[name] for name in ("points_min", "points_max") if name in query}
    if not all(value.isascii() and value.isdecimal() and len(value) < 10 for value in bounds.values()):
        raise Problem(422, "The bounds on points must be integers.")
    lower, upper = int(bounds.get("points_min", 0)), int(bounds.get("points_max", 10**9))
    return [as_json(row) for row in rows if _allowed(row, customer, slug) and lower <= row["points"] <= upper]


def owned(db: sqlite3.Connection, merchant_id: str, customer_id: str) -> list[Body]:
    """GET /customers/{id}/rewards, oldest first, used ones included."""
    customers.by_id(db, merchant_id, customer_id)
    rows = db.execute("SELECT * FROM owned WHERE customer_id=? ORDER BY received_at, rowid", (customer_id,))
    return [owned_json(db, row) for row in rows.fetchall()]


def reward_by_id(db: sqlite3.Connection, merchant_id: str, reward_id: str) -> sqlite3.Row:
    """A reward of this merchant.

    Raises:
        Problem: 404.
    """
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM reward WHERE merchant_id=? AND id=?", (merchant_id, reward_id)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def _customer(db: sqlite3.Connection, merchant_id: str, body: Body) -> sqlite3.Row:
    try:
        row = customers.by_id(db, merchant_id, body["customer"])
    except Problem as problem:
        raise invalid("customer", "The selected customer is invalid.") from problem
    rules.known_store(db, merchant_id, body["store_slug"], "store_slug")
    if row["pin"] is not None and body.get("pin") != row["pin"]:
        raise invalid("pin", "The pin is required and must be right.")
    return row


def grant(db: sqlite3.Connection, reward: sqlite3.Row, customer_id: str) -> str:
    """Put a copy into the customer's hands; its hash. A voucher gets a code of its own."""
    copy = f"h_{secrets.token_hex(6)}"
    code = f"PONGO-{secrets.token_hex(4).upper()}" if reward["type"].startswith("voucher_") else None
    db.execute(
        "INSERT INTO owned (hash, reward_id, customer_id, coupon_code, received_at) VALUES (?,?,?,?,?)",
        (copy, reward["id"], customer_id, code, customers.now_text()),
    )
    return copy


def buy(db: sqlite3.Connection, merchant_id: str, reward_id: str, body: Body) -> Body:
    """POST /rewards/{id}/buy: takes the points at once; not idempotent, as the contract says."""
    reward = reward_by_id(db, merchant_id, reward_id)
    rules.validate(body, CALL, {"is_used": "yes_no", "pin": "pin"})
    customer = _customer(db, merchant_id, body)
    if not _allowed(reward, customer, body["store_slug"]):
        raise Problem(422, "This reward is not available to this customer.")
    if customers.balance(db, customer["public_id"]) < reward["points"]:
        raise Problem(422, "Not enough points.")
    customers.move_points(db, customer["public_id"], -reward["points"], f"bought {reward['name']}")
    copy = grant(db, reward, customer["public_id"])
    if body.get("is_used"):
        mark_used(db, copy, "bought and used")
    return owned_json(db, db.execute("SELECT * FROM owned WHERE hash=?", (copy,)).fetchone())


def mark_used(db: sqlite3.Connection, copy: str, by: str) -> None:
    """Use a copy up.

    Raises:
        Problem: 409, it was already used.
    """
    changed = db.execute(
        "UPDATE owned SET is_used=1, used_at=?, used_by=?, locked_at=NULL WHERE hash=? AND is_used=0",
        (customers.now_text(), by, copy),
    )
    if changed.rowcount != 1:
        raise Problem(409, "This reward has already been used.")


def unused_copy(db: sqlite3.Connection, reward_id: str, customer_id: str) -> str | None:
    """The copy an order line uses: a locked one first, then the oldest."""
    row = db.execute(
        "SELECT hash FROM owned WHERE reward_id=? AND customer_id=? AND is_used=0"
        " ORDER BY locked_at IS NULL, received_at, rowid",
        (reward_id, customer_id),
    ).fetchone()
    return None if row is None else str(row[0])


def use(db: sqlite3.Connection, merchant_id: str, reward_id: str, body: Body) -> Body:
    """PATCH /rewards/{id}/use."""
    reward_by_id(db, merchant_id, reward_id)
    rules.validate(body, CALL, {"hash": "text", "is_used": "yes_no", "pin": "pin"})
    customer = _customer(db, merchant_id, body)
    copy = body.get("hash") or unused_copy(db, reward_id, customer["public_id"])
    row = db.execute("SELECT * FROM owned WHERE hash=? AND reward_id=?", (copy, reward_id)).fetchone()
    if row is None or row["customer_id"] != customer["public_id"]:
        raise not_found()
    mark_used(db, row["hash"], "use call")
    return {}


def lock(db: sqlite3.Connection, merchant_id: str, customer_id: str, body: Body, *, hold: bool) -> Body:
    """POST and DELETE on /customers/{id}/rewards/lock."""
    customers.by_id(db, merchant_id, customer_id)
    rules.validate(body, {"hash": "text"}, {"pin": "pin"})
    row = db.execute("SELECT * FROM owned WHERE hash=? AND customer_id=?", (body["hash"], customer_id)).fetchone()
    if row is None:
        raise not_found()
    if hold and (row["is_used"] or row["locked_at"]):
        raise Problem(409, "This reward is used or locked.")
    db.execute("UPDATE owned SET locked_at=? WHERE hash=?", (customers.now_text() if hold else None, row["hash"]))
    return {}
