"""Members, what their vouchers are worth, and what an order takes from them (gonnaorder.md 4 and 5)."""

import re
import sqlite3
from typing import Any

from webapp.sandbox.memory import Memory

E164 = re.compile(r"\+[1-9][0-9]{5,14}")


def cents(value: object) -> int | None:
    """A decimal number of the wire as cents; None when it is none, negative or finer than a cent."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9:
        return None
    whole = round(value * 100)
    return whole if abs(whole - value * 100) < 1e-6 else None


def decimal(amount: int) -> float:
    """Cents as the wire has them."""
    return amount / 100


def find(memory: Memory, query: dict[str, str], calling_code: str) -> sqlite3.Row | None:
    """The member a look-up means: both identifiers must match; a free text is tried as code, then as number."""
    code, phone = query.get("memberCode"), query.get("phoneNumber")
    if code or phone:
        both = "SELECT * FROM member WHERE (?1 IS NULL OR code=?1) AND (?2 IS NULL OR phone=?2) ORDER BY rowid LIMIT 1"
        rows = memory.rows(both, code, phone)
        return rows[0] if rows else None
    text = query["searchString"].strip()
    number = text.replace(" ", "") if text.startswith("+") else calling_code + text.replace(" ", "")
    rows = memory.rows("SELECT * FROM member WHERE code=? ORDER BY rowid", text)
    rows = rows or memory.rows("SELECT * FROM member WHERE phone=? ORDER BY rowid", number)
    return rows[0] if rows else None


def of_member(memory: Memory, code: str) -> list[dict[str, Any]]:
    """The member's usable vouchers; an empty wallet is not among them."""
    rows = memory.rows("SELECT * FROM voucher WHERE member=? AND active=1 ORDER BY source, code", code)
    return [as_json(row) for row in rows if usable(row)]


def usable(row: sqlite3.Row) -> bool:
    """Whether anything is left of it."""
    return bool(row["active"]) and row["discount"] > 0 and not (row["single_use"] and row["used"])


def as_json(row: sqlite3.Row) -> dict[str, Any]:
    """A voucher on the wire."""
    fields = {"code": row["code"], "discount": decimal(row["discount"]), "source": row["source"]}
    return fields | {"discountType": row["type"], "description": row["description"]}


def effect(row: sqlite3.Row, total: int) -> int:
    """What the voucher takes off an order of `total` cents; 0 when it may not be used on it."""
    if not usable(row) or total < row["minimum"]:
        return 0
    if row["type"] == "PERCENTILE":
        return min(total, (total * int(row["discount"]) + 5000) // 10000)
    return min(total, int(row["discount"]))


def consume(db: sqlite3.Connection, row: sqlite3.Row, taken: int) -> None:
    """Take `taken` cents from it; a wallet never falls below nothing (R5)."""
    is_wallet = row["type"] == "MONETARY" and row["source"] == "LOYALTY"
    left = max(0, row["discount"] - taken) if is_wallet else row["discount"]
    db.execute("UPDATE voucher SET discount=?, used=used+1 WHERE code=?", (left, row["code"]))


def collect(db: sqlite3.Connection, member: str, amount: int) -> None:
    """Points turn into money on the member's wallet."""
    filled = "UPDATE voucher SET discount=discount+? WHERE member=? AND source='LOYALTY' AND type='MONETARY'"
    db.execute(filled, (amount, member))
