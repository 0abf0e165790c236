"""The frame around every page of the back office, and its words for moments."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from webapp.doors.backoffice import nav
from webapp.doors.backoffice.guard import posts, somebody
from webapp.doors.speech import NAMES, language
from webapp.ground.i18n import languages

SAID = "said"
PARIS = ZoneInfo("Europe/Paris")


def moment_words(moment: datetime, zone: ZoneInfo = PARIS) -> str:
    """Day and time, "24 Nov 2026, 12:30", on clocks of `zone` (a store's own where one is meant)."""
    return str(format_datetime(moment.astimezone(zone), "d MMM y, HH:mm", locale=language()))


def frame(**context: Any) -> dict[str, Any]:
    """The context backoffice/layout.html asks for, with a page's own on top."""
    taken = g.get("seat")
    who = somebody()
    return {
        "lang": language(),
        "languages": [{"code": code, "name": NAMES[code]} for code in languages() if code in NAMES],
        "csrf_token": generate_csrf(),
        "here": request.full_path.rstrip("?"),
        "merchant": taken.post.merchant_name if taken else None,
        "nav": nav.lines(taken, request.endpoint or "") if taken else [],
        "who": (who.name or who.email) if who else None,
        "several": len(posts()) > 1,
        "said": session.pop(SAID, None),
        **context,
    }


def page(template: str, /, *, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A rendered page of one person: nothing between us may keep it."""
    answer = make_response(render_template(f"backoffice/{template}", **frame(**context)), status)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def say(kind: str, sentence: str) -> None:
    """What the next page says at its top. `kind`: see components/notice.html."""
    session[SAID] = {"kind": kind, "text": sentence}


def go(endpoint: str, /, **values: Any) -> ResponseReturnValue:
    """To another page after a posted form."""
    return redirect(url_for(f"desk.{endpoint}", **values), 303)
