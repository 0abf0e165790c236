"""The routes of MENU's contract, and what its tester sees and sows."""

import functools
import json
import sqlite3
from pathlib import Path
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.menu import access, customers, orders
from webapp.sandbox.menu.tables import Tables
from webapp.sandbox.wire import Request, Response, Routes

AREAS = {"collect": (4, 6), "counter": (3, 4)}


class Menu:
    """See `webapp.sandbox.peer.Programme`."""

    name = "MENU"
    pages = Path(__file__).with_name("pages")
    memory: type[Memory] = Tables

    def routes(self, memory: Memory, routes: Routes) -> None:
        """Add the contract's addresses."""

        def add(name: str, method: str, path: str, view: Any) -> None:
            routes.add(name, method, "/api" + path, functools.partial(view, memory))

        add("init", "POST", "/init-application", _brand)
        add("integration", "GET", "/brands/([^/]+)/dlc-integrations", _integration)
        add("venue", "GET", "/venues/([^/]+)", _venue)
        add("ask_code", "POST", "/customers/passwordless-request", customers.ask_code)
        add("login", "POST", "/customers/login", functools.partial(customers.sign_in, joining=False))
        add("register", "POST", "/customers/register", functools.partial(customers.sign_in, joining=True))
        add("account", "PUT", "/customer-accounts/([^/]+)", customers.update)
        add("program", "GET", "/dlc-service/loyalty-program", customers.program)
        add("balance", "GET", "/dlc-service/customer-account-loyalty", customers.balance)
        add("rewards", "GET", "/dlc-service/loyalty-rewards", customers.rewards)
        add("promotions", "GET", "/dlc-service/loyalty-promotions", customers.promotions)
        add("coupons", "POST", "/dlc-service/loyalty-coupons", customers.unlock)
        add("calculate", "POST", "/orders/calculate", orders.calculate)
        add("orders", "POST", "/orders", orders.create)

    def ledger(self, memory: Memory) -> dict[str, Any]:
        """Everything recorded; the codes stand here in place of a mail box."""
        made = memory.rows("SELECT * FROM made_order ORDER BY made_at DESC LIMIT 500")
        return {
            "customers": [dict(row) for row in memory.rows("SELECT * FROM customer ORDER BY email")],
            "discounts": [dict(row) for row in memory.rows("SELECT * FROM discount ORDER BY id")],
            "promos": [dict(row) for row in memory.rows("SELECT * FROM promo ORDER BY code")],
            "codes": [dict(row) for row in memory.rows("SELECT * FROM code ORDER BY rowid DESC LIMIT 50")],
            "orders": [dict(row) | {"body": json.loads(row["body"])} for row in made],
        }

    def sow(self, memory: Memory, document: dict[str, Any]) -> None:
        """Put a seed document in: brands with venues, items, customers, discounts and codes; money in cents."""
        with memory.transaction() as db:
            for brand in document.get("brands", []):
                _sow(db, brand)

    def is_empty(self, memory: Memory) -> bool:
        """Whether nothing was ever sown."""
        return not memory.rows("SELECT 1 FROM brand LIMIT 1")


def _sow(db: sqlite3.Connection, brand: dict[str, Any]) -> None:
    kind = brand.get("program_type", "points_convert_to_currency")
    named = (brand["id"], brand["application"], brand["name"], brand.get("type_id", 2), kind, brand.get("choices", 1))
    db.execute("INSERT OR IGNORE INTO brand VALUES (?,?,?,?,?,?)", named)
    for one in brand.get("venues", []):
        place = (one["uuid"], brand["id"], one["number"], one["code"], one["name"], json.dumps(one["points"]))
        db.execute("INSERT OR IGNORE INTO venue VALUES (?,?,?,?,?,?)", place)
    for one in brand.get("items", []):
        db.execute("INSERT OR IGNORE INTO item VALUES (?,?,?,?)", (one["id"], brand["id"], one["name"], one["price"]))
    for one in brand.get("customers", []):
        person = (one["id"], brand["id"], one["email"], one.get("first_name", ""), one.get("last_name", ""))
        sql = "INSERT OR IGNORE INTO customer (id, brand, email, first_name, last_name, points, credit) "
        db.execute(sql + "VALUES (?,?,?,?,?,?,?)", (*person, one.get("points", 0), one.get("credit", 0)))
    for one in brand.get("discounts", []):
        told = (one["id"], brand["id"], one["type_id"], one["name"], one.get("description", ""), one["amount"])
        rules = (one.get("minimum", 0), one.get("cost"), one.get("customer"), json.dumps(one.get("venue_codes", [])))
        dates = (json.dumps(one["venue_ids"]) if one.get("venue_ids") else None, one.get("date_to"))
        db.execute("INSERT OR IGNORE INTO discount VALUES (?,?,?,?,?,?,?,?,?,?,?,?,0)", told + rules + dates)
    for one in brand.get("promos", []):
        row = (one["code"], brand["id"], one["amount"], one.get("becomes"))
        db.execute("INSERT OR IGNORE INTO promo (code, brand, amount, becomes) VALUES (?,?,?,?)", row)


def _brand(memory: Memory, request: Request) -> Response:
    brand = access.brand_of(memory, request)
    told = {"id": brand["id"], "name": brand["name"], "auth_type_id": 2, "optin_type_id": 1}
    return access.told({"key": "k", "brand": told | {"has_coupons": True, "has_rewards": True}})


def _integration(memory: Memory, request: Request, brand_id: str) -> Response:
    brand = access.brand_of(memory, request)
    if brand["id"] != brand_id:
        raise access.refusal(404, "Not found")
    kind = {1: "Plain", 2: "Punchh"}[brand["type_id"]]
    told = {"id": "integration-1", "brand_id": brand_id, "type_id": brand["type_id"], "reference_type": kind}
    return access.told({"dlc_integration": told})


def _venue(memory: Memory, request: Request, uuid: str) -> Response:
    brand = access.brand_of(memory, request)
    rows = memory.rows("SELECT * FROM venue WHERE uuid=? AND brand=?", uuid, brand["id"])
    if not rows:
        raise access.refusal(404, "Not found")
    row, points = rows[0], json.loads(rows[0]["points"])
    areas: list[dict[str, Any]] = [
        {"type_id": area, "singular_point_id": points[name], "order_types": [{"type_id": kind}]}
        for name, (area, kind) in AREAS.items()
        if name in points
    ]
    nested = request.query.get("view") == "withNestedEntities"
    tables = [{"name": name, "singular_point_id": point} for name, point in points.get("tables", {}).items()]
    full = {"type_id": 1, "singular_point_id": None, "order_types": [{"type_id": 1}]}
    areas.append(full | ({"tables": tables} if nested else {}))
    told = {"id": row["number"], "uuid": row["uuid"], "name": row["name"], "code": row["code"]}
    return access.told({"venue": told | {"brand_id": brand["id"], "areas": areas}})
