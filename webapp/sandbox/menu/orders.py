"""Pricing a cart and creating an order, which redeems and earns (menu.md sections 5 and 6)."""

import json
import sqlite3
import time
import uuid
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.menu import access
from webapp.sandbox.wire import Request, Response

CALCULATE = ("calculate_accurate_tax", "combo_meals", "discount_cards", "singular_point_id", "tip")
CREATE = ("combo_meals", "discount_cards", "discounts", "is_reorder", "singular_point_id")
Cart = tuple[int, list[int]]  # subtotal and what each discount takes off, cents


def _not_applicable() -> Exception:
    return access.refusal(400, "Discount cannot be applied", "This reward cannot be used with this order")


def _cart(db: sqlite3.Connection, brand: sqlite3.Row, who: sqlite3.Row | None, body: dict[str, Any]) -> Cart:
    """Price it, or refuse; `brand` allows only so many discounts."""
    if not db.execute("SELECT 1 FROM venue WHERE brand=? AND instr(points, ?)", _point(brand, body)).fetchone():
        raise access.refusal(400, "Invalid data", "Unknown singular point")
    subtotal = 0
    for line in body.get("menu_items", []):
        found = db.execute("SELECT price FROM item WHERE brand=? AND id=?", (brand["id"], line["id"])).fetchone()
        if found is None or not isinstance(line.get("quantity"), int) or line["quantity"] < 1:
            raise access.refusal(400, "Invalid data", "Unknown item")
        subtotal += (found["price"] + _modifiers(db, brand, line)) * line["quantity"]
    wanted = body.get("discounts", [])
    if len(wanted) > brand["choices"]:
        raise _not_applicable()
    left, offs = subtotal, []
    for one in wanted:
        off = min(left, _worth(db, brand, who, one, subtotal))
        if off <= 0:
            raise _not_applicable()
        left -= off
        offs.append(off)
    return subtotal, offs


def _modifiers(db: sqlite3.Connection, brand: sqlite3.Row, line: dict[str, Any]) -> int:
    """What the paid options of one dish cost, cents."""
    cost = 0
    for one in line.get("modifiers", []):
        found = db.execute("SELECT price FROM item WHERE brand=? AND id=?", (brand["id"], one.get("id"))).fetchone()
        if found is None or not isinstance(one.get("quantity"), int) or one["quantity"] < 1:
            raise access.refusal(400, "Invalid data", "Unknown modifier")
        cost += found["price"] * one["quantity"]
    return cost


def _point(brand: sqlite3.Row, body: dict[str, Any]) -> tuple[str, str]:
    return brand["id"], json.dumps(str(body["singular_point_id"]))


def _worth(
    db: sqlite3.Connection, brand: sqlite3.Row, who: sqlite3.Row | None, one: dict[str, Any], subtotal: int
) -> int:
    if "redemption_code" in one:
        sql = "SELECT amount FROM promo WHERE brand=? AND code=? AND becomes IS NULL AND used=0"
        promo = db.execute(sql, (brand["id"], one["redemption_code"])).fetchone()
        return int(promo["amount"]) if promo else 0
    if who is None:
        return 0
    if "discount_amount" in one:
        return int(one["discount_amount"]) if 0 < one["discount_amount"] <= min(who["credit"], subtotal) else 0
    sql = "SELECT * FROM discount WHERE brand=? AND id=? AND type_id=? AND used=0 AND (customer IS NULL OR customer=?)"
    found = db.execute(sql, (brand["id"], one.get("id"), one.get("type_id"), who["id"])).fetchone()
    if found is None or subtotal < found["minimum"] or (found["cost"] or 0) > who["points"]:
        return 0
    return int(found["amount"])


def _needs(body: dict[str, Any], names: tuple[str, ...]) -> None:
    if [name for name in names if name not in body] or not str(body["singular_point_id"]).strip():
        raise access.refusal(400, "Invalid data", "A field is missing")


def calculate(memory: Memory, request: Request) -> Response:
    """POST /orders/calculate: consumes nothing."""
    brand, body = access.brand_of(memory, request), access.body_of(request)
    who = access.customer_of(memory, request, guest=True)
    _needs(body, CALCULATE)
    with memory.transaction() as db:
        subtotal, offs = _cart(db, brand, who, body)
    listed = [one | {"amount": off} for one, off in zip(body.get("discounts", []), offs, strict=True)]
    found = {"subtotal": subtotal, "discount_amount": sum(offs), "tax": 0, "tip": 0}
    return access.told({"calculation": found | {"total": subtotal - sum(offs), "discounts": listed}})


def create(memory: Memory, request: Request) -> Response:
    """POST /orders: redeems with Punchh, and changes the points."""
    brand, body = access.brand_of(memory, request), access.body_of(request)
    who = access.customer_of(memory, request, guest=True)
    _needs(body, CREATE)
    with memory.transaction() as db:
        subtotal, offs = _cart(db, brand, who, body)
        spent = sum(_redeem(db, brand, who, one, off) for one, off in zip(body["discounts"], offs, strict=True))
        earned = (subtotal - sum(offs)) // 100 if who is not None else 0
        if who is not None:
            moved = "UPDATE customer SET points=points+? WHERE id=?"
            db.execute(moved, (earned - spent, who["id"]))
        made = str(uuid.uuid4())
        row = (made, brand["id"], who["id"] if who else None, json.dumps(body), subtotal, sum(offs), earned, spent)
        db.execute("INSERT INTO made_order VALUES (?,?,?,?,?,?,?,?,?)", (*row, time.time()))
    return access.told({"order": {"id": made, "total": subtotal - sum(offs)}})


def _redeem(db: sqlite3.Connection, brand: sqlite3.Row, who: sqlite3.Row | None, one: dict[str, Any], off: int) -> int:
    """Use one discount up; the points it costs."""
    if "redemption_code" in one:
        sql = "UPDATE promo SET used=used+1 WHERE brand=? AND code=?"
        db.execute(sql, (brand["id"], one["redemption_code"]))
        return 0
    if "discount_amount" in one and who is not None:
        db.execute("UPDATE customer SET credit=credit-? WHERE id=?", (off, who["id"]))
        return 0
    if one["type_id"] == 3:
        db.execute("UPDATE discount SET used=1 WHERE brand=? AND id=?", (brand["id"], one["id"]))
        return 0
    found = db.execute("SELECT cost FROM discount WHERE brand=? AND id=?", (brand["id"], one["id"])).fetchone()
    return int(found["cost"] or 0)
