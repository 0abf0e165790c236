"""`import-catalog`: check a menu or merchant file; put it on sale whole, or say every reason why not (C30)."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.randomness import SystemRandomness
from webapp.nouns.catalog.check import read_catalog
from webapp.nouns.catalog.report import Report
from webapp.nouns.merchant.check import read_house, read_merchant
from webapp.nouns.merchant.document import MerchantFile
from webapp.usecases.setup.house import Stored, put_on_sale, store_house, store_merchant

PICTURES = Path(__file__).resolve().parents[3] / "static" / "demo"


def pictures() -> frozenset[str]:
    """Names of the picture files at hand."""
    return frozenset(path.name for path in PICTURES.iterdir() if path.is_file()) if PICTURES.is_dir() else frozenset()


def told(report: Report[Any]) -> str:
    """Every problem of a report, one a line, then what was counted."""
    lines = [
        f"  {'error  ' if found.severity == 'error' else 'warning'}  {found.sentence}" for found in report.problems
    ]
    counted = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in report.counts.items())
    return "\n".join([*lines, *([f"  {counted}"] if counted else [])])


def arguments(parser: ArgumentParser) -> None:
    """The options of `import-catalog`."""
    parser.add_argument("file", type=Path, help="a menu, a merchant with its stores, or both in one file (README)")
    parser.add_argument("--merchant", metavar="SLUG", help="whose menu it is; needed for a menu alone")
    parser.add_argument("--check", action="store_true", help="only say what is wrong")


def command(settings: Settings, chosen: Namespace) -> int:
    """Check, and import when nothing is wrong; 1 when something is."""
    try:
        raw = chosen.file.read_bytes()
    except OSError as error:
        print(f"{chosen.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    kind = _kind(raw)
    if kind == "menu" and not chosen.merchant:
        print("A menu alone: say whose it is with --merchant SLUG.", file=sys.stderr)
        return 2
    report: Report[Any] = READERS[kind](raw)
    print(told(report))
    if report.document is None:
        print(f"Nothing was changed: {len(report.errors)} problems must be solved first.")
        return 1
    if chosen.check:
        print("Nothing is wrong; nothing was changed.")
        return 0
    database = Database(settings.database_url)
    try:
        print(database.run(lambda session: _import(session, kind, report.document, chosen.merchant)))
    except LookupError as missing:
        print(missing.args[0], file=sys.stderr)
        return 1
    finally:
        database.close()
    return 0


READERS: dict[str, Any] = {
    "menu": lambda raw: read_catalog(raw, pictures=pictures()),
    "house": lambda raw: read_house(raw, pictures=pictures()),
    "merchant": read_merchant,
}


def _kind(raw: bytes) -> str:
    """What the file seems to be; a file that is no JSON goes to the menu's reader, which says so."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return "menu"
    if not isinstance(data, dict) or not data.keys() & {"merchant", "stores"}:
        return "menu"
    return "house" if "menu" in data else "merchant"


def _import(session: Session, kind: str, found: Any, merchant: str | None) -> str:
    now = SystemClock().now()
    if kind == "menu":
        number = put_on_sale(session, merchant or "", found, now)
        if number is None:
            raise LookupError(f"There is no merchant {merchant!r}.")
        return f"Version {number} of {merchant}'s menu is on sale."
    if merchant and merchant != found.merchant.slug:
        raise LookupError(f"The file is {found.merchant.slug}'s, not {merchant}'s: nothing was changed.")
    if isinstance(found, MerchantFile):
        return _said(
            store_merchant(session, found.merchant, found.stores, SystemRandomness(), now), found.merchant.slug
        )
    return _said(store_house(session, found, SystemRandomness(), now), found.merchant.slug) + " Its menu is on sale."


def _said(stored: Stored, slug: str) -> str:
    parts = [f"{slug} is up to date: {len(stored.new_stores)} new stores, {stored.new_tables} new tables."]
    if stored.left_alone:
        parts.append(f"Left alone, since the file does not name them: {', '.join(stored.left_alone)}.")
    return " ".join(parts)
