"""The demo's secrets stay the same between starts, and stay private."""

import stat
from pathlib import Path

import pytest

from webapp.doors.cli import demo_keys, demo_loyalty
from webapp.doors.cli.addresses import CannotStart
from webapp.ground.config import load_settings
from webapp.ground.randomness import SystemRandomness


def test_a_second_start_finds_the_same_secrets(tmp_path: Path) -> None:
    assert demo_keys.keys(tmp_path, SystemRandomness()) == demo_keys.keys(tmp_path, SystemRandomness())


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    keys = demo_keys.keys(tmp_path, SystemRandomness())
    demo_keys.remember(tmp_path, {"PASSE_PLAT_MODE": "demo"})
    demo_loyalty.write_seed(tmp_path, keys, "http://127.0.0.1:8000")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_made_secrets_are_accepted_as_settings(tmp_path: Path) -> None:
    keys = demo_keys.keys(tmp_path, SystemRandomness())
    load_settings(
        mode="demo",
        secret_keys=keys["signing"],
        vault_keys=keys["vault"],
        sandbox_payment_api_key=keys["payment_api"],
        sandbox_payment_webhook_secrets=keys["payment_webhook"],
    )


def test_starting_over_makes_new_secrets_and_forgets_the_rest(tmp_path: Path) -> None:
    first = demo_keys.keys(tmp_path, SystemRandomness())
    (tmp_path / "passe-plat.db").touch()
    (tmp_path / "logs").mkdir()
    demo_keys.forget(tmp_path)
    assert not list(tmp_path.iterdir())
    assert demo_keys.keys(tmp_path, SystemRandomness()) != first


def test_a_directory_of_somebody_else_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(CannotStart, match="left alone"):
        demo_keys.forget(tmp_path)
    assert (tmp_path / "thesis.odt").exists()


def test_sub_commands_find_the_settings_of_the_demo_started_last(tmp_path: Path) -> None:
    assert demo_keys.recall(tmp_path) is None
    (tmp_path / "demo").mkdir()
    demo_keys.remember(tmp_path / "demo", {"PASSE_PLAT_MODE": "demo"})
    assert demo_keys.recall(tmp_path) == {"PASSE_PLAT_MODE": "demo"}


def test_every_merchant_of_the_demo_gets_its_own_token_and_way_back_at_the_loyalty_server(tmp_path: Path) -> None:
    merchants = demo_loyalty.seed(demo_keys.keys(tmp_path, SystemRandomness()), "http://127.0.0.1:8000")["merchants"]
    assert len({merchant["token"] for merchant in merchants}) == len(merchants)
    assert len({uri for merchant in merchants for uri in merchant["redirect_uris"]}) == len(merchants)
