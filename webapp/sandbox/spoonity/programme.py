"""The routes of Spoonity's contract, and what its tester sees and sows."""

import json
from pathlib import Path
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.spoonity import orders, people
from webapp.sandbox.spoonity.tables import Tables
from webapp.sandbox.wire import Request, Response, Routes

MODULES = ["Loyalty", "Quick Pay"]


class Spoonity:
    """See `webapp.sandbox.peer.Programme`."""

    name = "Spoonity"
    pages = Path(__file__).with_name("pages")
    memory: type[Memory] = Tables

    def routes(self, memory: Memory, routes: Routes) -> None:
        """Add the contract's addresses."""

        def add(name: str, method: str, path: str, view: Any) -> None:
            def run(request: Request) -> Response:
                answer: Response = view(memory, request)
                return answer

            routes.add(name, method, path, run)

        add("check_in", "POST", "/onscreen", people.check_in)
        add("session", "GET", "/onscreen", people.show)
        add("close", "DELETE", "/onscreen", people.close)
        add("rewards", "GET", "/vendor/perk/redemption/list", people.catalogue)
        add("register", "POST", "/user/register", people.register)
        add("order", "POST", "/order", orders.post)
        add("void", "DELETE", "/order", orders.void)
        add("loyalty_pay", "POST", "/order/payments/loyalty", orders.pay)

    def ledger(self, memory: Memory) -> dict[str, Any]:
        """Everything recorded; passwords left out."""
        taken = memory.rows("SELECT * FROM taken_order ORDER BY number DESC LIMIT 500")
        return {
            "restaurants": [{"name": row["name"]} for row in memory.rows("SELECT name FROM restaurant ORDER BY name")],
            "people": [
                {name: row[name] for name in row.keys() if name != "password"}  # noqa: SIM118 -- a row is no mapping
                for row in memory.rows("SELECT * FROM person ORDER BY id")
            ],
            "rewards": [dict(row) for row in memory.rows("SELECT * FROM reward ORDER BY id")],
            "orders": [dict(row) | {"body": json.loads(row["body"])} for row in taken],
            "movements": [dict(row) for row in memory.rows("SELECT * FROM movement ORDER BY number DESC LIMIT 500")],
            "open_sessions": memory.rows("SELECT count(*) AS many FROM session WHERE open=1")[0]["many"],
        }

    def sow(self, memory: Memory, document: dict[str, Any]) -> None:
        """Put a seed document in: restaurants, people, rewards; money in cents."""
        with memory.transaction() as db:
            for one in document.get("restaurants", []):
                row = (one["api_key"], one["name"], one.get("vendor", 1), json.dumps(one.get("modules", MODULES)))
                db.execute("INSERT OR IGNORE INTO restaurant VALUES (?,?,?,?)", row)
            for one in document.get("people", []):
                named = (one["email"], one.get("phone"), one.get("token"), one["first_name"], one["last_name"])
                sql = "INSERT OR IGNORE INTO person (email, phone, token, first_name, last_name, points, gift) "
                db.execute(sql + "VALUES (?,?,?,?,?,?,?)", (*named, one.get("points", 0), one.get("gift", 0)))
            for one in document.get("rewards", []):
                told = (one["id"], one["name"], one.get("summary", ""), one["cost"], one["identifier"])
                dates = (one.get("template", "Item"), one.get("starts"), one.get("ends"))
                db.execute("INSERT OR IGNORE INTO reward VALUES (?,?,?,?,?,?,?,?)", told + dates)

    def is_empty(self, memory: Memory) -> bool:
        """Whether nothing was ever sown."""
        return not memory.rows("SELECT 1 FROM restaurant LIMIT 1")
