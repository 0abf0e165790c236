"""Makes a used PostgreSQL database as empty as its migrations left it."""

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

SHAPE = """
SELECT count(*), md5(string_agg(concat(c.relname, a.attname, a.atttypid, a.attnotnull), ',' ORDER BY c.relname, attnum))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i') AND a.attnum > 0
"""
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = %s AND relname <> 'alembic_version'
"""
LEFT_OPEN = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
"""
LEVEL = "SELECT version_num FROM alembic_version"


class Emptying:
    """A connection of its own to one database, which knows what it was like when empty."""

    def __init__(self, url: str) -> None:
        """`url`: freshly migrated and empty."""
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._line = psycopg.connect(plain, autocommit=True)
        self._line.execute(
            "SET session_replication_role = replica"
        )  # rows go without asking which others point at them
        self._asked = self._looking(self._names("r"))
        self._sequences = self._restarting(self._names("S"))
        self._before = self._like()

    def empty(self) -> bool:
        """Delete every row and count from 1 again, past transactions left open; False when the tables have changed."""
        self._line.execute(LEFT_OPEN)
        if self._like() != self._before:
            return False
        [used] = self._line.execute(self._asked).fetchall()
        for name in used[0] or ():
            self._line.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        self._line.execute(self._sequences)
        return True

    def close(self) -> None:
        """Leave."""
        self._line.close()

    def _like(self) -> list[tuple[object, ...]]:
        return [*self._line.execute(SHAPE).fetchall(), *self._line.execute(LEVEL).fetchall()]

    def _names(self, kind: str) -> list[str]:
        return [row[0] for row in self._line.execute(TABLES, (kind,))]

    def _looking(self, tables: list[str]) -> sql.Composed:
        each = sql.SQL("SELECT {} AS name WHERE EXISTS (SELECT FROM {})")
        every = [each.format(sql.Literal(name), sql.Identifier(name)) for name in tables]
        return sql.SQL("SELECT array_agg(name) FROM ({}) used").format(sql.SQL(" UNION ALL ").join(every))

    def _restarting(self, sequences: list[str]) -> sql.Composed:
        each = sql.SQL("setval({}, 1, false)")
        return sql.SQL("SELECT {}").format(sql.SQL(", ").join(each.format(sql.Literal(name)) for name in sequences))
