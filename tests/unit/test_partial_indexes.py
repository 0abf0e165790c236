"""An index with a condition is told it where a database is migrated, and nowhere else."""

from pathlib import Path

import pytest
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateIndex

from webapp import bootstrap
from webapp.ground.db import spell_indexes
from webapp.nouns.schema import metadata

CONDITIONED = [one for table in metadata.tables.values() for one in table.indexes if "where" in one.info]


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_every_condition_reaches_both_databases(name: str) -> None:
    spell_indexes(metadata)
    assert CONDITIONED
    said = {one.name: str(CreateIndex(one).compile(dialect=registry.load(name)())) for one in CONDITIONED}
    assert [name for name, words in said.items() if " WHERE " not in words] == []


def _models() -> list[Path]:
    return sorted((bootstrap.ROOT / "webapp/nouns").rglob("*.py"))


def test_no_model_loads_a_dialect_by_naming_it() -> None:
    """`Index(…, sqlite_where=…)` costs every web worker 2 MB; `webapp.ground.db.index_where` does not."""
    assert [path.name for path in _models() if "sqlite_where" in path.read_text()] == []
