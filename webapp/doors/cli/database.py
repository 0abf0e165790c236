"""`migrate`: bring the database's tables up to date."""

from argparse import ArgumentParser, Namespace

from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.migrations import level


def migrate(settings: Settings) -> str:
    """Bring the database these settings name to the level this code expects; the level it was at before."""
    database = Database(settings.database_url)
    if database.url.database and database.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        before = level.current(database)
        level.upgrade(database)
    finally:
        database.close()
    return before


def arguments(parser: ArgumentParser) -> None:
    """No options."""
    del parser


def command(settings: Settings, chosen: Namespace) -> int:
    """Migrate and say from where to where."""
    del chosen
    before, after = migrate(settings), level.expected()
    print(f"The database is at level {after}" + ("." if before == after else f" (before: {before or 'empty'})."))
    return 0
