"""Every alert the code can raise has its sentence and says what to do (O5)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g

from tests.unit.test_readme import ROOT
from webapp.doors.backoffice.present.alerts import alert_words, known_kinds

RAISING = {"raise_alert": 1, "alert": 2, "_alert": 1}  # who raises, and where the kind stands among its arguments
WORD = re.compile(r"[a-z]+(_[a-z]+)+")


def _constants(trees: dict[Path, ast.Module]) -> dict[str, str]:
    """The names of module constants that hold a text."""
    found: dict[str, str] = {}
    for node in (node for tree in trees.values() for node in tree.body if isinstance(node, ast.Assign)):
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def _endings(tree: ast.Module, name: str) -> set[str]:
    """What a variable inside an f-string may be: the words assigned to it, and the keys of a dictionary of troubles."""
    words = set()
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if {getattr(one, "id", "") for one in targets} & {name, "troubles"}:
            words |= {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)}
    return {word for word in words if WORD.fullmatch(word)}


def _kinds(node: ast.expr, tree: ast.Module, constants: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.Attribute):
        yield constants[node.attr]
    elif isinstance(node, ast.JoinedStr):
        start = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        hole = next(part for part in node.values if isinstance(part, ast.FormattedValue))
        yield from (start + word for word in _endings(tree, getattr(hole.value, "id", "")))


def _raised() -> set[str]:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in (ROOT / "webapp").rglob("*.py")}
    constants = _constants(trees)
    found: set[str] = set()
    for tree in trees.values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in RAISING and len(node.args) > RAISING[called]:
                found |= set(_kinds(node.args[RAISING[called]], tree, constants))
    return found


@pytest.fixture(autouse=True)
def answering() -> Iterator[None]:
    """Somebody is being answered, so that there is a language."""
    with Flask("words").test_request_context():
        g.language = "en"
        yield


def test_every_alert_the_code_raises_has_a_sentence_that_says_what_to_do() -> None:
    raised = _raised()
    assert {"delivery_parked", "place_gone", "payment_wrong_amount", "payment_paid_twice", "purchase_unclear"} <= raised
    assert sorted(raised - known_kinds()) == []
    assert [kind for kind in raised if not alert_words(kind).title or not alert_words(kind).todo] == []


def test_an_alert_nobody_wrote_a_sentence_for_is_shown_all_the_same() -> None:
    assert "some new thing" in alert_words("some_new_thing").title
