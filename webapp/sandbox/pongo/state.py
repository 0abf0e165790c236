"""The server's memory: one SQLite file, one short transaction per request."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS merchant (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, client_id TEXT NOT NULL, client_secret TEXT NOT NULL,
  redirect_uris TEXT NOT NULL, points_per_100 INTEGER NOT NULL, credit_delay_s REAL NOT NULL);
CREATE TABLE IF NOT EXISTS token (
  value TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, scopes TEXT NOT NULL, expires_at REAL, revoked INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS code (
  value TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, client_id TEXT NOT NULL, scopes TEXT NOT NULL,
  made_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS store (
  public_id TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL,
  UNIQUE (merchant_id, slug));
CREATE TABLE IF NOT EXISTS customer (
  public_id TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, phone TEXT NOT NULL, email TEXT, first_name TEXT,
  last_name TEXT,
  has_optin_sms INTEGER, has_optin_email INTEGER, tags TEXT NOT NULL DEFAULT '[]', pin TEXT, store_slug TEXT,
  enrolled_by TEXT NOT NULL, UNIQUE (merchant_id, phone));
CREATE TABLE IF NOT EXISTS reward (
  id TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, type TEXT NOT NULL, name TEXT, description TEXT,
  points INTEGER NOT NULL, external_id TEXT, value REAL, stores TEXT, segment TEXT);
CREATE TABLE IF NOT EXISTS owned (
  hash TEXT PRIMARY KEY, reward_id TEXT NOT NULL, customer_id TEXT NOT NULL, coupon_code TEXT UNIQUE,
  is_used INTEGER NOT NULL DEFAULT 0, received_at TEXT NOT NULL, used_at TEXT, used_by TEXT, locked_at TEXT);
CREATE TABLE IF NOT EXISTS movement (
  id INTEGER PRIMARY KEY, customer_id TEXT NOT NULL, points INTEGER NOT NULL, why TEXT NOT NULL, made_at TEXT NOT NULL,
  due_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS movement_customer ON movement (customer_id);
CREATE INDEX IF NOT EXISTS owned_customer ON owned (customer_id);
CREATE TABLE IF NOT EXISTS received_order (
  id TEXT PRIMARY KEY, merchant_id TEXT NOT NULL, store_slug TEXT NOT NULL, order_id TEXT NOT NULL, customer_id TEXT,
  amount INTEGER NOT NULL, points INTEGER NOT NULL, status TEXT NOT NULL, received_at TEXT NOT NULL,
  last_received_at TEXT NOT NULL, times INTEGER NOT NULL, body TEXT NOT NULL,
  UNIQUE (merchant_id, store_slug, order_id));
"""
FORGET = (
    "DELETE FROM merchant",
    "DELETE FROM token",
    "DELETE FROM code",
    "DELETE FROM store",
    "DELETE FROM customer",
    "DELETE FROM reward",
    "DELETE FROM owned",
    "DELETE FROM movement",
    "DELETE FROM received_order",
)


class State:
    """The file and its transactions."""

    def __init__(self, path: Path) -> None:
        """`path`: made when it is missing."""
        self._path = path
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous=OFF")  # it need not outlive a power cut
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reads."""
        with self._open() as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one writer at a time."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def empty(self) -> bool:
        """Whether nothing was ever seeded."""
        with self.reading() as db:
            return db.execute("SELECT 1 FROM merchant").fetchone() is None

    def reset(self) -> None:
        """Forget everything."""
        with self.transaction() as db:
            for statement in FORGET:
                db.execute(statement)
