"""Writes sent without waiting for each other are refused as any other is, and then none of them stays."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.ground.db import Database, without_waiting
from webapp.nouns.staff.models import Staff

STATEMENT = insert(Staff).inline()
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def _write(session: Session, *emails: str) -> None:
    with without_waiting(session):
        for email in emails:
            session.connection().execute(STATEMENT, {"email": email, "password_hash": "-", "created_at": NOW})


def _kept(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(Staff))


def test_a_refused_one_is_told_as_what_it_is_and_undoes_the_others(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.run(lambda session: _write(session, "a@b.fr", "c@b.fr", "a@b.fr"))
    with database.reading() as session:
        assert _kept(session) == 0


def test_all_of_them_are_there_as_soon_as_the_block_ends(database: Database) -> None:
    with database.transaction() as session:
        _write(session, "a@b.fr", "b@b.fr", "c@b.fr")
        assert _kept(session) == 3
