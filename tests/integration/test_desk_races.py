"""Several people at the desks in one moment: one wins whole, the others are told, and no code is given twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.functional.desk_cast import hire
from tests.shop import Shop, open_shop
from webapp.ground.db import Database
from webapp.nouns.merchant.models import ConsentWording, DiningTable, Store
from webapp.nouns.staff.models import StaffDeed
from webapp.usecases.membership.own_words import Reworded, reword
from webapp.usecases.setup import tables
from webapp.usecases.setup.settings import Changed, Page, save, seen_of, stored

MANY = 6
WORDS = "May {merchant} send you news about pancake number %s by e-mail?"


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return open_shop(database, tmp_path)


def together(deed: Callable[[int], object], refusal: type[Exception]) -> list[int]:
    """Let many do it in one moment; who of them was not refused."""
    begin = Barrier(MANY)

    def one(number: int) -> int | None:
        begin.wait()
        try:
            deed(number)
        except refusal:
            return None
        return number

    with ThreadPoolExecutor(MANY) as pool:
        return [number for number in pool.map(one, range(MANY)) if number is not None]


def deeds(shop: Shop, name: str) -> int:
    """How often the log says so."""
    with shop.database.reading() as session:
        return len(list(session.scalars(select(StaffDeed.id).where(StaffDeed.deed == name))))


def test_of_many_who_save_one_page_of_the_store_one_wins_whole(shop: Shop) -> None:
    facts, boss = shop.store(), hire(shop, "owner@example.org")
    page = Page("selling", ("modes", "prep_minutes", "slot_minutes", "slot_items"), facts.merchant.id, facts.id)
    with shop.database.reading() as session:
        before = stored(session, page)

    def work(number: int) -> None:
        values = before | {"prep_minutes": 20 + number, "slot_items": 30 + number}
        save(shop.wiring, page, boss, seen_of(before), values)

    [winner] = together(work, Changed)
    with shop.database.reading() as session:
        store = session.get_one(Store, facts.id)
    assert (store.prep_minutes, store.slot_items) == (20 + winner, 30 + winner)
    assert deeds(shop, "settings.selling") == 1


def test_of_many_who_make_one_run_of_tables_one_does_and_every_code_is_its_own(shop: Shop) -> None:
    facts, boss = shop.store(), hire(shop, "owner@example.org")
    desk = tables.Desk(shop.wiring, facts, boss)
    before = len(tables.living(desk))
    names = tables.run_of("Salon", "1", "40")
    assert len(together(lambda _: tables.make(desk, names), tables.NotDone)) == 1
    with shop.database.reading() as session:
        rows = list(session.scalars(select(DiningTable).where(DiningTable.store_id == facts.id)))
    assert len(rows) == before + 40
    assert len({row.label for row in rows}) == len({row.code for row in rows}) == len(rows)
    assert len({row.typed_code for row in rows}) == len(rows)


def test_a_table_revoked_by_many_is_renewed_once(shop: Shop) -> None:
    facts, boss = shop.store(), hire(shop, "owner@example.org")
    desk = tables.Desk(shop.wiring, facts, boss)
    have = tables.living(desk)
    assert len(together(lambda _: tables.revoke(desk, have[0].id, renew=True), tables.NotDone)) == 1
    now = tables.living(desk)
    assert sorted(one.label for one in now) == sorted(one.label for one in have)
    assert have[0].code not in {one.code for one in now}


def test_of_many_who_reword_the_consent_one_does_and_versions_have_no_gap(shop: Shop) -> None:
    merchant_id, boss = shop.store().merchant.id, hire(shop, "owner@example.org")
    seen = 0
    for number in (1, 2):

        def work(who: int, seen: int = seen, number: int = number) -> None:
            reword(shop.wiring, merchant_id, boss, seen, {("email", "en"): WORDS % f"{number} by {who}"})

        [winner] = together(work, Reworded)
        with shop.database.reading() as session:
            rows = list(session.scalars(select(ConsentWording).order_by(ConsentWording.id)))
        assert [row.number for row in rows] == list(range(1, number + 1))
        assert rows[-1].text == WORDS % f"{number} by {winner}"
        seen = rows[-1].id
