"""Alembic's entry: the connection comes from `webapp.migrations.level`, never from a file."""

from typing import Any, Literal

from alembic import context

from webapp.ground.db import UtcDateTime, spell_indexes
from webapp.nouns.schema import metadata


def _plain_moment(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations must not import the application: moments are written as the type the database has."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=spell_indexes(metadata),
    # SQLite cannot alter a column in place; batch mode copies the table instead.
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=_plain_moment,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
