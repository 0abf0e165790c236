"""Orders: each counts once per merchant, store and order id."""

import json
import sqlite3

from webapp.sandbox.pongo import customers, rewards, rules
from webapp.sandbox.pongo.problems import Problem, invalid, not_found
from webapp.sandbox.pongo.rules import Body

REQUIRED = {
    "order_id": "text",
    "channel": "text",
    "delivery_mode": "text",
    "loyalty_store_slug": "text",
    "amount": "cents",
    "status": "text",
    "created_at": "moment",
    "delivery_status": "text",
    "lines": "objects",
}
OPTIONAL = {
    "partner_order_id": "text",
    "tablet_id": "whole",
    "tax_amount": "cents",
    "reward_ids": "texts",
    "withdrawal_at": "moment",
    "comment": "text",
    "payments": "objects",
    "device_id": "text",
    "device_name": "text",
}
LINE = {"name": "text", "quantity": "one", "amount": "whole"}
CUSTOMER = {
    "customer_public_id": "text",
    "international_phone_number": "phone",
    "first_name": "text",
    "last_name": "text",
    "email": "email",
    "has_optin": "yes_no",
    "has_optin_sms": "yes_no",
    "has_optin_email": "yes_no",
}


def _check(body: Body) -> None:
    rules.validate({name: value for name, value in body.items() if name != "customer"}, REQUIRED, OPTIONAL)
    for name, values in rules.ENUMS.items():
        if body[name] not in values:
            raise invalid(name, f"The selected {name} is invalid. One of: {', '.join(values)}.")
    for place, line in enumerate(body["lines"]):
        rules.validate(line, LINE, {"sku": "text", "reward_id": "text"}, f"lines.{place}.")
    if sum(line["amount"] * line["quantity"] for line in body["lines"]) != body["amount"]:
        raise invalid("amount", "The amount is not the sum of the lines.")
    customer = body.get("customer")
    if customer is not None:
        if not isinstance(customer, dict):
            raise invalid("customer", "The customer field must be an object.")
        rules.validate(customer, {}, CUSTOMER, "customer.")
        if not (customer.get("customer_public_id") or customer.get("international_phone_number")):
            raise invalid("customer", "The customer needs a public id or a phone number.")


def _customer(db: sqlite3.Connection, merchant_id: str, body: Body) -> sqlite3.Row | None:
    said = body.get("customer")
    if said is None:
        return None
    phone, public_id = said.get("international_phone_number"), said.get("customer_public_id")
    if public_id:
        try:
            row = customers.by_id(db, merchant_id, public_id)
        except Problem as problem:
            raise invalid("customer.customer_public_id", "The selected customer is invalid.") from problem
        if phone and row["phone"] != phone:
            raise invalid("customer.international_phone_number", "The phone is another customer's.")
        return row
    known = customers.by_phone(db, merchant_id, phone)
    if known is not None:
        return known
    row = customers.insert(db, merchant_id, phone, body["loyalty_store_slug"], "order")
    customers.change(db, row["public_id"], {name: said[name] for name in said if name.startswith("has_optin")})
    return row


def _use_rewards(db: sqlite3.Connection, merchant_id: str, body: Body, customer_id: str | None) -> None:
    for place, line in enumerate(body["lines"]):
        reward_id = line.get("reward_id")
        if reward_id:
            rewards.reward_by_id(db, merchant_id, reward_id)
            copy = rewards.unused_copy(db, reward_id, customer_id) if customer_id else None
            if copy is None:
                raise invalid(f"lines.{place}.reward_id", "The customer holds no unused copy of this reward.")
            rewards.mark_used(db, copy, f"order {body['order_id']}")


def create(db: sqlite3.Connection, merchant: sqlite3.Row, body: Body) -> tuple[Body, int]:
    """POST /orders: 201 the first time, 202 for the same order id at the same store."""
    _check(body)
    slug, order_id = body["loyalty_store_slug"], body["order_id"]
    rules.known_store(db, merchant["id"], slug, "loyalty_store_slug")
    before = db.execute(
        "SELECT id FROM received_order WHERE merchant_id=? AND store_slug=? AND order_id=?",
        (merchant["id"], slug, order_id),
    ).fetchone()
    now = customers.now_text()
    if before is not None:
        db.execute("UPDATE received_order SET times=times+1, last_received_at=? WHERE id=?", (now, before["id"]))
        return {"message": "This order has already been processed.", "id": before["id"]}, 202
    customer = _customer(db, merchant["id"], body)
    customer_id = customer["public_id"] if customer else None
    _use_rewards(db, merchant["id"], body, customer_id)
    points = body["amount"] * merchant["points_per_100"] // 100 if customer_id else 0
    if customer_id and points:
        customers.move_points(db, customer_id, points, f"order {order_id}", merchant["credit_delay_s"])
    received = customers.new_id("ord")
    row = (received, merchant["id"], slug, order_id, customer_id, body["amount"], points, "closed", now, now, 1)
    db.execute("INSERT INTO received_order VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", (*row, json.dumps(body)))
    return {"data": {"id": received}}, 201


def change_status(db: sqlite3.Connection, merchant: sqlite3.Row, order_id: str, body: Body) -> Body:
    """PATCH /orders/{id}, by our id or by the client's; a first cancel takes the points of the order back."""
    rules.validate(body, {"status": "text"}, {"loyalty_store_slug": "text"})
    if body["status"] not in {"closed", "canceled"}:
        raise invalid("status", "The selected status is invalid. One of: closed, canceled.")
    rows = db.execute(
        "SELECT * FROM received_order WHERE merchant_id=? AND (id=? OR order_id=?)"
        " AND store_slug=coalesce(?, store_slug)",
        (merchant["id"], order_id, order_id, body.get("loyalty_store_slug")),
    ).fetchall()
    if len(rows) != 1:
        raise not_found()
    row = rows[0]
    if body["status"] == "canceled" and row["status"] != "canceled" and row["customer_id"]:
        delay = merchant["credit_delay_s"]
        customers.move_points(db, row["customer_id"], -row["points"], f"order {row['order_id']} canceled", delay)
    db.execute("UPDATE received_order SET status=? WHERE id=?", (body["status"], row["id"]))
    return {"id": row["id"]}
