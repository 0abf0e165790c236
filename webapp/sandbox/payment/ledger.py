"""The peer's memory: one SQLite file, one connection, one transaction at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, key TEXT UNIQUE NOT NULL, fingerprint TEXT NOT NULL, wanted TEXT NOT NULL,
    state TEXT NOT NULL, refusals INTEGER NOT NULL DEFAULT 0, behaviour TEXT NOT NULL,
    expires_at REAL NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS capture (
    id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session(id), amount INTEGER NOT NULL,
    currency TEXT NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, captured_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refund (
    id TEXT PRIMARY KEY, key TEXT UNIQUE NOT NULL, capture_id TEXT NOT NULL REFERENCES capture(id),
    amount INTEGER NOT NULL, currency TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, session_id TEXT NOT NULL,
    kind TEXT NOT NULL, body TEXT NOT NULL, created_at REAL NOT NULL, state TEXT NOT NULL,
    not_before REAL NOT NULL, copies INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    answers TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS event_due ON event (state, not_before);
CREATE INDEX IF NOT EXISTS session_open ON session (state, expires_at);
CREATE INDEX IF NOT EXISTS capture_session ON capture (session_id);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Ledger:
    """Sessions, captures, refunds and events."""

    def __init__(self, path: str) -> None:
        """`path`: the SQLite file, or `:memory:`."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block, or nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """The rows of one question."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def reset(self) -> None:
        """Forget everything but the settings."""
        with self.transaction() as db:
            for table in ("event", "refund", "capture", "session"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
