"""What is made before the fork is made without a visitor, and leaves nothing behind."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats

from tests.functional.town import HOME, open_town
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


def test_the_first_visitor_of_a_worker_finds_every_statement_compiled(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_town(database, tmp_path, tmp_path) as town:
        browser = town.identified("+33612345678")
        engine = database.engine
        engine.clear_compiled_cache()
        warm(town.shop.app, town.shop.wiring)
        compiled: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: Any) -> None:
            if context.cache_hit is CacheStats.CACHE_MISS:
                compiled.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        for page in ("", "basket", "checkout"):
            assert browser.get(HOME + page).status == 200
        event.remove(engine, "before_cursor_execute", note)
    capsys.readouterr()
    assert compiled == []
