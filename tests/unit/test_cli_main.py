"""What the command says to the person who typed it."""

import os
import subprocess
import sys

import pytest

from webapp import bootstrap
from webapp.doors.cli.main import COMMANDS


def _type(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSE_PLAT_")}
    command = [sys.executable, "-m", "webapp.doors.cli", *words]
    return subprocess.run(
        command, cwd=bootstrap.ROOT, env=environment | settings, check=False, capture_output=True, text=True
    )


def test_an_unknown_sub_command_lists_the_known_ones() -> None:
    said = _type("bake")
    assert said.returncode == 2
    assert all(name in said.stderr for name in COMMANDS)


def test_help_names_the_options_of_the_demo_and_every_sub_command() -> None:
    said = _type("--help").stdout
    assert all(word in said for word in ("--host", "--port", "--reset", "--catalog", *COMMANDS))


def test_wrong_settings_are_sentences_not_a_traceback() -> None:
    said = _type("worker", PASSE_PLAT_MODE="production", PASSE_PLAT_SECRET_KEYS="short")
    assert said.returncode == 2
    assert "PASSE_PLAT_SECRET_KEYS: key 1 is shorter" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--catalog", "/nowhere/menu.json"), "There is no file /nowhere/menu.json."),
        (("--port", "70000"), "--port must be between"),
    ],
)
def test_a_demo_that_cannot_start_says_why_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    said = _type(*words)
    assert said.returncode == 1
    assert sentence in said.stdout
    assert not said.stderr


def test_production_settings_do_not_start_the_demo() -> None:
    assert "In production: gunicorn" in _type(PASSE_PLAT_MODE="production").stdout
