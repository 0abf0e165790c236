"""A backup is a whole copy of a database in use."""

import sqlite3
from pathlib import Path

import pytest

from webapp.doors.cli.backup import copy
from webapp.ground.db import Database
from webapp.migrations import level


def test_a_copy_made_during_a_transaction_holds_what_was_committed_and_opens(tmp_path: Path) -> None:
    source = tmp_path / "live.db"
    database = Database(f"sqlite:///{source}")
    level.upgrade(database)
    busy = sqlite3.connect(source, isolation_level=None)
    busy.execute("PRAGMA foreign_keys=OFF")
    busy.execute("INSERT INTO sold_out (store_id, key) VALUES (1, 'kept')")
    busy.execute("BEGIN IMMEDIATE")
    busy.execute("INSERT INTO sold_out (store_id, key) VALUES (1, 'never committed')")
    copy(source, tmp_path / "copy.db")
    busy.execute("ROLLBACK")
    busy.close()
    database.close()
    restored = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    level.check(restored)
    restored.close()
    rows = sqlite3.connect(tmp_path / "copy.db")
    assert rows.execute("SELECT key FROM sold_out").fetchall() == [("kept",)]
    rows.close()


def test_an_older_backup_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "live.db"
    sqlite3.connect(source).close()
    (tmp_path / "copy.db").write_bytes(b"yesterday")
    with pytest.raises(FileExistsError):
        copy(source, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b"yesterday"
