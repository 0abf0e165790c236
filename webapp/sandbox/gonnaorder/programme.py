"""The routes of GonnaOrder's contract, and what its tester sees and sows."""

import json
import time
from pathlib import Path
from typing import Any

from webapp.sandbox.gonnaorder import access, vouchers
from webapp.sandbox.gonnaorder.tables import Tables
from webapp.sandbox.memory import Memory
from webapp.sandbox.wire import Refused, Request, Response, Routes, View, as_json

STORE = "/api/v1/stores/([0-9]{1,9})"
TOTALS = ("totalNonDiscountedPrice", "totalDiscountedPrice", "totalDiscount")
FAILED = Response(500)  # every failure of an order looks the same, and says nothing


class GonnaOrder:
    """See `webapp.sandbox.peer.Programme`."""

    name = "GonnaOrder"
    pages = Path(__file__).with_name("pages")
    memory: type[Memory] = Tables

    def routes(self, memory: Memory, routes: Routes) -> None:
        """Add the contract's addresses."""

        def guarded(name: str, method: str, path: str, view: Any) -> None:
            def run(request: Request, store: str) -> Response:
                access.check(memory, request, int(store))
                answer: Response = view(memory, request, int(store))
                return answer

            routes.add(name, method, STORE + path, run)

        sign_in: View = lambda request: access.sign_in(memory, request)  # noqa: E731 -- one call, bound to its memory
        routes.add("login", "POST", "/api/v1/auth/login", sign_in)
        guarded("store", "GET", "", _store)
        guarded("vouchers", "GET", "/loyalty/customer-vouchers", _look_up)
        guarded("validate", "POST", "/customer-voucher/validate/order", _validate)
        guarded("external_order", "POST", "/external-order", _report)

    def ledger(self, memory: Memory) -> dict[str, Any]:
        """Everything recorded."""
        orders = memory.rows("SELECT * FROM external_order ORDER BY number DESC LIMIT 500")
        return {
            "stores": [dict(row) for row in memory.rows("SELECT * FROM store ORDER BY id")],
            "members": [dict(row) for row in memory.rows("SELECT * FROM member ORDER BY code")],
            "vouchers": [dict(row) for row in memory.rows("SELECT * FROM voucher ORDER BY code")],
            "orders": [dict(row) | {"body": json.loads(row["body"])} for row in orders],
        }

    def sow(self, memory: Memory, document: dict[str, Any]) -> None:
        """Put a seed document in: accounts, stores, members with their wallets, vouchers; amounts in cents."""
        with memory.transaction() as db:
            for one in document.get("accounts", []):
                row = (one["username"], one["password"], one.get("token"), json.dumps(one["stores"]))
                db.execute("INSERT OR REPLACE INTO account VALUES (?,?,?,?)", row)
            for one in document.get("stores", []):
                place = (one["id"], one["name"], one.get("country", "FR"), one.get("calling_code", "+33"))
                rate = (one.get("zone", "Europe/Paris"), one.get("spend", 5000), one.get("gain", 500))
                db.execute("INSERT OR IGNORE INTO store VALUES (?,?,?,?,?,?,?)", place + rate)
            for one in document.get("members", []):
                person = (one["code"], one.get("name", ""), one["phone"], one.get("email", ""))
                db.execute("INSERT OR IGNORE INTO member VALUES (?,?,?,?)", person)
                purse = (one["code"], one["code"], "LOYALTY", "MONETARY", one.get("wallet", 0), "Loyalty wallet")
                _voucher(db, *purse)
            for one in document.get("vouchers", []):
                named = (one["code"], one.get("member"), one.get("source", "STORE"), one["type"], one["discount"])
                _voucher(db, *named, one.get("description", ""))
                rules = (one.get("minimum", 0), int(one.get("single_use", False)), int(one.get("active", True)))
                sql = "UPDATE voucher SET minimum=?, single_use=?, active=? WHERE code=?"
                db.execute(sql, (*rules, one["code"]))

    def is_empty(self, memory: Memory) -> bool:
        """Whether nothing was ever sown."""
        return not memory.rows("SELECT 1 FROM store LIMIT 1")


def _voucher(db: Any, code: str, member: str | None, source: str, kind: str, discount: int, words: str) -> None:
    sql = "INSERT OR IGNORE INTO voucher (code, member, source, type, discount, description) VALUES (?,?,?,?,?,?)"
    db.execute(sql, (code, member, source, kind, discount, words))


def _store(memory: Memory, request: Request, store: int) -> Response:
    rows = memory.rows("SELECT * FROM store WHERE id=?", store)
    if not rows:
        raise access.refusal(request, 404, "NOT_FOUND", "No such store")
    row = rows[0]
    named = {"id": row["id"], "name": row["name"], "countryId": row["country"]}
    return as_json(named | {"phoneCountryCode": row["calling_code"], "timeZone": row["zone"], "settings": {}})


def _look_up(memory: Memory, request: Request, store: int) -> Response:
    query = dict(request.query)
    asked = {name: query[name] for name in ("memberCode", "phoneNumber", "searchString") if query.get(name)}
    if not asked or ("phoneNumber" in asked and not vouchers.E164.fullmatch(asked["phoneNumber"])):
        raise access.refusal(request, 400, "BAD_REQUEST", "Failed to read request")
    place = memory.rows("SELECT calling_code FROM store WHERE id=?", store)
    member = vouchers.find(memory, asked, place[0]["calling_code"] if place else "+")
    if member is None:
        return as_json("member not found", 404)
    answer = {"name": member["name"], "phoneNumber": member["phone"], "email": member["email"]}
    usable = vouchers.of_member(memory, member["code"])
    return as_json(answer | {"memberCode": member["code"]} | ({"vouchers": usable} if usable else {}))


def _validate(memory: Memory, request: Request, _store: int) -> Response:
    body = request.json()
    code, total = body.get("voucherCode"), vouchers.cents(body.get("totalNonDiscountedPrice"))
    if not isinstance(code, str) or not code or total is None:
        raise access.refusal(request, 400, "BAD_REQUEST", "Failed to read request")
    rows = memory.rows("SELECT * FROM voucher WHERE code=?", code)
    off = vouchers.effect(rows[0], total) if rows else 0
    if not off:
        return as_json({"active": False})
    order = {"totalNonDiscountedPrice": vouchers.decimal(total), "voucherDiscount": vouchers.decimal(off)}
    order["totalDiscountedPrice"] = vouchers.decimal(total - off)
    return as_json({"active": True, "voucher": vouchers.as_json(rows[0]), "order": order})


def _report(memory: Memory, request: Request, store: int) -> Response:
    try:
        body = request.json()
    except Refused:
        return FAILED
    totals = [vouchers.cents(body[name]) if name in body else None for name in TOTALS]
    before, after, off = totals
    known = isinstance(body.get("externalOrderId"), int) and not isinstance(body.get("externalOrderId"), bool)
    if not known or before is None or (after is None) != (off is None):
        return FAILED
    if off is not None and after is not None and before - off != after:
        return FAILED
    return _take(memory, store, body, before, off)


def _take(memory: Memory, store: int, body: dict[str, Any], before: int, off: int | None) -> Response:
    """Consume the voucher, fill the wallet, keep the order. The same number twice counts twice (R13)."""
    with memory.transaction() as db:
        found = db.execute("SELECT * FROM voucher WHERE code=?", (body.get("voucherCode"),)).fetchone()
        if body.get("voucherCode") and found is None:
            return FAILED
        taken = 0
        if found is not None:
            taken = off if off is not None else vouchers.effect(found, before)
            vouchers.consume(db, found, taken)
        collector = str(body.get("memberCode") or "")
        if found is not None and found["source"] == "LOYALTY" and found["type"] == "MONETARY":
            collector = found["member"]
        rate = db.execute("SELECT spend, gain FROM store WHERE id=?", (store,)).fetchone()
        gained = (before - taken) // rate["spend"] * rate["gain"] if collector and rate else 0
        if gained:
            vouchers.collect(db, collector, gained)
        kept = (store, json.dumps(body), gained, taken, time.time())
        db.execute("INSERT INTO external_order (store, body, collected, taken, received_at) VALUES (?,?,?,?,?)", kept)
    return Response(201)
