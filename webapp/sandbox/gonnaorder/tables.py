"""What the pretend GonnaOrder keeps; amounts in cents."""

from webapp.sandbox.memory import Memory


class Tables(Memory):
    """Accounts, stores, members, vouchers and the orders that were reported."""

    schema = """
    CREATE TABLE IF NOT EXISTS account (
        username TEXT PRIMARY KEY, password TEXT NOT NULL, fixed_token TEXT UNIQUE, stores TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS token (value TEXT PRIMARY KEY, username TEXT NOT NULL, made_at REAL NOT NULL);
    CREATE TABLE IF NOT EXISTS store (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, calling_code TEXT NOT NULL,
        zone TEXT NOT NULL, spend INTEGER NOT NULL, gain INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS member (
        code TEXT PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS voucher (
        code TEXT PRIMARY KEY, member TEXT, source TEXT NOT NULL, type TEXT NOT NULL, discount INTEGER NOT NULL,
        minimum INTEGER NOT NULL DEFAULT 0, single_use INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0,
        active INTEGER NOT NULL DEFAULT 1, description TEXT NOT NULL DEFAULT '');
    CREATE TABLE IF NOT EXISTS external_order (
        number INTEGER PRIMARY KEY AUTOINCREMENT, store INTEGER NOT NULL, body TEXT NOT NULL,
        collected INTEGER NOT NULL, taken INTEGER NOT NULL, received_at REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS voucher_member ON voucher (member);
    CREATE INDEX IF NOT EXISTS member_phone ON member (phone);
    """
    tables = ("external_order", "voucher", "member", "store", "token", "account")
