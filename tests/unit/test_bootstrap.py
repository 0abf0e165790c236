"""When the start installs, and when it goes straight to the command."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import bootstrap


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "webapp" / "requirements.txt"
    path.parent.mkdir()
    path.write_text("flask==3.1.3\n")
    return path


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    path = tmp_path / ".venv"
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").symlink_to(sys.executable)
    return path


def _note(lock: Path, venv: Path) -> None:
    bootstrap.marker(lock, venv).write_text(hashlib.sha256(lock.read_bytes()).hexdigest())


def test_an_environment_without_a_note_is_installed(lock: Path, venv: Path) -> None:
    assert not bootstrap.is_installed(lock, venv)


def test_an_unchanged_list_is_not_installed_again(lock: Path, venv: Path) -> None:
    _note(lock, venv)
    assert bootstrap.is_installed(lock, venv)


def test_a_changed_list_is_installed(lock: Path, venv: Path) -> None:
    _note(lock, venv)
    lock.write_text("flask==3.1.4\n")
    assert not bootstrap.is_installed(lock, venv)


def test_an_environment_whose_python_went_away_is_made_again(lock: Path, venv: Path) -> None:
    _note(lock, venv)
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(venv / "gone")
    assert not bootstrap.is_installed(lock, venv)


def test_running_and_testing_remember_their_lists_apart(tmp_path: Path) -> None:
    run, test = (bootstrap.marker(tmp_path / room / "requirements.txt") for room in ("webapp", "tests"))
    assert run != test


def test_the_start_needs_nothing_but_the_standard_library() -> None:
    # -S: no site-packages at all, as on a bare machine.
    script = "import webapp.__main__, tests.__main__, tests.steps"
    bare = [sys.executable, "-S", "-c", script]
    assert subprocess.run(bare, cwd=bootstrap.ROOT, check=False, capture_output=True).returncode == 0
