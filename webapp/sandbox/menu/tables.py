"""What the pretend MENU keeps; money in cents."""

from webapp.sandbox.memory import Memory


class Tables(Memory):
    """Brands, venues, items, customers with their tokens, discounts, codes and orders."""

    schema = """
    CREATE TABLE IF NOT EXISTS brand (
        id TEXT PRIMARY KEY, application TEXT UNIQUE NOT NULL, name TEXT NOT NULL, type_id INTEGER NOT NULL,
        program_type TEXT NOT NULL, choices INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS venue (
        uuid TEXT PRIMARY KEY, brand TEXT NOT NULL, number INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
        points TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS item (
        id INTEGER PRIMARY KEY, brand TEXT NOT NULL, name TEXT NOT NULL, price INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS customer (
        id TEXT PRIMARY KEY, brand TEXT NOT NULL, email TEXT NOT NULL,
        first_name TEXT NOT NULL, last_name TEXT NOT NULL,
        points INTEGER NOT NULL DEFAULT 0, credit INTEGER NOT NULL DEFAULT 0, optin_email INTEGER NOT NULL DEFAULT 3,
        optin_sms INTEGER NOT NULL DEFAULT 3, UNIQUE (brand, email));
    CREATE TABLE IF NOT EXISTS code (
        brand TEXT NOT NULL, email TEXT NOT NULL, value INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS token (value TEXT PRIMARY KEY, punchh TEXT UNIQUE NOT NULL, customer TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS discount (
        id INTEGER PRIMARY KEY, brand TEXT NOT NULL, type_id INTEGER NOT NULL, name TEXT NOT NULL,
        description TEXT NOT NULL, amount INTEGER NOT NULL, minimum INTEGER NOT NULL DEFAULT 0, cost INTEGER,
        customer TEXT, venue_codes TEXT NOT NULL,
        venue_ids TEXT, date_to TEXT, used INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS promo (
        code TEXT NOT NULL, brand TEXT NOT NULL, amount INTEGER NOT NULL, becomes TEXT, used INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (brand, code));
    CREATE TABLE IF NOT EXISTS made_order (
        id TEXT PRIMARY KEY, brand TEXT NOT NULL, customer TEXT, body TEXT NOT NULL, subtotal INTEGER NOT NULL,
        taken_off INTEGER NOT NULL, earned INTEGER NOT NULL, spent INTEGER NOT NULL, made_at REAL NOT NULL);
    """
    tables = ("made_order", "promo", "discount", "token", "code", "customer", "item", "venue", "brand")
