"""A web worker loads what it serves with and nothing else: every package in it is paid for by every worker."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.shop import SECRETS
from webapp import bootstrap

# The schema's tools, other vendors' libraries, pictures, codes to scan, mail nobody set up, this room's tools, tests.
NEVER = {"alembic", "mako", "stripe", "PIL", "segno", "smtplib", "psycopg", "gunicorn", "pytest", "hypothesis"}
# What of our own only the operator, the worker process or the demo runs, and programmes no merchant has; and the
# database that is not in use:
# SQLAlchemy loads a dialect whole, 2 MB, as soon as an index is told its condition in it: see `index_where`.
NEVER_OURS = {
    "sqlalchemy.dialects.postgresql",
    "webapp.doors.cli",
    "webapp.ports.loyalty.gonnaorder",
    "webapp.ports.loyalty.menu",
    "webapp.ports.loyalty.spoonity",
    "webapp.demo",
    "webapp.sandbox",
    "webapp.migrations.level",
    "webapp.translations",
}
ASK = "import json, sys; import wsgi; print(json.dumps(sorted(sys.modules)))"
UNSPOKEN = """
import wsgi
from babel.core import get_global
from babel.localedata import load
print(len(get_global("likely_subtags")), "unit_patterns" in load("fr"))
"""


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """A demo's settings on an empty, migrated SQLite."""
    keys = {name.upper(): value if isinstance(value, str) else value[0] for name, value in SECRETS.items()}
    ours = {"MODE": "demo", "DATA_DIR": str(tmp_path), **keys}
    return os.environ | {f"PASSE_PLAT_{name}": value for name, value in ours.items()}


def _said(environment: Mapping[str, str], *words: str) -> str:
    call = [sys.executable, *words]
    done = subprocess.run(call, env=environment, cwd=bootstrap.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_web_worker_holds_no_package_it_does_not_serve_with(environment: Mapping[str, str]) -> None:
    _said(environment, "-m", "webapp.doors.cli", "migrate")
    loaded = set(json.loads(_said(environment, "-c", ASK).splitlines()[-1]))
    assert "webapp.doors.shop" in loaded
    assert {name.split(".")[0] for name in loaded} & NEVER == set()
    assert [name for name in loaded if any(f"{name}.".startswith(f"{one}.") for one in NEVER_OURS)] == []


def test_a_web_worker_keeps_nothing_of_languages_that_no_sentence_asks_for(environment: Mapping[str, str]) -> None:
    _said(environment, "-m", "webapp.doors.cli", "migrate")
    assert _said(environment, "-c", UNSPOKEN).split()[-2:] == ["0", "False"]
