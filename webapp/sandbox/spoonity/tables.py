"""What the pretend Spoonity keeps; money in cents, points whole."""

from webapp.sandbox.memory import Memory


class Tables(Memory):
    """Restaurants, people, their sessions, rewards, movements and orders."""

    schema = """
    CREATE TABLE IF NOT EXISTS restaurant (
        api_key TEXT PRIMARY KEY, name TEXT NOT NULL, vendor INTEGER NOT NULL, modules TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS person (
        id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, phone TEXT, token TEXT,
        first_name TEXT NOT NULL, last_name TEXT NOT NULL, password TEXT NOT NULL DEFAULT '',
        consent INTEGER, points INTEGER NOT NULL DEFAULT 0,
        gift INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS session (
        hash TEXT PRIMARY KEY, api_key TEXT NOT NULL, person INTEGER, card TEXT NOT NULL,
        open INTEGER NOT NULL DEFAULT 1, made_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS reward (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, summary TEXT NOT NULL, cost INTEGER NOT NULL,
        identifier TEXT UNIQUE NOT NULL, template TEXT NOT NULL, starts INTEGER, ends INTEGER);
    CREATE TABLE IF NOT EXISTS taken_order (
        number INTEGER PRIMARY KEY AUTOINCREMENT, api_key TEXT NOT NULL, person INTEGER NOT NULL, receipt TEXT NOT NULL,
        body TEXT NOT NULL, spent INTEGER NOT NULL, earned INTEGER NOT NULL, voided_at INTEGER,
        UNIQUE (api_key, receipt));
    CREATE TABLE IF NOT EXISTS movement (
        number INTEGER PRIMARY KEY AUTOINCREMENT, person INTEGER NOT NULL, kind TEXT NOT NULL, cents INTEGER NOT NULL,
        made_at INTEGER NOT NULL);
    """
    tables = ("movement", "taken_order", "reward", "session", "person", "restaurant")
