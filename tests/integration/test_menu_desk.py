"""Two who change the menu at once, imports kept aside, and pictures between several workers."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.functional.desk_cast import hire
from tests.shop import Shop, open_shop
from tests.unit.test_picture_header import picture
from webapp.ground.db import Database
from webapp.nouns.catalog import edit, versions
from webapp.nouns.catalog.current import current_menu
from webapp.nouns.catalog.edit import Data, Spot
from webapp.nouns.catalog.models import CatalogVersion, MenuDraft
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.picture import store
from webapp.nouns.picture.models import Picture, PictureFile
from webapp.nouns.staff.models import StaffDeed
from webapp.usecases.menu import importing
from webapp.usecases.menu.change import Deed, Editor, Stale, change, restore
from webapp.usecases.menu.encode import encode_due
from webapp.usecases.menu.tidy import forget_menus

SPOT = Spot("product", "GAL-COMPLETE")


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return open_shop(database, tmp_path)


@pytest.fixture
def editor(shop: Shop) -> Editor:
    return Editor(shop.store().merchant.id, hire(shop, "owner@example.org"))


def priced(price: int) -> Callable[[Data], None]:
    def work(data: Data) -> None:
        edit.replace(SPOT, {**edit.row_at(data, SPOT), "price": price})(data)

    return work


def facts(shop: Shop, merchant_id: int) -> tuple[int, int, int, int]:
    """Number on sale, versions, deeds, and the sum of the stamps."""
    with shop.database.reading() as session:
        return (
            session.scalar(select(Merchant.catalog_number).where(Merchant.id == merchant_id)) or 0,
            session.scalar(
                select(func.count()).select_from(CatalogVersion).where(CatalogVersion.merchant_id == merchant_id)
            )
            or 0,
            session.scalar(select(func.count()).select_from(StaffDeed).where(StaffDeed.merchant_id == merchant_id))
            or 0,
            session.scalar(select(func.sum(Store.menu_stamp)).where(Store.merchant_id == merchant_id)) or 0,
        )


def test_of_many_who_publish_at_once_exactly_one_wins(shop: Shop, editor: Editor) -> None:
    many = 8
    together = Barrier(many)
    number, count, _, stamps = facts(shop, editor.merchant_id)
    stores = len(shop.houses[0].stores)

    def publish(price: int) -> int | None:
        together.wait()
        try:
            return change(shop.wiring, editor, number, priced(price), Deed("menu.change", SPOT.name))
        except Stale:
            return None

    with ThreadPoolExecutor(many) as pool:
        made = list(pool.map(publish, range(1000, 1000 + many)))
    winners = [one for one in made if one is not None]
    assert winners == [number + 1]
    assert facts(shop, editor.merchant_id) == (number + 1, count + 1, 1, stamps + stores)
    with shop.database.reading() as session:
        menu = current_menu(session, editor.merchant_id)
    assert menu is not None
    assert {one.sku: one.price for one in menu.products}[SPOT.name] == 1000 + made.index(winners[0])


def test_an_import_pressed_many_times_is_applied_once(shop: Shop, editor: Editor) -> None:
    data = shop.houses[0].menu.model_dump(mode="json")
    data["products"][0]["price"] += 10
    read = importing.take(shop.wiring, editor, json.dumps(data).encode())
    assert read.key is not None
    key, number = read.key, facts(shop, editor.merchant_id)[0]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: importing.apply(shop.wiring, editor, key, number), range(6)))
    assert sorted(one for one in made if one is not None) == [number + 1]
    assert facts(shop, editor.merchant_id)[0] == number + 1


def test_an_import_compared_with_an_older_menu_is_kept_and_not_applied(shop: Shop, editor: Editor) -> None:
    read = importing.take(shop.wiring, editor, shop.houses[0].menu.model_dump_json().encode())
    assert read.key is not None
    change(shop.wiring, editor, 1, priced(1234), Deed("menu.change"))
    with pytest.raises(Stale):
        importing.apply(shop.wiring, editor, read.key, 1)
    shown = importing.preview(shop.wiring, editor, read.key)
    assert shown is not None
    assert (shown.seen, shown.difference.down, len(shown.difference.changed)) == (2, 1, 1)
    assert importing.apply(shop.wiring, editor, read.key, 2) == 3


def test_an_import_is_its_persons_at_its_merchant_and_ends(shop: Shop, editor: Editor) -> None:
    read = importing.take(shop.wiring, editor, shop.houses[0].menu.model_dump_json().encode())
    assert read.key is not None
    someone = Editor(editor.merchant_id, hire(shop, "eve@example.org", "manager"))
    elsewhere = Editor(shop.store("marseille-panier", "fournil-mistral").merchant.id, editor.staff_id)
    for other in (someone, elsewhere):
        assert importing.preview(shop.wiring, other, read.key) is None
        assert importing.apply(shop.wiring, other, read.key, 1) is None
    again = importing.take(shop.wiring, editor, shop.houses[0].menu.model_dump_json().encode())
    assert importing.preview(shop.wiring, editor, read.key) is None  # a person has one, the newest
    assert again.key is not None
    shop.clock.set(shop.clock.now() + timedelta(hours=25))
    assert importing.preview(shop.wiring, editor, again.key) is None
    assert forget_menus(shop.wiring) == 1
    with shop.database.reading() as session:
        assert session.scalars(select(MenuDraft)).all() == []


def test_an_earlier_version_of_another_merchant_is_none_of_ours(shop: Shop, editor: Editor) -> None:
    change(shop.wiring, editor, 1, priced(1234), Deed("menu.change"))
    assert restore(shop.wiring, editor, 2, 1) == 3
    with pytest.raises(LookupError):
        restore(shop.wiring, editor, 3, 99)
    with pytest.raises(Stale):
        restore(shop.wiring, editor, 2, 1)


def test_versions_long_replaced_are_forgotten_and_the_newest_fifty_kept(shop: Shop, editor: Editor) -> None:
    for number in range(1, versions.KEPT_AT_LEAST + 3):
        change(shop.wiring, editor, number, priced(1000 + number), Deed("menu.change"))
    shop.clock.set(shop.clock.now() + versions.KEPT + timedelta(days=1))
    forget_menus(shop.wiring)
    number, count, _, _ = facts(shop, editor.merchant_id)
    assert (number, count) == (versions.KEPT_AT_LEAST + 3, versions.KEPT_AT_LEAST)


def taken(shop: Shop, editor: Editor, raw: bytes) -> str:
    return shop.database.run(lambda session: store.take_in(session, editor.merchant_id, raw, shop.clock.now()))


def test_two_workers_make_a_picture_once_and_its_source_is_forgotten(shop: Shop, editor: Editor) -> None:
    key = taken(shop, editor, picture("PNG"))
    assert taken(shop, editor, picture("PNG")) == key
    stamp = shop.store().menu_stamp
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(lambda _: encode_due(shop.wiring), range(3))) == [0, 0, 1]
    with shop.database.reading() as session:
        row = session.scalars(select(Picture)).one()
        assert (row.state, row.source, row.attempts) == ("ready", None, 1)
        assert len(session.scalars(select(PictureFile)).all()) == len(store.WIDTHS) * len(store.FORMATS)
    assert shop.store().menu_stamp == stamp + 1


def test_a_worker_that_died_over_a_picture_is_followed_by_others_three_times_at_most(
    shop: Shop, editor: Editor
) -> None:
    taken(shop, editor, picture("PNG"))
    for attempt in range(1, store.ATTEMPTS + 1):
        leased = shop.database.run(lambda session: store.lease(session, shop.clock.now()))
        assert leased is not None
        assert leased.attempts == attempt
        shop.clock.set(shop.clock.now() + store.LEASE + timedelta(seconds=1))
    assert encode_due(shop.wiring) == 0
    with shop.database.reading() as session:
        assert session.scalars(select(Picture.state)).all() == ["failed"]
        assert store.state_of(session, editor.merchant_id, "x") is None


def test_a_picture_nobody_names_is_forgotten_after_a_week_and_one_on_the_menu_kept(shop: Shop, editor: Editor) -> None:
    kept, gone = taken(shop, editor, picture("PNG")), taken(shop, editor, picture("JPEG"))
    assert encode_due(shop.wiring) == encode_due(shop.wiring) == 1

    def named(data: Data) -> None:
        edit.replace(SPOT, {**edit.row_at(data, SPOT), "picture": store.name_of(kept)})(data)

    change(shop.wiring, editor, 1, named, Deed("menu.picture"))
    shop.clock.set(shop.clock.now() + store.KEPT + timedelta(minutes=1))
    forget_menus(shop.wiring)
    with shop.database.reading() as session:
        assert session.scalars(select(Picture.key)).all() == [kept]
        assert set(session.scalars(select(PictureFile.key))) == {kept}
        assert store.ready(session, editor.merchant_id) == {store.name_of(kept)}
    assert gone != kept


def test_a_menu_names_no_picture_of_another_merchant(shop: Shop, editor: Editor) -> None:
    elsewhere = Editor(shop.store("marseille-panier", "fournil-mistral").merchant.id, editor.staff_id)
    key = taken(shop, elsewhere, picture("PNG"))
    assert encode_due(shop.wiring) == 1
    with shop.database.reading() as session:
        assert store.ready(session, editor.merchant_id) == frozenset()
        assert store.ready(session, elsewhere.merchant_id) == {store.name_of(key)}
