"""What `python3 -m tests` prepares before it tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.steps import surroundings
from webapp import bootstrap

# A system without a browser, whose apt-get brings one and writes down how it was asked.
APT = """#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> "{room}/asked"
case "$*" in *install*) printf '#!/bin/sh\\n' > "{room}/chromium"; chmod +x "{room}/chromium";; esac
"""
SUDO = '#!/bin/sh\nshift\nexec "$@"\n'
FIND = """
import sys
from tests.steps import find_browser
environment = {"PATH": sys.argv[1], "PLAYWRIGHT_BROWSERS_PATH": "/nowhere"}
find_browser(environment)
print(environment["CHROMIUM"])
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    for name, script in (("apt-get", APT.replace("{room}", str(tmp_path))), ("sudo", SUDO)):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    for name in ("sh", "env", "chmod"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    return tmp_path


def test_a_missing_browser_is_brought_by_apt_which_waits_for_its_lock(bare: Path) -> None:
    command = [sys.executable, "-c", FIND, str(bare)]
    environment = {"PATH": str(bare)}
    found = subprocess.run(
        command, cwd=bootstrap.ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout.splitlines()[-1]
    asked = (bare / "asked").read_text().splitlines()
    assert found == str(bare / "chromium")
    assert asked[0] == "noninteractive -q -o DPkg::Lock::Timeout=300 update"
    assert asked[1].endswith("install -y --no-install-recommends chromium fonts-dejavu-core libatomic1")


def test_a_missing_home_and_a_missing_place_for_sockets_are_replaced(tmp_path: Path) -> None:
    given = surroundings(tmp_path, {"HOME": "", "PATH": os.defpath})
    assert given["HOME"] == given["XDG_RUNTIME_DIR"] == str(tmp_path)


def test_the_settings_of_the_person_testing_stay_outside(tmp_path: Path) -> None:
    given = surroundings(tmp_path, {"PASSE_PLAT_MODE": "production", "FLASK_DEBUG": "1"})
    assert not {"PASSE_PLAT_MODE", "FLASK_DEBUG"} & given.keys()


def test_what_is_compiled_once_is_kept_for_every_process(tmp_path: Path) -> None:
    assert "PYTHONDONTWRITEBYTECODE" not in surroundings(tmp_path, {"PYTHONDONTWRITEBYTECODE": "1"})
