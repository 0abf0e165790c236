"""The migrated database is exactly what the models say, and only that level is served."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from webapp.ground.db import Database
from webapp.migrations import level


def test_the_migrated_database_is_what_the_models_say(database: Database) -> None:
    assert level.differences(database) == []
    assert level.current(database) == level.expected()


def test_the_level_read_from_the_file_names_is_alembics_own_head() -> None:
    script = ScriptDirectory(str(Path(level.__file__).parent))
    assert script.get_current_head() == level.expected()


def test_migrating_again_changes_nothing(database: Database) -> None:
    level.upgrade(database)
    assert level.current(database) == level.expected()


def test_another_level_is_refused(database: Database) -> None:
    level.check(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(level.UnknownLevel):
        level.check(database)
