"""The database: SQLite or PostgreSQL behind one engine, one base and one way to open a transaction (G13)."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, Engine, Index, MetaData, Select, create_engine, event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 10_000
RETRYABLE = {"40001", "40P01", "55P03"}
ATTEMPTS = 5

T = TypeVar("T")
Rows = Select[*tuple[Any, ...]]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC; SQLite keeps no zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments before they reach the database."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Every moment read is aware and in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def index_where(name: str, *columns: str, where: Any, unique: bool = False) -> Index:
    """An index of (and unique among) the rows that `where` holds for; `spell_indexes` says so to a database.

    SQLAlchemy's own way of saying it loads both dialects into every process, 2 MB each web worker never uses.
    """
    return Index(name, *columns, unique=unique, info={"where": where})


def spell_indexes(metadata: MetaData) -> MetaData:
    """`metadata` as migrations need it: every index of `index_where` with its condition in both dialects."""
    for index in (one for table in metadata.tables.values() for one in table.indexes if "where" in one.info):
        for dialect in ("sqlite", "postgresql"):
            index.dialect_options[dialect]["where"] = index.info["where"]
    return metadata


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 -- SQLAlchemy reads this very attribute


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails with "database is locked" under load; asking
    # for the write lock at once waits its turn instead.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _engine(url: URL, pool_size: int) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, poolclass=QueuePool, pool_size=pool_size, max_overflow=16)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = "-c lock_timeout=3000 -c statement_timeout=10000 -c timezone=UTC"
    url = url.set(drivername="postgresql+psycopg")
    return create_engine(
        url, pool_size=pool_size, max_overflow=16, pool_pre_ping=True, connect_args={"options": options}
    )


def is_retryable(error: DBAPIError) -> bool:
    """Whether the database asked for the whole transaction to be run again."""
    state = getattr(error.orig, "sqlstate", None)
    return state in RETRYABLE or "database is locked" in str(error.orig)


class Question:
    """A SELECT written once in SQL and asked without a transaction around it: for pages asked many times a second.

    A single statement sees one state of the database anyway; what is saved is everything SQLAlchemy does per statement.
    """

    def __init__(self, engine: Engine, query: Rows) -> None:
        """`query`: its parameters are texts or whole numbers."""
        dialect = engine.dialect
        compiled = query.compile(dialect=dialect)
        self._engine = engine
        self._sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._order: tuple[str, ...] | None = tuple(compiled.positiontup or ()) if compiled.positional else None
        types = [column.type.dialect_impl(dialect) for column in query.selected_columns]
        self._readers = [(at, one) for at, kind in enumerate(types) if (one := kind.result_processor(dialect, None))]

    def first(self, values: Mapping[str, str | int]) -> list[Any] | None:
        """The first row, its values as the ORM would give them; None when there is none.

        Raises:
            OperationalError: the database is down, whatever its driver calls it (O1).
        """
        named = {**self._fixed, **values}
        asked = named if self._order is None else tuple(named[name] for name in self._order)
        with closing(self._engine.raw_connection()) as connection:
            try:
                found = self._fetched(connection, asked)
            except self._engine.dialect.loaded_dbapi.Error as error:
                connection.invalidate(error)
                raise OperationalError(self._sql, None, error) from error
        if found is None:
            return None
        row = list(found)
        for at, read in self._readers:
            row[at] = read(row[at])
        return row

    def _fetched(self, connection: PoolProxiedConnection, asked: Any) -> Any:
        # sqlite3 opens no transaction by itself as it is set up here; psycopg would, at the cost of two round trips.
        driver: Any = connection.driver_connection
        if self._order is None:
            driver.autocommit = True
        try:
            cursor = connection.cursor()
            cursor.execute(self._sql, asked)
            found = cursor.fetchone()
            cursor.close()
        finally:
            if self._order is None:
                driver.autocommit = False
        return found


@contextmanager
def without_waiting(session: Session) -> Iterator[None]:
    """Statements of the block leave for PostgreSQL one after the other, and their answers are awaited once, at its end.

    For writes whose results nobody reads. SQLite runs them as ever.

    Raises:
        DBAPIError: at the end of the block, for the first statement refused.
    """
    connection = session.connection()
    pipeline = getattr(connection.connection.driver_connection, "pipeline", None)
    if pipeline is None:
        yield
        return
    driver = connection.dialect.loaded_dbapi
    try:
        with pipeline():
            yield
    except driver.Error as error:
        raise DBAPIError.instance(None, None, error, driver.Error, dialect=connection.dialect) from error


class Database:
    """One engine; every use case opens its own transaction here and none spans a network call (G4)."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        """`url`: `sqlite:////path/file.db` or `postgresql://…`."""
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, pool_size)
        self._reader = self.engine.execution_options(reading=True)
        self._questions: dict[Rows, Question] = {}

    def first(self, query: Rows, values: Mapping[str, str | int]) -> list[Any] | None:
        """The first row of a query made once and for all (a constant of its module); see `Question`."""
        question = self._questions.get(query)
        if question is None:
            question = self._questions[query] = Question(self.engine, query)
        return question.first(values)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A write transaction: committed at the end, rolled back on any error."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, and never waits for a writer."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    def run(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a write transaction, again from the start when the database asks for it (G13).

        `work` may run several times: it must hold no effect outside the database.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.transaction() as session:
                    return work(session)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not is_retryable(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 -- jitter, not a secret
        raise AssertionError("unreachable")

    def is_up(self) -> bool:
        """Whether the database answers a question now."""
        try:
            with self.reading() as session:
                session.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
