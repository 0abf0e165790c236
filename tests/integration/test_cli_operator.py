"""The operator's commands: what they change, what they refuse, and that secrets never pass the command line."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.contract import menu_calls
from tests.integration.scene import SIGNING_KEY, VAULT_KEY, Scene
from tests.peers import ADA, CLIENT_ID, CLIENT_SECRET, TOKEN, LoyaltyPeer
from webapp import demo
from webapp.bootstrap import ROOT
from webapp.doors.cli import demo as demo_command
from webapp.doors.cli.addresses import CannotStart
from webapp.doors.cli.database import migrate
from webapp.ground.config import Settings, load_settings
from webapp.ground.db import Database
from webapp.ground.links import Signer
from webapp.ground.secrets import Vault
from webapp.migrations import level
from webapp.nouns.catalog.models import CatalogVersion, SoldOut
from webapp.nouns.customer.identities import key_of, sealed
from webapp.nouns.customer.visits import customer_of
from webapp.nouns.merchant.facts import merchants, store_by_slugs, stores_of
from webapp.nouns.merchant.models import DiningTable, LoyaltyConnection, Merchant
from webapp.nouns.merchant.tables import tables_of
from webapp.ports.loyalty.menu import Credentials as MenuCredentials
from webapp.ports.loyalty.port import Identity, IdentityKind

PAYMENT_KEY = "sk_0123456789abcdefghijklmnopqrstuv"
CHAIN = demo.FOLDER / "comptoir-sarrasin"


def _settings(database_url: str, data: Path, loyalty: str = "http://127.0.0.1:9/v1") -> Settings:
    return load_settings(
        mode="test",
        secret_keys=[SIGNING_KEY],
        vault_keys=[VAULT_KEY],
        data_dir=data,
        database_url=database_url,
        pongo_base_url=loyalty,
        sandbox_payment_api_key=PAYMENT_KEY,
        sandbox_payment_webhook_secrets=[PAYMENT_KEY],
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path, peer: LoyaltyPeer) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    return _settings(database_url, data, peer.api)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


def _run(settings: Settings, module: str, *words: str) -> int:
    """The command `module` as it would be typed."""
    parser = ArgumentParser()
    command: Any = import_module(f"webapp.doors.cli.{module}")
    command.arguments(parser)
    status: int = command.command(settings, parser.parse_args(words))
    return status


def _typed(settings: Settings, words: str, stdin: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own, as an operator types it."""
    named = {
        "MODE": "test",
        "SECRET_KEYS": SIGNING_KEY,
        "VAULT_KEYS": VAULT_KEY,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "PONGO_BASE_URL": settings.pongo_base_url,
        "SANDBOX_PAYMENT_API_KEY": PAYMENT_KEY,
        "SANDBOX_PAYMENT_WEBHOOK_SECRETS": PAYMENT_KEY,
    }
    environment = dict(os.environ) | {f"PASSE_PLAT_{name}": value for name, value in named.items()} | more
    command = [sys.executable, "-m", "webapp.doors.cli", *words.split()]
    return subprocess.run(
        command, input=stdin, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def _demo(settings: Settings, *, seed: bool = True) -> None:
    if seed:
        account = {"client_id": "c", "client_secret": "s", "token": TOKEN}
        document = json.loads((demo.FOLDER / "pongo.json").read_text("utf-8"))
        seeded = {"merchants": [merchant | account for merchant in document["merchants"]]}
        (settings.data_dir / "pongo-seed.json").write_text(json.dumps(seeded))
    demo_command.load(settings)


def test_the_demo_is_two_merchants_with_one_store_not_mapped(settings: Settings, database: Database) -> None:
    _demo(settings)
    with database.reading() as session:
        assert [merchant.slug for merchant in merchants(session)] == ["comptoir-sarrasin", "fournil-mistral"]
        stores = stores_of(session, "comptoir-sarrasin")
        assert [store.slug for store in stores if not store.loyalty_slug] == ["nantes-bouffay"]
        assert all(store.loyalty_vendor == "pongo" for store in stores)
        assert len({store.timezone for store in stores}) == 2


def test_the_demos_first_table_opens_with_its_signed_code(settings: Settings, database: Database) -> None:
    _demo(settings)
    opening = demo_command.load(settings)
    assert opening.menu.endswith("/r/comptoir-sarrasin/paris-republique/")
    assert opening.table is not None
    code = Signer([SIGNING_KEY]).read("table", opening.table.rpartition("/t/")[2])
    with database.reading() as session:
        assert session.scalars(select(DiningTable.label).where(DiningTable.code == code)).one() == "1"


def test_loading_the_demo_again_changes_nothing(settings: Settings, database: Database) -> None:
    _demo(settings)
    before = _rows(database)
    _demo(settings)
    assert _rows(database) == before


def _rows(database: Database) -> list[Any]:
    with database.reading() as session:
        return [session.execute(select(table)).all() for table in (DiningTable.__table__, CatalogVersion.__table__)]


def test_the_demo_without_a_loyalty_server_sells_all_the_same(settings: Settings, database: Database) -> None:
    _demo(settings, seed=False)
    with database.reading() as session:
        assert {store.loyalty_vendor for store in stores_of(session, "comptoir-sarrasin")} == {""}


def test_a_menu_of_ones_own_gets_a_store_open_all_day_and_the_sandbox_programme(
    settings: Settings, database: Database
) -> None:
    _demo(settings)
    opening = demo_command.load(settings, CHAIN / "menu.json")
    assert "/r/ma-table/ma-table/" in opening.menu
    with database.reading() as session:
        [store] = stores_of(session, "ma-table")
        assert store.loyalty_slug
        assert len(tables_of(session, store.id)) == 12
    demo_command.load(settings, CHAIN / "menu.json")
    with database.reading() as session:
        query = select(Merchant.catalog_number).where(Merchant.slug == "ma-table")
        assert session.scalars(query).one() == 1


def test_a_menu_of_ones_own_with_a_mistake_is_a_list_of_reasons(settings: Settings, tmp_path: Path) -> None:
    menu = json.loads((CHAIN / "menu.json").read_text("utf-8"))
    menu["products"][0]["price"] = "cheap"
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(menu))
    with pytest.raises(CannotStart, match="price"):
        demo_command.load(settings, wrong)


def test_migrating_an_empty_file_makes_it_ready(tmp_path: Path) -> None:
    settings = _settings(f"sqlite:///{tmp_path}/new/fresh.db", tmp_path / "new")
    assert migrate(settings) == ""
    database = Database(settings.database_url)
    level.check(database)
    database.close()


def test_a_menu_with_mistakes_changes_nothing_and_says_them_all(
    settings: Settings, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _demo(settings)
    menu = json.loads((CHAIN / "menu.json").read_text("utf-8"))
    menu["products"][0]["price"] = -5
    menu["products"][1]["category"] = 7
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(menu))
    before = _rows(database)
    assert _run(settings, "catalog", str(wrong), "--merchant", "comptoir-sarrasin") == 1
    said = capsys.readouterr().out
    assert said.count("error") >= 2
    assert _rows(database) == before


def test_a_good_menu_is_a_new_version_on_sale(settings: Settings, database: Database) -> None:
    _demo(settings)
    assert _run(settings, "catalog", str(CHAIN / "menu.json"), "--merchant", "comptoir-sarrasin") == 0
    with database.reading() as session:
        query = select(Merchant.catalog_number).where(Merchant.slug == "comptoir-sarrasin")
        assert session.scalars(query).one() == 2


def test_a_menu_for_nobody_or_for_an_unknown_merchant_is_refused(settings: Settings) -> None:
    assert _run(settings, "catalog", str(CHAIN / "menu.json")) == 2
    assert _run(settings, "catalog", str(CHAIN / "menu.json"), "--merchant", "nobody") == 1
    assert _run(settings, "catalog", "/no/such/file.json", "--merchant", "nobody") == 1


def test_a_changed_merchant_file_adds_tables_and_revokes_none(
    settings: Settings, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _demo(settings)
    document = json.loads((CHAIN / "merchant.json").read_text("utf-8"))
    first = document["stores"][0]
    first["tables"] = ["1", "Bar"]
    first["name"] = "République"
    document["stores"] = document["stores"][:1]
    changed = tmp_path / "merchant.json"
    changed.write_text(json.dumps(document))
    with database.reading() as session:
        before = {table.code for table in session.scalars(select(DiningTable))}
    assert _run(settings, "catalog", str(changed)) == 0
    assert "paris-republique/2" in capsys.readouterr().out
    with database.reading() as session:
        store = stores_of(session, "comptoir-sarrasin")[0]
        codes = {table.code for table in session.scalars(select(DiningTable).where(DiningTable.revoked_at.is_(None)))}
        assert store.name == "République"
        assert before < codes
        assert len(codes - before) == 1
        assert len(stores_of(session, "comptoir-sarrasin")) == 4


CONNECT = f"connect-loyalty --merchant comptoir-sarrasin --client-id {CLIENT_ID} --token-stdin"


def test_access_is_stored_sealed_once_it_was_seen_to_work(settings: Settings, database: Database) -> None:
    _demo(settings, seed=False)
    done = _typed(settings, CONNECT, TOKEN + "\n", LOYALTY_CLIENT_SECRET=CLIENT_SECRET)
    assert done.returncode == 0, done.stderr
    assert "demo-republique" in done.stdout
    assert "paris-republique" in done.stdout
    with database.reading() as session:
        [connection] = session.scalars(select(LoyaltyConnection))
    sealed = connection.token_sealed + connection.client_secret_sealed
    assert [secret for secret in (TOKEN, CLIENT_SECRET) if secret in sealed + done.stdout + done.stderr] == []
    assert Vault([VAULT_KEY]).open(connection.token_sealed) == TOKEN


def test_access_that_does_not_work_is_not_stored(settings: Settings, database: Database) -> None:
    _demo(settings, seed=False)
    assert _typed(settings, CONNECT, "wrong-token\n").returncode == 1
    assert _typed(settings, CONNECT, "").returncode == 1
    with database.reading() as session:
        assert session.scalars(select(LoyaltyConnection)).all() == []


def test_a_programme_without_a_form_is_connected_by_its_keys(settings: Settings, database: Database) -> None:
    _demo(settings, seed=False)
    words = "connect-loyalty --merchant comptoir-sarrasin --vendor menu --keys-stdin"
    typed = {"application": "app-key", "brand": "brand-1", "currency": "EUR", "venues": {"one": menu_calls.VENUE}}
    with menu_calls.sandbox() as peer:
        reach = {"PASSE_PLAT_MENU_BASE_URL": peer.url + "/api"}
        assert "application, brand" in _typed(settings, words, "{}\n", **reach).stderr
        done = _typed(settings, words, json.dumps(typed), **reach)
        assert done.returncode == 0, done.stderr
    with database.reading() as session:
        [connection] = session.scalars(select(LoyaltyConnection))
    kept = MenuCredentials.from_text(Vault([VAULT_KEY]).open(connection.token_sealed))
    assert kept.venues["one"].collect == menu_calls.TAKEOUT
    assert "app-key" not in connection.token_sealed + done.stdout


def test_mapping_lets_waiting_orders_go_and_two_stores_on_one_name_ask_first(
    scene: Scene, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = scene.pay("three")
    words = ("--merchant", "cafe", "--store", "three", "--slug", "demo-bastille")
    assert _run(settings, "mapping", *words) == 1
    assert "--confirm" in capsys.readouterr().err
    assert _run(settings, "mapping", *words, "--confirm") == 0
    assert "1 waiting" in capsys.readouterr().out
    assert scene.message(waiting).state == "new"


def test_the_kitchen_moves_a_paid_order_forward_only(scene: Scene, settings: Settings) -> None:
    order_id = scene.pay()
    words = ("--merchant", "cafe", "--store", "one", "--number", "1", "--to")
    assert _run(settings, "kitchen", *words, "collected") == 1
    assert [_run(settings, "kitchen", *words, step) for step in ("preparing", "ready", "ready")] == [0, 0, 0]
    assert _run(settings, "kitchen", *words, "preparing") == 1
    assert scene.order(order_id).progress == "ready"
    assert _run(settings, "kitchen", "--merchant", "cafe", "--store", "one", "--number", "9", "--to", "ready") == 1


def test_a_parked_message_is_listed_without_a_number_and_sent_again(
    scene: Scene, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind="error", status=422)
    scene.deliver()
    assert _run(settings, "deliveries") == 0
    said = capsys.readouterr().out
    row = scene.message(order_id)
    assert str(row.id) in said
    assert ADA[1:] not in said
    assert _run(settings, "deliveries", "--resend", str(row.id)) == 0
    assert _run(settings, "deliveries", "--resend", str(row.id)) == 1
    scene.later(hours=24 * 400)
    scene.deliver()
    assert scene.message(order_id).state == "done"


def test_a_revoked_table_is_renewed_under_the_same_name(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    _demo(settings)
    words = ("--merchant", "comptoir-sarrasin", "--store", "paris-republique")
    _run(settings, "tables", *words)
    before = capsys.readouterr().out.splitlines()
    assert _run(settings, "tables", *words, "--revoke", "1", "--renew") == 0
    after = capsys.readouterr().out.splitlines()
    assert len(set(before) & set(after)) == 19
    assert len(after) == 20
    assert _run(settings, "tables", *words, "--revoke", "Nowhere") == 1
    with database.reading() as session:
        assert len(session.scalars(select(DiningTable).where(DiningTable.revoked_at.is_not(None))).all()) == 1


def test_a_dish_is_sold_out_and_back(settings: Settings, database: Database) -> None:
    _demo(settings)
    words = ("--merchant", "comptoir-sarrasin", "--store", "paris-republique")
    assert _run(settings, "sold_out", *words, "NO-SUCH-THING") == 1
    assert _run(settings, "sold_out", *words, "CHA-ESPRESSO", "--minutes", "30") == 0
    with database.reading() as session:
        assert session.scalars(select(SoldOut.key)).all() == ["CHA-ESPRESSO"]
        store = store_by_slugs(session, "comptoir-sarrasin", "paris-republique")
        assert store is not None
    assert _run(settings, "sold_out", *words, "CHA-ESPRESSO", "--back") == 0
    with database.reading() as session:
        assert session.scalars(select(SoldOut.key)).all() == []


def test_a_person_is_forgotten_by_a_number_typed_any_way(scene: Scene, settings: Settings) -> None:
    order_id = scene.pay()
    words, number = "erase --merchant cafe --phone-stdin", "06 12 34 56 78\n"
    refused = _typed(settings, words, number)
    assert (refused.returncode, "--abandon" in refused.stderr) == (1, True)
    scene.deliver()
    forgotten = _typed(settings, words, number)
    assert forgotten.returncode == 0
    assert ADA[1:] not in forgotten.stdout
    assert scene.order(order_id).phone is None
    assert "Nobody" in _typed(settings, words, "+33612345678\n").stdout
    assert _typed(settings, words, "call me\n").returncode == 1


@pytest.mark.parametrize(
    ("option", "who", "typed"),
    [
        ("email", Identity(IdentityKind.EMAIL, "ada@example.org"), "Ada@Example.org\n"),
        ("card", Identity(IdentityKind.CODE, "HALTE-ADA"), " HALTE-ADA\n"),
    ],
)
def test_a_person_without_a_number_is_forgotten_by_their_address_or_card(
    scene: Scene, settings: Settings, option: str, who: Identity, typed: str
) -> None:
    with scene.database.transaction() as session:
        merchant_id = session.query(Merchant.id).scalar()
        customer_of(session, merchant_id, key_of(who), scene.clock.now(), sealed=sealed(Vault([VAULT_KEY]), who))
    words = f"erase --merchant cafe --{option}-stdin"
    assert "Forgotten" in _typed(settings, words, typed).stdout
    assert "Nobody" in _typed(settings, words, typed).stdout
    assert _typed(settings, words, "\n").returncode == 1


def test_asking_the_provider_by_hand_with_nothing_due_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(settings, "reconcile") == 0
    assert "Looked at 0 things." in capsys.readouterr().out
