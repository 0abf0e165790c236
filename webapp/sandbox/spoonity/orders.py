"""Orders, movements of stored value and voids (spoonity.md section 6)."""

import json
import sqlite3
import time

from webapp.sandbox.memory import Memory
from webapp.sandbox.spoonity import people, rules
from webapp.sandbox.wire import Request, Response, as_json

TAKEN = {"success": True}
CENTS_A_POINT = 100  # earned: a point for each whole unit of `subtotal`
POINT_PAYS = 5  # cents one point is worth in loyalty pay


def post(memory: Memory, request: Request) -> Response:
    """POST /order: with `amount` and no lines a movement, else a whole order."""
    people.restaurant(memory, request)
    body = request.json()
    if "amount" in body and "line_items" not in body:
        return _move(memory, body)
    return _whole(memory, request, body)


def _person(memory: Memory, body: rules.Body) -> sqlite3.Row:
    person = people.by_card(memory, rules.text(body, "card_number"))
    if person is None:
        raise rules.nested(400, "Requested card is not valid")
    return person


def _move(memory: Memory, body: rules.Body) -> Response:
    person, amount = _person(memory, body), rules.cents(body, "amount")
    if amount == 0:
        raise rules.nested(400, "amount must not be 0")
    with memory.transaction() as db:
        held = "UPDATE person SET gift=gift+?1 WHERE id=?2 AND gift+?1>=0"
        if db.execute(held, (amount, person["id"])).rowcount != 1:
            return rules.refused_with_200("Insufficient balance")
        _note(db, person["id"], "gift_card", amount)
    return as_json(TAKEN)


def _note(db: sqlite3.Connection, person: int, kind: str, cents: int) -> None:
    sql = "INSERT INTO movement (person, kind, cents, made_at) VALUES (?,?,?,?)"
    db.execute(sql, (person, kind, cents, int(time.time())))


def pay(memory: Memory, request: Request) -> Response:
    """POST /order/payments/loyalty: points become money now, and never points again."""
    people.restaurant(memory, request)
    body = request.json()
    person, amount = _person(memory, body), rules.cents(body, "amount")
    if amount <= 0:
        raise rules.nested(400, "amount must be positive")
    points = -(-amount // POINT_PAYS)
    with memory.transaction() as db:
        spent = "UPDATE person SET points=points-?1 WHERE id=?2 AND points>=?1"
        if db.execute(spent, (points, person["id"])).rowcount != 1:
            return rules.refused_with_200("Insufficient balance")
        _note(db, person["id"], "loyalty_pay", -amount)
    return as_json(TAKEN)


def _whole(memory: Memory, request: Request, body: rules.Body) -> Response:
    rules.whole_order(body)
    person, key = _person(memory, body), request.query["api_key"]
    receipt, subtotal = rules.text(body, "receipt_number"), rules.cents(body, "subtotal")
    with memory.transaction() as db:
        if db.execute("SELECT 1 FROM taken_order WHERE api_key=? AND receipt=?", (key, receipt)).fetchone():
            return rules.refused_with_200("This receipt was submitted already")
        cost = 0
        for identifier in rules.identifiers(body):
            reward = db.execute("SELECT cost FROM reward WHERE identifier=?", (identifier,)).fetchone()
            if reward is None:
                return rules.refused_with_200("Unknown discount")
            cost += reward["cost"]
        earned = max(0, subtotal) // CENTS_A_POINT
        moved = "UPDATE person SET points=points-?1+?2 WHERE id=?3 AND points>=?1"
        if db.execute(moved, (cost, earned, person["id"])).rowcount != 1:
            return rules.refused_with_200("Insufficient balance")
        sql = "INSERT INTO taken_order (api_key, person, receipt, body, spent, earned) VALUES (?,?,?,?,?,?)"
        db.execute(sql, (key, person["id"], receipt, json.dumps(body), cost, earned))
    return as_json(TAKEN)


def void(memory: Memory, request: Request) -> Response:
    """DELETE /order: per person and restaurant in the order of their creation: no older one after a newer."""
    place, receipt = people.restaurant(memory, request), rules.text(request.json(), "receipt")
    with memory.transaction() as db:
        found = db.execute(
            "SELECT * FROM taken_order WHERE api_key=? AND receipt=?", (place["api_key"], receipt)
        ).fetchone()
        if found is None:
            raise rules.nested(404, "Order not found")
        if found["voided_at"] is not None:
            return rules.refused_with_200("This order was voided already")
        later = "SELECT 1 FROM taken_order WHERE api_key=? AND person=? AND number>? AND voided_at IS NOT NULL"
        if db.execute(later, (place["api_key"], found["person"], found["number"])).fetchone():
            return rules.refused_with_200("An earlier order must be voided first")
        db.execute("UPDATE taken_order SET voided_at=? WHERE number=?", (int(time.time()), found["number"]))
        back = "UPDATE person SET points=max(0, points+?-?) WHERE id=?"
        db.execute(back, (found["spent"], found["earned"], found["person"]))
    return as_json(TAKEN)
