"""Nothing personal and nothing secret leaves through a log line (D4)."""

import ast
import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from webapp import bootstrap
from webapp.ground import logs

CANARIES = [
    "+33612345678",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "(0)6-12-34-56-78",
    "00447700900123",
    "claire.martin@exemple.fr",
    "Bearer abc.def",
    "Authorization: Basic Y2FuYXJ5",
    "https://shop.test/o/x?signature=abc&phone=0612",
    "mzxw6ytboi3tgnbvgy3tqojqge",
    "mzxwaytboimtgnbvgyotqojqge",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "gAAAAABlcanary-canary_canary-canary_canary",
    "sha256=2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
]
KEYS = ["phone", "email", "name", "token", "code", "pin", "signature", "query", "url", "note", "password", "cookie"]


@pytest.fixture
def written() -> Iterator[StringIO]:
    stream = StringIO()
    logs.configure(level="INFO", stream=stream)
    logs.begin()
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers = []


def _last(written: StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(written.getvalue().splitlines()[-1])
    return line


@pytest.mark.parametrize("canary", CANARIES)
def test_what_looks_personal_or_secret_is_cut_from_any_value(canary: str, written: StringIO) -> None:
    logs.get().info(f"said {canary} aloud", reason=f"x {canary}", problem=[canary], outcome={"deep": canary})
    line = _last(written)
    line.pop("timestamp")  # its digits are its own
    for piece in {canary, *canary.split("=")[1:], *canary.split()[1:]}:
        assert piece not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_not_known_to_be_harmless_hides_its_value(key: str, written: StringIO) -> None:
    logs.get().info("asked", **{key: "4711"})
    assert _last(written)[key] == logs.HIDDEN


def test_a_number_to_call_is_hidden_even_as_a_whole_number(written: StringIO) -> None:
    logs.get().info("asked", number=33612345678)
    assert _last(written)["number"] == logs.HIDDEN


def test_an_error_is_named_and_placed_without_its_words(written: StringIO) -> None:
    try:
        int("Claire Martin 0612345678")
    except ValueError:
        logs.get().exception("could not read")
    line = _last(written)
    assert line["error"] == "ValueError"
    assert "unit/test_logs.py" in line["where"]
    assert "Claire" not in written.getvalue()


def test_what_a_library_logs_passes_the_same_fences(written: StringIO) -> None:
    logging.getLogger("library").warning("for %s at a@b.fr", "Claire Martin")
    line = _last(written)
    assert line["logger"] == "library"
    assert "Claire" not in written.getvalue()
    assert "a@b.fr" not in written.getvalue()


def test_harmless_facts_stay_readable(written: StringIO) -> None:
    logs.begin(request="k3x9", method="GET", route="shop.menu")
    facts = {"store": "creperie-des-quais-lyon", "status": 200, "ms": 3.5, "amount": 4250, "order": "A042"}
    logs.get().info("served", **facts)
    line = _last(written)
    assert facts.items() <= line.items()
    assert line["request"] == "k3x9"
    assert line["event"] == "served"


def test_a_new_request_forgets_the_last_one(written: StringIO) -> None:
    logs.begin(request="one", store="lyon")
    logs.begin(request="two")
    logs.get().info("served")
    assert "store" not in _last(written)


def test_quiet_levels_write_nothing(written: StringIO) -> None:
    logs.get().debug("detail")
    assert not written.getvalue()


def test_demo_lines_are_short_and_fenced_too(written: StringIO) -> None:
    logs.configure(readable=True, stream=written)
    logs.get().info("payment confirmed", order="A042", phone="0612345678")
    assert "payment confirmed  order=A042 phone=[hidden]" in written.getvalue()


def _is_built_event(node: ast.AST) -> bool:
    says = {"debug", "info", "warning", "error", "exception", "critical"}
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in says
        and bool(node.args)
        and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
    )


@pytest.mark.parametrize("path", sorted((bootstrap.ROOT / "webapp").rglob("*.py")), ids=lambda path: path.stem)
def test_an_event_is_a_fixed_sentence_and_its_facts_are_keys(path: Path) -> None:
    assert not [ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if _is_built_event(node)]
