"""Earlier versions of the menu, each a press away from being on sale again."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.menu.ground import editor, needed, seen, stale_words
from webapp.doors.backoffice.office import wiring
from webapp.doors.speech import _
from webapp.nouns.catalog import versions
from webapp.usecases.menu.change import NoMenu, Refused, Stale, restore

SHOWN = 20


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/menu/versions", view_func=menu_versions)
    door.add_url_rule("/<merchant>/menu/versions", view_func=menu_restore, methods=["POST"])


@guarded("manager")
def menu_versions(merchant: str) -> ResponseReturnValue:
    """The newest first."""
    here = needed()
    with wiring().db.reading() as session:
        found = versions.versions_of(session, seat().merchant_id, SHOWN)
    rows = [
        {"number": one.number, "when": moment_words(one.created_at), "here": one.number == here.number} for one in found
    ]
    return page("menu_versions.html", slug=merchant, seen=here.number, rows=rows)


@guarded("manager")
def menu_restore(merchant: str) -> ResponseReturnValue:
    """Put an earlier one on sale again."""
    asked = request.form.get("number", "")
    try:
        number = restore(wiring(), editor(), seen(), int(asked) if asked.isdecimal() and len(asked) < 10 else -1)
    except Stale:
        say("warning", stale_words())
    except (NoMenu, Refused):
        say("warning", _("That version cannot be put on sale any more."))
    else:
        say("success", _("Version %(old)s is on sale again, as version %(number)s.", old=asked, number=number))
    return go("menu_versions", merchant=merchant)
