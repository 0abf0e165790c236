"""What is made before the fork is made without a visitor, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.shop import open_shop
from webapp.doors.shop.desk import EXTENSION
from webapp.doors.warm import warm
from webapp.ground.db import Database
from webapp.nouns.schema import metadata


def _rows(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        tables = metadata.sorted_tables
        return {table.name: len(connection.execute(table.select()).all()) for table in tables}


def test_warming_answers_every_menu_in_every_language_and_writes_nothing(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = open_shop(database, tmp_path)
    before = _rows(database)
    capsys.readouterr()
    answered = warm(shop.app, shop.app.extensions[EXTENSION].wiring)
    assert answered >= 2 * len(shop.app.extensions[EXTENSION].wiring.shelf._by_id)
    assert _rows(database) == before
    assert '"event": "request"' not in capsys.readouterr().out
