"""Sets the scene: merchants, their stores, customers and rewards, from one JSON document."""

import json
import sqlite3
from typing import Any

from webapp.sandbox.pongo import customers, rewards
from webapp.sandbox.pongo.problems import Problem

SCOPES = (
    "customer.create,customer.read,customer.update,reward.create,reward.read,reward.update,"
    "order.create,order.read,order.update"
)


def apply(db: sqlite3.Connection, document: dict[str, Any]) -> list[str]:
    """Add what the document describes; what is already there under the same id stays. Names of the merchants.

    Shape: `{"merchants": [{"name", "client_id", "client_secret", "redirect_uris": [], "token", "scopes"?,
    "points_per_100"?, "credit_delay_s"?, "stores": [{"slug", "name", "address"}],
    "rewards": [{"id", "type", "name", "points", "external_id"?, "value"?, "stores"?, "segment"?}],
    "customers": [{"phone": digits, "points", "public_id"?, "tags"?, "owned": [reward ids]?, "pin"?, …}]}]}`.

    Raises:
        Problem: 422, it has another shape.
    """
    try:
        return [_merchant(db, merchant) for merchant in document["merchants"]]
    except (KeyError, TypeError, AttributeError, sqlite3.Error) as error:
        raise Problem(422, f"The seed has another shape: {type(error).__name__} {error}") from error


def _merchant(db: sqlite3.Connection, merchant: dict[str, Any]) -> str:
    merchant_id = merchant.get("id") or "mer_" + merchant["name"].lower().replace(" ", "-")
    db.execute(
        "INSERT INTO merchant VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET"
        " points_per_100=excluded.points_per_100, credit_delay_s=excluded.credit_delay_s",
        (
            merchant_id,
            merchant["name"],
            merchant["client_id"],
            merchant["client_secret"],
            json.dumps(merchant.get("redirect_uris", [])),
            merchant.get("points_per_100", 1),
            merchant.get("credit_delay_s", 0),
        ),
    )
    if merchant.get("token"):
        token = (merchant["token"], merchant_id, merchant.get("scopes", SCOPES), None, 0)
        db.execute("INSERT OR REPLACE INTO token VALUES (?,?,?,?,?)", token)
    for store in merchant.get("stores", []):
        row = (store.get("public_id") or customers.new_id("sto"), merchant_id, store["slug"], store["name"])
        db.execute("INSERT OR IGNORE INTO store VALUES (?,?,?,?,?)", (*row, store.get("address", "")))
    for reward in merchant.get("rewards", []):
        _reward(db, merchant_id, reward)
    for customer in merchant.get("customers", []):
        _customer(db, merchant_id, customer)
    return str(merchant["name"])


def _reward(db: sqlite3.Connection, merchant_id: str, reward: dict[str, Any]) -> None:
    stores = reward.get("stores")
    optional = tuple(reward.get(name) for name in ("name", "description"))
    db.execute(
        "INSERT OR REPLACE INTO reward VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            *(reward["id"], merchant_id, reward["type"], *optional, reward["points"]),
            *(reward.get("external_id"), reward.get("value"), json.dumps(stores) if stores else None),
            reward.get("segment"),
        ),
    )


def _customer(db: sqlite3.Connection, merchant_id: str, customer: dict[str, Any]) -> None:
    if customers.by_phone(db, merchant_id, customer["phone"]) is not None:
        return
    public_id = customers.insert(db, merchant_id, customer["phone"], customer.get("store_slug"), "seed")["public_id"]
    if customer.get("public_id"):
        db.execute("UPDATE customer SET public_id=? WHERE public_id=?", (customer["public_id"], public_id))
        public_id = customer["public_id"]
    customers.change(db, public_id, {name: customer[name] for name in customer if name != "points"})
    if customer.get("points"):
        customers.move_points(db, public_id, customer["points"], "opening balance")
    for reward_id in customer.get("owned", []):
        rewards.grant(db, rewards.reward_by_id(db, merchant_id, reward_id), public_id)
