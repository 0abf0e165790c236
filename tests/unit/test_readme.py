"""What the README claims about settings, commands and pictures is what the code has."""

import re
from pathlib import Path

from webapp.doors.cli.main import COMMANDS
from webapp.ground.config import settings_table

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def test_every_setting_stands_in_the_readme_with_its_default_and_meaning() -> None:
    assert settings_table() in README


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"`{name}" not in README] == []


def test_every_package_of_the_list_has_its_reason() -> None:
    wanted = (ROOT / "webapp/requirements.in").read_text().split()
    names = [re.split(r"[\[<>=]", line)[0].replace("-client", "") for line in wanted]
    plain = README.lower().replace("-", "").replace(" ", "")
    assert [name for name in names if name.lower().replace("-", "") not in plain] == []


def test_every_file_the_readme_points_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
