"""Import by file: read, shown with all it changes, then applied whole or thrown away; export of the same files."""

from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.menu.ground import editor, kind_words, needed, seen, stale_words
from webapp.doors.backoffice.menu.labels import column_words
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.problems import problem_words, row_words
from webapp.doors.large import takes
from webapp.doors.speech import _, language, ngettext
from webapp.nouns.catalog.difference import Changed
from webapp.nouns.catalog.sheet import file
from webapp.nouns.catalog.sheet.rows import SheetRow
from webapp.usecases.menu import importing
from webapp.usecases.menu.change import Stale
from webapp.usecases.menu.importing import Finding, Preview, Read

MOST_BYTES = 8 * 1024 * 1024
MB = 1024 * 1024
SHOWN = 200
REMARKS = 3
PAGE = 50
LONGEST = 120


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/menu/import", view_func=menu_import)
    door.add_url_rule("/<merchant>/menu/import", view_func=menu_import_read, methods=["POST"])
    door.add_url_rule("/<merchant>/menu/import/<key>", view_func=menu_preview)
    door.add_url_rule("/<merchant>/menu/import/<key>", view_func=menu_apply, methods=["POST"])
    door.add_url_rule("/<merchant>/menu/import/<key>/discard", view_func=menu_discard, methods=["POST"])
    door.add_url_rule("/<merchant>/menu/export.json", view_func=menu_export_json)
    door.add_url_rule("/<merchant>/menu/export.csv", view_func=menu_export_csv)


def _form(status: int = 200, error: str | None = None, read: Read | None = None) -> ResponseReturnValue:
    found = read.findings if read else ()
    errors = [one for one in found if one.problem.severity == "error"]
    return page(
        "menu_import.html",
        status=status,
        slug=seat().merchant,
        mb=MOST_BYTES // MB,
        error=error,
        problems=[_told(one) for one in errors[:SHOWN]],
        more=max(0, len(errors) - SHOWN),
    )


def _told(one: Finding) -> dict[str, Any]:
    row = one.problem.row
    named = "" if row.startswith("line ") or one.problem.row == "file" else row_words(row)
    return {"line": one.line, "row": named, "say": problem_words(one.problem)}


@guarded("manager")
def menu_import(merchant: str) -> ResponseReturnValue:
    """Where a file is chosen."""
    del merchant
    return _form()


@guarded("manager")
@takes(MOST_BYTES + 64 * 1024)
def menu_import_read(merchant: str) -> ResponseReturnValue:
    """Read the file; a preview when nothing is wrong with it, every reason when something is."""
    sent = request.files.get("file")
    raw = sent.read(MOST_BYTES + 1) if sent is not None else b""
    if not raw:
        return _form(422, _("Choose a file first."))
    if len(raw) > MOST_BYTES:
        return _form(413, _("The file has more than %(mb)s MB.", mb=MOST_BYTES // MB))
    read = importing.take(wiring(), editor(), raw)
    if read.key is None:
        count = sum(one.problem.severity == "error" for one in read.findings)
        said = ngettext(
            "Nothing was imported: %(num)d row must be put right first.",
            "Nothing was imported: %(num)d things must be put right first.",
            count,
        )
        return _form(422, said, read)
    if read.findings:
        count = len(read.findings)
        said = ngettext("The file is good; %(num)d remark.", "The file is good; %(num)d remarks.", count)
        told = [f"{row_words(one.problem.row)}: {problem_words(one.problem)}" for one in read.findings[:REMARKS]]
        say("info", " ".join([said, *told]))
    return go("menu_preview", merchant=merchant, key=read.key)


def _name(row: SheetRow) -> str:
    first = next((cell for name, cell in row.cells.items() if name == f"name.{language()}" and cell), "")
    return first or next((cell for name, cell in row.cells.items() if name.startswith("name.") and cell), row.name)


def _row(row: SheetRow) -> dict[str, Any]:
    return {
        "kind": kind_words(row.kind),
        "name": _name(row),
        "id": row.name,
        "parent": row.parent,
        "price": row.cells.get("price"),
    }


def _changed(one: Changed) -> dict[str, Any]:
    cells = [
        {
            "label": column_words(cell.column),
            "before": cell.before[:LONGEST],
            "after": cell.after[:LONGEST],
            "none": _("not declared") if cell.column == "allergens" else _("empty"),
        }
        for cell in one.cells
    ]
    return {**_row(one.after), "cells": cells}


def _lists(found: Preview, number: int) -> dict[str, Any]:
    """One page of everything: changes first, since they are read most closely; then what goes, then what comes."""
    difference = found.difference
    rows: list[tuple[str, Any]] = [
        *(("changed", one) for one in difference.changed),
        *(("removed", one) for one in difference.removed),
        *(("added", one) for one in difference.added),
    ]
    here = rows[(number - 1) * PAGE : number * PAGE]
    return {
        "changed": [_changed(one) for kind, one in here if kind == "changed"],
        "removed": [_row(one) for kind, one in here if kind == "removed"],
        "added": [_row(one) for kind, one in here if kind == "added"],
        "pages": max(1, -(-len(rows) // PAGE)),
    }


def _preview(key: str, status: int = 200, error: str | None = None) -> ResponseReturnValue:
    found = importing.preview(wiring(), editor(), key)
    if found is None:
        say(
            "warning",
            _("This import is gone: it was applied, thrown away, or older than a day. Choose the file again."),
        )
        return go("menu_import", merchant=seat().merchant)
    asked = request.args.get("page", "")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    difference = found.difference
    return page(
        "menu_preview.html",
        status=status,
        slug=seat().merchant,
        key=key,
        seen=found.seen,
        error=error,
        nothing=difference.nothing,
        windows=found.note == "windows-1252",
        counts={
            "added": len(difference.added), "changed": len(difference.changed), "removed": len(difference.removed),
            "up": difference.up, "down": difference.down,
        },
        reordered=[kind_words(kind) for kind in difference.reordered],
        number=number,
        **_lists(found, number),
    )  # fmt: skip


@guarded("manager")
def menu_preview(merchant: str, key: str) -> ResponseReturnValue:
    """What the file would change."""
    del merchant
    return _preview(key)


@guarded("manager")
def menu_apply(merchant: str, key: str) -> ResponseReturnValue:
    """Put it on sale, if the menu is still the one it was compared with."""
    try:
        number = importing.apply(wiring(), editor(), key, seen())
    except Stale:
        return _preview(key, 409, stale_words())
    if number is None:
        return _preview(key)
    say("success", _("Version %(number)s is on sale. Under Versions you can undo that.", number=number))
    return go("menu_versions", merchant=merchant)


@guarded("manager")
def menu_discard(merchant: str, key: str) -> ResponseReturnValue:
    """Throw it away."""
    importing.throw_away(wiring(), editor(), key)
    say("info", _("The import was thrown away; nothing was changed."))
    return go("menu_import", merchant=merchant)


def _sent(content: bytes, kind: str, ending: str) -> Response:
    answer: Response = current_app.response_class(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{seat().merchant}-menu.{ending}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@guarded("manager")
def menu_export_json(merchant: str) -> ResponseReturnValue:
    """The menu on sale as the document it is."""
    del merchant
    return _sent(needed().menu.model_dump_json(indent=1).encode(), "application/json", "json")


@guarded("manager")
def menu_export_csv(merchant: str) -> ResponseReturnValue:
    """The menu on sale as a table; parted by semicolons where spreadsheets expect them."""
    del merchant
    return _sent(file.write(needed().menu, delimiter=";" if language() == "fr" else ","), "text/csv", "csv")
