"""The log: who did what, when, to which thing."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import moment_words, page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.deeds import deed_words
from webapp.doors.speech import _
from webapp.nouns.staff.deeds import PAGE, deeds_of


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/log", view_func=deed_log)


def _facts(values: dict[str, Any] | None) -> str:
    return ", ".join(f"{name}: {value}" for name, value in (values or {}).items() if value is not None and value != "")


@guarded("manager")
def deed_log(merchant: str) -> ResponseReturnValue:
    """Newest first, fifty to a page."""
    asked = request.args.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 10 else None
    with wiring().db.reading() as database:
        found = deeds_of(database, seat().merchant_id, before)
    rows = [
        {
            "when": moment_words(row.at),
            "who": who or _("the operator"),
            "what": deed_words(row.deed),
            "subject": row.subject,
            "before": _facts(row.before),
            "after": _facts(row.after),
        }
        for row, who in found[:PAGE]
    ]
    older = found[PAGE - 1][0].id if len(found) > PAGE else None
    return page("deed_log.html", rows=rows, older=older, slug=merchant)
