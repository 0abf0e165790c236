"""The operator's `till`: what it stores, what it says, and every refusal; secrets never pass the command line."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.integration.scene import MAPPED, NOON, SIGNING_KEY, VAULT_KEY, open_cafe
from tests.peers import TOKEN
from webapp.doors.cli import demo_till
from webapp.doors.cli import till as command
from webapp.ground.config import load_settings
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.merchant.payment_account import PaymentAccount
from webapp.nouns.staff.models import StaffDeed
from webapp.ports.payment.external_pos import Till

SECRET, NEXT = "a-till-secret-of-thirty-two-signs", "the-next-secret-of-thirty-two-signs"
KEY = "sk_0123456789abcdefghijklmnopqrstuv"
ADDRESS = "http://till.example.org"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(database: Database, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> Run:  # fmt: skip
    """Types `till` for the café's first store, with the secrets the variable holds."""
    open_cafe(database, "cafe", TOKEN, NOON, MAPPED)

    def typed(*words: str, secrets: str = SECRET, store: str = "one", mode: str = "test") -> tuple[int, str]:
        settings = load_settings(
            mode="test", secret_keys=[SIGNING_KEY], vault_keys=[VAULT_KEY], data_dir=tmp_path,
            database_url=database_url, sandbox_payment_api_key=KEY, sandbox_payment_webhook_secrets=[KEY],
            till_hosts=["till.example.org"],
        )  # fmt: skip
        monkeypatch.setenv(command.SECRETS, secrets)
        parser = ArgumentParser()
        command.arguments(parser)
        asked = parser.parse_args(["--merchant", "cafe", "--store", store, *words])
        status = command.command(settings.model_copy(update={"mode": mode}), asked)
        said = capsys.readouterr()
        return status, said.out + said.err

    return typed


def account(database: Database) -> PaymentAccount:
    """The one till there is."""
    with database.reading() as session:
        return session.scalars(select(PaymentAccount).where(PaymentAccount.provider == "till")).one()


def sealed(database: Database) -> Till:
    """What is sealed of it."""
    return Till.from_text(Vault([VAULT_KEY]).open(account(database).secret_key_sealed))


def at(database: Database) -> int | None:
    """The till of the café's first store."""
    with database.reading() as session:
        return session.scalars(select(Store.till_account_id).where(Store.slug == "one")).one()


def test_connecting_again_keeps_the_address_of_callbacks_and_takes_the_new_secrets(
    run: Run, database: Database
) -> None:
    status, said = run("--address", f"{ADDRESS}/pos/", "--codes", "--books")
    assert (status, SECRET in said, "answers as account 'till-one'" in said) == (0, False, True)
    callback = said.rpartition("Callbacks: ")[2].strip()
    assert callback.endswith(f"/callbacks/payment/till/{account(database).callback_token}")
    assert sealed(database) == Till(f"{ADDRESS}/pos", (SECRET,), codes=True, books=True)
    status, said = run("--address", ADDRESS, secrets=f"{NEXT}, {SECRET}")
    assert (status, said.rpartition("Callbacks: ")[2].strip()) == (0, callback)
    assert sealed(database) == Till(ADDRESS, (NEXT, SECRET))
    with database.reading() as session:
        assert [one.deed for one in session.scalars(select(StaffDeed))] == ["till.connect", "till.connect"]


def test_a_silent_till_is_told_what_it_means_and_stopping_sends_no_new_orders(run: Run, database: Database) -> None:
    status, said = run("--address", ADDRESS, "--silent")
    assert (status, "It says nothing back: orders are left to it" in said, "Callbacks" in said) == (0, True, False)
    assert (sealed(database).calls_back, at(database)) == (False, account(database).id)
    assert run("--stop", secrets="") == (0, "one: no new orders go to a till.\n")
    assert at(database) is None


REFUSED = [
    (("--address", "http://elsewhere.example.org"), {}, "not on a host of PASSE_PLAT_TILL_HOSTS"),
    (("--address", "ftp://till.example.org"), {}, "not on a host of PASSE_PLAT_TILL_HOSTS"),
    ((), {}, "not on a host of PASSE_PLAT_TILL_HOSTS"),
    (("--address", ADDRESS, "--silent", "--codes"), {}, "can honour nothing of ours"),
    (("--address", ADDRESS, "--silent", "--books"), {}, "can honour nothing of ours"),
    (("--address", ADDRESS), {"secrets": "short"}, "one or two secrets of 32 signs"),
    (("--address", ADDRESS), {"secrets": ""}, "one or two secrets of 32 signs"),
    (("--address", ADDRESS), {"secrets": ",".join([SECRET] * 3)}, "one or two secrets of 32 signs"),
    (("--address", ADDRESS), {"mode": "production"}, "over https"),
    (("--address", "https://till.example.org"), {"mode": "production"}, "say --live"),
    (("--address", ADDRESS), {"store": "nowhere"}, "There is no store cafe/nowhere."),
    (("--stop",), {"store": "nowhere"}, "There is no store cafe/nowhere."),
]


def test_every_refusal_is_a_sentence_and_stores_nothing(run: Run, database: Database) -> None:
    for words, how, sentence in REFUSED:
        status, said = run(*words, **how)
        assert (status, sentence in said) == (1, True), (words, said)
    with database.reading() as session:
        assert list(session.scalars(select(PaymentAccount))) == []
    assert at(database) is None


def test_the_demos_store_is_connected_once_and_again_when_its_till_moved(
    run: Run, database: Database, database_url: str, tmp_path: Path
) -> None:
    del run  # only the café's tables
    told = load_settings(
        mode="test", secret_keys=[SIGNING_KEY], vault_keys=[VAULT_KEY], data_dir=tmp_path, database_url=database_url,
        sandbox_payment_api_key=KEY, sandbox_payment_webhook_secrets=[KEY], till_hosts=["127.0.0.1"],
    )  # fmt: skip
    open_cafe(database, demo_till.MERCHANT, TOKEN, NOON, {})
    with database.transaction() as session:
        merchant_id = session.scalars(select(Merchant.id).where(Merchant.slug == demo_till.MERCHANT)).one()
        mine = update(Store).where(Store.merchant_id == merchant_id, Store.slug == "one")
        session.execute(mine.values(slug=demo_till.STORE))
    places = ["http://127.0.0.1:8007", "http://127.0.0.1:8007", "http://127.0.0.1:9007"]
    assert len({demo_till.connect(told, place, SECRET) for place in places}) == 1, "its callback stays"
    assert sealed(database).address == places[-1]
    with database.reading() as session:
        assert [one.deed for one in session.scalars(select(StaffDeed))] == ["till.connect", "till.connect"]
