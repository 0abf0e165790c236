"""Which schema the database has, which one this code expects, and the way from one to the other (O4, O6, C31)."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from webapp.ground.db import Database, spell_indexes
from webapp.migrations.known import UnknownLevel, check, current, expected
from webapp.nouns.schema import metadata

# One lock for every host that may migrate the same PostgreSQL database at once.
ADVISORY_LOCK = 7_205_019

__all__ = ["UnknownLevel", "check", "current", "differences", "expected", "upgrade", "write_revision"]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(database: Database) -> None:
    """Bring the database to the expected revision; each step commits whole or not at all."""
    config = _config()
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
            connection.exec_driver_sql("SET lock_timeout = '10s'; SET statement_timeout = 0")
            connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")


def differences(database: Database) -> list[object]:
    """What the models say that the migrated database does not; empty when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, spell_indexes(metadata)))


def write_revision(database: Database, message: str, number: str) -> None:
    """Developers: draft the next migration from the models. `number`: four digits."""
    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=number)
