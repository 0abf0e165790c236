"""Importing a menu file: read and checked whole, kept aside, looked at, then applied or thrown away (C30)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.nouns.catalog import versions
from webapp.nouns.catalog.check import check_catalog
from webapp.nouns.catalog.difference import Difference, difference
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.report import MAX_PROBLEMS, Problem, Rejected, read_json
from webapp.nouns.catalog.sheet import file
from webapp.nouns.catalog.sheet.place import lines_of
from webapp.usecases.menu.change import Deed, Editor, Stale, document, put
from webapp.usecases.wiring import Wiring

JSON, CSV = "json", "csv"


@dataclass(frozen=True)
class Finding:
    """Something found in a file. `line`: where, as near as it is known."""

    line: int | None
    problem: Problem


@dataclass(frozen=True)
class Read:
    """What became of a file: a `key` when it is kept aside, else none and errors among the findings."""

    key: str | None
    kind: str
    findings: tuple[Finding, ...]
    counts: dict[str, int]


@dataclass(frozen=True)
class Preview:
    """A kept import beside the menu on sale, whose number is `seen`."""

    seen: int
    difference: Difference
    note: str
    languages: tuple[str, ...]
    currency: str


def kind_of(raw: bytes) -> str:
    """`json` or `csv`, from what the file begins with."""
    start = raw.removeprefix(file.BOM)[:200].lstrip()
    return JSON if start.startswith((b"{", b"[")) else CSV


def take(wiring: Wiring, editor: Editor, raw: bytes) -> Read:
    """Read a file and keep it aside when nothing is wrong with it."""
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        _, text = versions.on_sale(session, editor.merchant_id)
    base = None if text is None else document(text)
    kind = kind_of(raw)
    try:
        menu, findings, counts, encoding = _json(raw) if kind == JSON else _csv(raw, base)
    except Rejected as rejected:
        line = rejected.problem.params.get("line")
        return Read(None, kind, (Finding(line if isinstance(line, int) else None, rejected.problem),), {})
    if menu is None:
        return Read(None, kind, tuple(findings), counts)
    key = wiring.draw.token(16)
    wiring.db.run(
        lambda session: versions.stage(session, key, editor.merchant_id, editor.staff_id, menu, encoding, now)
    )
    return Read(key, kind, tuple(findings), counts)


Taken = tuple[Catalog | None, list[Finding], dict[str, int], str]


def _json(raw: bytes) -> Taken:
    bare = raw.removeprefix(file.BOM)
    data = read_json(bare)
    if isinstance(data, dict) and isinstance(data.get("menu"), dict) and "categories" not in data:
        raise Rejected("whole_house")
    report = check_catalog(data)
    lines = lines_of(bare.decode()) if report.problems else {}
    findings = [Finding(file.line_in(lines, one.row), one) for one in report.problems]
    return report.document, findings, dict(report.counts), "utf-8"


def _csv(raw: bytes, base: Catalog | None) -> Taken:
    sheet = file.read(raw, base)
    found = [Finding(int(one.row.removeprefix("line ")), one) for one in sheet.problems]
    if len(found) > MAX_PROBLEMS:
        raise Rejected("too_many_problems", limit=MAX_PROBLEMS)
    report = check_catalog(sheet.data)
    # A cell that could not be read leaves a hole, of which nothing more need be said.
    spoiled = {one.line for one in found}
    checked = [Finding(sheet.line_of(one.row), one) for one in report.problems]
    found += [one for one in checked if one.line is None or one.line not in spoiled]
    found.sort(key=lambda one: one.line or 0)
    return (None if sheet.problems else report.document), found, dict(report.counts), sheet.encoding


def preview(wiring: Wiring, editor: Editor, key: str) -> Preview | None:
    """What applying a kept import would change now; None when it is gone."""
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        draft = versions.staged(session, key, editor.merchant_id, editor.staff_id, now)
        seen, text = versions.on_sale(session, editor.merchant_id)
    if draft is None:
        return None
    before, after = (None if text is None else document(text)), document(draft.document)
    return Preview(seen, difference(before, after), draft.note, after.languages, after.currency)


def apply(wiring: Wiring, editor: Editor, key: str, seen: int) -> int | None:
    """Put a kept import on sale; the new version's number, None when it is gone.

    Raises:
        Stale: another version is on sale than the one it was compared with; the import is still kept.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        draft = versions.staged(session, key, editor.merchant_id, editor.staff_id, now)
    if draft is None:
        return None
    menu = document(draft.document)

    def work(session: Session) -> int | None:
        # Two presses of the button: the second finds nothing to take and changes nothing.
        if not versions.unstage(session, key, editor.merchant_id, editor.staff_id):
            return None
        number = put(session, editor, seen, menu, Deed("menu.import"), now)
        if number is None:
            raise Stale
        return number

    return wiring.db.run(work)


def throw_away(wiring: Wiring, editor: Editor, key: str) -> None:
    """Forget a kept import."""
    wiring.db.run(lambda session: versions.unstage(session, key, editor.merchant_id, editor.staff_id))
