"""The merchant's codes by command: made, listed, changed, stopped; and refused with a reason."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

from tests.integration.checkout_cast import CAFE, Cast
from tests.integration.promo_cast import Promos
from tests.integration.scene import SIGNING_KEY, VAULT_KEY
from webapp.doors.cli import coupons
from webapp.ground.config import load_settings
from webapp.nouns.promotion.models import Coupon

KEY = "sk_0123456789abcdefghijklmnopqrstuv"


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """Promotions at the café."""
    return Promos(cast)


def _run(promos: Promos, data: Path, *words: str) -> int:
    parser = ArgumentParser()
    coupons.arguments(parser)
    settings = load_settings(
        mode="test", secret_keys=[SIGNING_KEY], vault_keys=[VAULT_KEY], data_dir=data,
        database_url=promos.cast.wiring.db.url.render_as_string(hide_password=False),
        sandbox_payment_api_key=KEY, sandbox_payment_webhook_secrets=[KEY],
    )  # fmt: skip
    return coupons.command(settings, parser.parse_args(["--merchant", CAFE, *words]))


def _coupon(promos: Promos) -> Any:
    (row,) = promos.cast.rows(Coupon)
    return row


def test_a_code_is_made_used_changed_and_stopped(
    promos: Promos, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ("--create", "mi di", "--percent", "12.5", "--hours", "11:30-14:30", "--day", "fri", "--uses", "1")
    assert _run(promos, tmp_path, *made, "--name", "Lunch", "--minimum", "500") == 0
    row = _coupon(promos)
    assert (row.code, row.kind, row.value, row.name["fr"], row.weekdays) == ("MIDI", "percent", 1250, "Lunch", [4])
    order = promos.cast.place(promos.diner(code="midi"))
    assert order.total == 900 - 113
    assert _run(promos, tmp_path, "--create", "MIDI", "--amount", "300", "--uses", "5") == 0
    assert (_coupon(promos).value, _coupon(promos).held, _coupon(promos).max_uses) == (300, 1, 5)
    assert _run(promos, tmp_path, "--stop", "midi") == 0
    assert promos.type(promos.diner(phone=None), "midi") == "refused"
    assert _run(promos, tmp_path) == 0
    said = capsys.readouterr().out
    assert "MIDI is made." in said
    assert "1 held of 5  stopped" in said


@pytest.mark.parametrize(
    "words",
    [
        ("--create", "X"),
        ("--create", "🎉", "--amount", "5"),
        ("--create", "X", "--percent", "120"),
        ("--create", "X", "--free", "1"),
        ("--create", "X", "--amount", "5", "--hours", "noon-one"),
        ("--create", "X", "--amount", "5", "--from", "2026-01-01T00:00:00"),
        ("--stop", "NOBODY"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    promos: Promos, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert _run(promos, tmp_path, *words) == 1
    assert "Nothing was changed" in capsys.readouterr().err
    assert promos.cast.rows(Coupon) == []
