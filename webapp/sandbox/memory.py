"""A peer's memory: one SQLite file, one connection, one transaction at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Memory:
    """The file of one peer."""

    schema = ""  # statements that make the tables
    tables: tuple[str, ...] = ()  # what a reset empties, in an order that keeps references whole

    def __init__(self, path: str) -> None:
        """`path`: the SQLite file, or `:memory:`."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(self.schema)

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
        """Forget what `tables` hold."""
        with self.transaction() as db:
            for table in self.tables:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the class

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
