"""The inbox: messages the shop sent, kept in one SQLite file."""

import re
import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

MAX_TEXT = 480
MAX_MAIL = 20_000
MAX_SUBJECT = 200
SCHEMA = """CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, key TEXT UNIQUE NOT NULL,
    recipient TEXT NOT NULL, text TEXT NOT NULL, sent_at REAL NOT NULL,
    kind TEXT NOT NULL DEFAULT 'sms', subject TEXT NOT NULL DEFAULT '')"""
LATER = ("kind TEXT NOT NULL DEFAULT 'sms'", "subject TEXT NOT NULL DEFAULT ''")  # a file of an older inbox lacks them
PUT = "INSERT OR IGNORE INTO message (id, key, recipient, text, sent_at, kind, subject) VALUES (?, ?, ?, ?, ?, ?, ?)"
ADDRESS = re.compile(r"[\x21-\x7e]{1,64}@[\x21-\x7e]{3,189}")


class BadMessage(Exception):
    """A message the carrier does not take; `code` says why."""

    def __init__(self, code: str) -> None:
        """`code`: `bad_key`, `bad_number`, `bad_address`, `bad_subject`, `bad_text` or `key_reused`."""
        super().__init__(code)
        self.code = code


def masked(number: str) -> str:
    """A number with only its country and last two digits readable; of an e-mail address its first sign and place."""
    if "@" in number:
        return f"{number[0]}•••@{number.rpartition('@')[2]}"
    return f"{number[:3]} •• •• •• {number[-2:]}"


class Box:
    """All messages, newest first."""

    def __init__(self, path: str, now: Callable[[], float]) -> None:
        """`path`: the SQLite file, or `:memory:`; `now`: unix seconds."""
        self._now, self._lock = now, threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(SCHEMA)
        have = {row["name"] for row in self._db.execute("PRAGMA table_info(message)")}
        for column in LATER:
            if column.split()[0] not in have:
                self._db.execute(f"ALTER TABLE message ADD COLUMN {column}")

    def put_mail(self, key: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Keep one mail; the same key again is the same mail.

        Raises:
            BadMessage: when something is missing or wrong; nothing is kept.
        """
        to, subject, text = fields.get("to"), fields.get("subject"), fields.get("text")
        if not isinstance(to, str) or not ADDRESS.fullmatch(to):
            raise BadMessage("bad_address")
        if not isinstance(subject, str) or not 1 <= len(subject) <= MAX_SUBJECT or "\n" in subject:
            raise BadMessage("bad_subject")
        if not isinstance(text, str) or not 1 <= len(text) <= MAX_MAIL:
            raise BadMessage("bad_text")
        return self._keep(key, to, text, "mail", subject)

    def put(self, key: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Keep one message; the same key again is the same message.

        Raises:
            BadMessage: when something is missing or wrong; nothing is kept.
        """
        to, text = fields.get("to"), fields.get("text")
        if not isinstance(to, str) or not re.fullmatch(r"\+[1-9][0-9]{6,14}", to):
            raise BadMessage("bad_number")
        if not isinstance(text, str) or not 1 <= len(text) <= MAX_TEXT:
            raise BadMessage("bad_text")
        return self._keep(key, to, text, "sms", "")

    def _keep(self, key: str, to: str, text: str, kind: str, subject: str) -> dict[str, Any]:
        if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
            raise BadMessage("bad_key")
        with self._lock:
            values = (f"msg_{secrets.token_hex(12)}", key, to, text, self._now(), kind, subject)
            self._db.execute(PUT, values)
            row = self._db.execute("SELECT * FROM message WHERE key=?", (key,)).fetchone()
        if (row["recipient"], row["text"], row["kind"]) != (to, text, kind):
            raise BadMessage("key_reused")
        return self._describe(row)

    def messages(self, most: int = -1) -> list[dict[str, Any]]:
        """The newest `most` messages, or all."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM message ORDER BY number DESC LIMIT ?", (most,)).fetchall()
        return [self._describe(row) for row in rows]

    def reset(self) -> None:
        """Forget every message."""
        with self._lock:
            self._db.execute("DELETE FROM message")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @staticmethod
    def _describe(row: sqlite3.Row) -> dict[str, Any]:
        moment = datetime.fromtimestamp(row["sent_at"], UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {
            "id": row["id"],
            "key": row["key"],
            "to": row["recipient"],
            "text": row["text"],
            "sent_at": moment,
            "kind": row["kind"],
            "subject": row["subject"],
        }
