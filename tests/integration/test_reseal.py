"""Rotating the vault's keys: every sealed value opens with the newest one alone, and the old one may go (X5)."""

import ast
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import insert, select

from tests.integration.scene import NOON
from webapp.bootstrap import ROOT
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.nouns import schema
from webapp.nouns.customer.proof_models import SmsMessage
from webapp.nouns.staff.models import MailMessage
from webapp.usecases.upkeep.resealing import BATCH, reseal_all, sealed_columns

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def mails(database: Database, sealed: list[str]) -> None:
    rows = [
        {"key": str(number), "kind": "reset", "recipient": "a@b.example", "subject": "s", "text_sealed": one,
         "state": "new", "attempts": 0, "not_before": NOON, "lease": "", "reason": "", "created_at": NOON}
        for number, one in enumerate(sealed)
    ]  # fmt: skip
    with database.transaction() as session:
        session.execute(insert(MailMessage), rows)


def test_after_resealing_the_old_key_may_be_thrown_away(database: Database) -> None:
    old, both = Vault([OLD]), Vault([NEW, OLD])
    mails(database, [old.seal(f"words {number}") for number in range(BATCH + 5)] + [both.seal("new"), ""])
    report = {one.column: one for one in reseal_all(database, both)}
    done = report["mail_message.text_sealed"]
    assert (done.values, done.anew, done.unreadable) == (BATCH + 6, BATCH + 5, 0)
    alone = Vault([NEW])
    with database.reading() as session:
        words = [alone.open(text) for text in session.scalars(select(MailMessage.text_sealed)) if text]
    assert len(set(words)) == BATCH + 6
    assert {one.anew for one in reseal_all(database, both)} == {0}


def test_what_no_key_opens_is_counted_and_left_as_it_is(database: Database) -> None:
    foreign = Vault([Fernet.generate_key().decode()]).seal("x")
    mails(database, [foreign, Vault([OLD]).seal("y")])
    report = {one.column: one for one in reseal_all(database, Vault([NEW, OLD]))}
    assert (report["mail_message.text_sealed"].anew, report["mail_message.text_sealed"].unreadable) == (1, 1)
    with database.reading() as session:
        assert foreign in set(session.scalars(select(MailMessage.text_sealed)))


def test_every_value_the_code_seals_goes_into_a_column_whose_name_says_so() -> None:
    """`reseal` finds columns by their name: one that is called otherwise would be lost with its key."""
    assert schema
    found = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert {"loyalty_connection.token_sealed", "loyalty_connection.client_secret_sealed"} <= found
    assert f"{SmsMessage.__tablename__}.text_sealed" in found
    homeless = [f"{path}:{line}" for path in Path(ROOT, "webapp").rglob("*.py") for line in _elsewhere(path)]
    assert homeless == []


def _elsewhere(path: Path) -> list[int]:
    tree = ast.parse(path.read_text("utf-8"))
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and (node.arg or "").endswith("_sealed"):
            named.add(id(node.value))
        if isinstance(node, ast.Dict):
            keys = [getattr(key, "value", "") for key in node.keys]
            named |= {id(value) for key, value in zip(keys, node.values, strict=True) if str(key).endswith("_sealed")}
        if isinstance(node, ast.FunctionDef) and node.name == "sealed":  # whoever calls it is looked at by its own name
            named |= {id(part.value) for part in ast.walk(node) if isinstance(part, ast.Return) and part.value}
        if isinstance(node, ast.Assign) and str(getattr(node.targets[0], "id", "")).startswith("sealed"):
            named.add(id(node.value))
    inside = {id(part) for node in ast.walk(tree) if id(node) in named for part in ast.walk(node)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "seal"]
    return [call.lineno for call in calls if id(call) not in inside]
