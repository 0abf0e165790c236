"""What the pretend till knows: orders, payments, refunds, and the callbacks it made."""

import json
import secrets
import sqlite3
from datetime import UTC, datetime
from typing import Any

from webapp.sandbox.memory import Memory
from webapp.sandbox.wire import Refused

SCHEMA = """
CREATE TABLE IF NOT EXISTS ordered (
    key TEXT PRIMARY KEY, body TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open', created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES ordered(key), amount INTEGER NOT NULL, currency TEXT NOT NULL,
    at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refund (
    key TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment(id), amount INTEGER NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS called (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '');
"""
PAGE = 50


def moment(at: float) -> str:
    """Unix seconds as ISO 8601."""
    return datetime.fromtimestamp(at, UTC).isoformat()


class Book(Memory):
    """The till's file."""

    schema = SCHEMA
    tables = ("called", "refund", "payment", "ordered")
    account = "till"

    def take(self, key: str, body: dict[str, Any], now: float) -> None:
        """An order arrives; the same key again is the same order. Raises Refused: 409 for other content."""
        text = json.dumps(body, sort_keys=True)
        with self.transaction() as db:
            db.execute("INSERT OR IGNORE INTO ordered (key, body, created_at) VALUES (?, ?, ?)", (key, text, now))
            if self._row(db, key)["body"] != text:
                raise Refused(409, "key_reused", "This key was used for another order.")

    def pay(self, key: str, now: float, *, more: int = 0, currency: str = "") -> bool:
        """Somebody pays, `more` than asked for when testing; False when it is not open."""
        with self.transaction() as db:
            row = self._row(db, key)
            if row["state"] != "open":
                return False
            wanted = json.loads(row["body"])
            values = (f"pay_{secrets.token_hex(12)}", key, wanted["amount"] + more, currency or wanted["currency"], now)
            db.execute("INSERT INTO payment VALUES (?, ?, ?, ?, ?)", values)
            db.execute("UPDATE ordered SET state='captured' WHERE key=?", (key,))
        return True

    def cancel(self, key: str) -> bool:
        """No more money is taken for it; False when it was over."""
        with self.transaction() as db:
            self._row(db, key)
            return db.execute("UPDATE ordered SET state='expired' WHERE key=? AND state='open'", (key,)).rowcount == 1

    def give_back(self, payment: str, key: str, amount: int, now: float) -> None:
        """Money goes back, once per key. Raises Refused: 404, 409, 422 as the contract says."""
        with self.transaction() as db:
            paid = db.execute("SELECT * FROM payment WHERE id=?", (payment,)).fetchone()
            if paid is None:
                raise Refused(404, "unknown_capture", "There is no such payment.")
            old = db.execute("SELECT * FROM refund WHERE key=?", (key,)).fetchone()
            if old is not None:
                if (old["payment"], old["amount"]) != (payment, amount):
                    raise Refused(409, "key_reused", "This key was used for another refund.")
                return
            given = db.execute("SELECT COALESCE(SUM(amount), 0) FROM refund WHERE payment=?", (payment,)).fetchone()[0]
            if amount <= 0 or given + amount > paid["amount"]:
                raise Refused(422, "over_refund", "More than is left of this payment.")
            db.execute("INSERT INTO refund VALUES (?, ?, ?, ?)", (key, payment, amount, now))

    def show(self, key: str) -> dict[str, Any]:
        """An order as the contract shows it."""
        with self.transaction() as db:
            row = self._row(db, key)
            wanted = json.loads(row["body"])
            payments = db.execute("SELECT * FROM payment WHERE key=? ORDER BY at", (key,)).fetchall()
        return {
            **{name: wanted[name] for name in ("reference", "attempt_number", "number", "amount", "currency")},
            "id": key,
            "key": key,
            "state": row["state"],
            "account": self.account,
            "livemode": False,
            "lines": wanted["lines"],
            "captures": [
                {
                    "id": one["id"], "amount": one["amount"], "currency": one["currency"],
                    "refunded": sum(back["amount"] for back in self.refunds(one["id"])),
                    "captured_at": moment(one["at"]), "disputed": False,
                }
                for one in payments
            ],
        }  # fmt: skip

    def refunds(self, payment: str) -> list[dict[str, Any]]:
        """What went back of a payment, oldest first."""
        sql = "SELECT refund.*, currency FROM refund JOIN payment ON payment.id = payment WHERE payment=?"
        return [
            {
                "id": f"back_{row['key']}"[:120], "key": row["key"], "capture": payment, "amount": row["amount"],
                "currency": row["currency"], "state": "succeeded", "created_at": moment(row["at"]),
            }
            for row in self.rows(sql, payment)
        ]  # fmt: skip

    def movements(self, since: int, until: int, after: int) -> dict[str, Any]:
        """A page of what was paid and given back from `since` until before `until`, unix seconds."""
        sql = """
            SELECT 'capture' AS kind, id, id AS capture, key, key AS ordered, amount, currency, at
                FROM payment WHERE at >= ? AND at < ?
            UNION ALL
            SELECT 'refund', substr('back_' || refund.key, 1, 120), payment.id, refund.key, payment.key, refund.amount,
                currency, refund.at FROM refund JOIN payment ON payment.id = refund.payment
                WHERE refund.at >= ? AND refund.at < ? ORDER BY 8 LIMIT ? OFFSET ?"""
        rows = self.rows(sql, since, until, since, until, PAGE + 1, after)
        told = [
            {
                **{name: row[name] for name in ("kind", "id", "capture", "key", "amount", "currency")},
                "reference": row["ordered"].rpartition("-")[0], "at": moment(row["at"]),
            }
            for row in rows[:PAGE]
        ]  # fmt: skip
        return {"movements": told, "next": str(after + PAGE) if len(rows) > PAGE else None}

    def everything(self) -> dict[str, Any]:
        """For people and programs."""
        keys = [row["key"] for row in self.rows("SELECT key FROM ordered ORDER BY created_at DESC LIMIT 200")]
        calls = [dict(row) for row in self.rows("SELECT * FROM called ORDER BY rowid DESC LIMIT 200")]
        return {"account": self.account, "orders": [self.show(key) for key in keys], "calls": calls}

    @staticmethod
    def _row(db: sqlite3.Connection, key: str) -> sqlite3.Row:
        row: sqlite3.Row | None = db.execute("SELECT * FROM ordered WHERE key=?", (key,)).fetchone()
        if row is None:
            raise Refused(404, "unknown_session", "There is no such order.")
        return row
