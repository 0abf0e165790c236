"""Copying the embedded database while it is in use; PostgreSQL brings its own tools for that."""

import argparse
import sqlite3
import sys
from pathlib import Path

from webapp.ground.config import Settings
from webapp.ground.db import Database


def arguments(parser: argparse.ArgumentParser) -> None:
    """One argument: the new file."""
    parser.add_argument("file", type=Path, help="where the copy goes; it must not exist yet")


def copy(source: Path, target: Path) -> int:
    """Copy a live SQLite database whole and consistent; the number of pages.

    Raises:
        FileExistsError: never write over an older backup.
        sqlite3.DatabaseError: the copy does not check out.
    """
    with target.open("xb"):
        pass
    target.chmod(0o600)  # it holds numbers and sealed secrets
    reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        reading.backup(writing)
        verdict = writing.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        return int(writing.execute("PRAGMA page_count").fetchone()[0])
    finally:
        reading.close()
        writing.close()


def command(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make the copy, or say in a sentence why not."""
    database = Database(settings.database_url)
    database.close()
    if not database.is_sqlite:
        sys.stderr.write("This database is PostgreSQL: back it up with pg_dump -Fc, restore with pg_restore.\n")
        return 1
    try:
        pages = copy(Path(str(database.url.database)), chosen.file)
    except FileExistsError:
        sys.stderr.write(f"{chosen.file} exists already; choose another name.\n")
        return 1
    except (OSError, sqlite3.Error) as error:
        sys.stderr.write(f"No backup was made: {error}.\n")
        return 1
    print(f"Copied {pages} pages to {chosen.file}. To restore: stop everything and put it in the database's place.")
    return 0
