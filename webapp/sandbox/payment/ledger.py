"""Sessions, captures, refunds and events of the payment peer."""

from webapp.sandbox.memory import Memory

SCHEMA = """
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, key TEXT UNIQUE NOT NULL, fingerprint TEXT NOT NULL, wanted TEXT NOT NULL,
    state TEXT NOT NULL, refusals INTEGER NOT NULL DEFAULT 0, behaviour TEXT NOT NULL,
    expires_at REAL NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS capture (
    id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session(id), amount INTEGER NOT NULL,
    currency TEXT NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, captured_at REAL NOT NULL,
    disputed INTEGER NOT NULL DEFAULT 0);
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


class Ledger(Memory):
    """Sessions, captures, refunds and events; a reset leaves the settings."""

    schema = SCHEMA
    tables = ("event", "refund", "capture", "session")
