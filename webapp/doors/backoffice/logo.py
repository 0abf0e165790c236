"""The logo: sent as a file, made by the worker as pictures of dishes are, shown at the top of every page."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.menu.ground import editor
from webapp.doors.backoffice.menu.picture import bad_words
from webapp.doors.backoffice.office import wiring
from webapp.doors.large import takes
from webapp.doors.pictures import logo_url
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import stores_of
from webapp.nouns.picture.header import LEAST_LOGO, MOST_BYTES, BadPicture
from webapp.nouns.picture.logo import newest
from webapp.usecases.menu.logo import give_logo, take_logo_away


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/logo", view_func=logo)
    door.add_url_rule("/<merchant>/logo/file", view_func=logo_sent, methods=["POST"])
    door.add_url_rule("/<merchant>/logo/none", view_func=logo_away, methods=["POST"])


def _words(state: str) -> dict[str, str] | None:
    """What is said of the logo sent last; nothing once it is shown."""
    if state in {"new", "encoding"}:
        return {"kind": "info", "text": _("The logo is being made ready; it is shown in a few seconds.")}
    if state == "failed":
        return {
            "kind": "warning",
            "text": _("This picture cannot be read. Save it anew as JPEG or PNG and send it again."),
        }
    return None


@guarded("manager")
def logo(merchant: str) -> ResponseReturnValue:
    """The one shown now, and what became of the one sent last."""
    with wiring().db.reading() as database:
        ours = stores_of(database, merchant)
        last = newest(database, seat().merchant_id)
    shown = ours[0].merchant.logo if ours else ""
    return page(
        "logo.html",
        slug=merchant,
        logo=logo_url(shown, large=True),
        state=_words(last.state) if last is not None else None,
    )


@guarded("manager")
@takes(MOST_BYTES + 64 * 1024)
def logo_sent(merchant: str) -> ResponseReturnValue:
    """Take a logo in."""
    sent = request.files.get("logo")
    try:
        give_logo(wiring(), editor(), sent.read(MOST_BYTES + 1) if sent is not None else b"")
    except BadPicture as bad:
        say("danger", bad_words(bad.code, LEAST_LOGO))
    else:
        say("success", _("The logo is being made ready; it is shown in a few seconds."))
    return go("logo", merchant=merchant)


@guarded("manager")
def logo_away(merchant: str) -> ResponseReturnValue:
    """Only the name from now on."""
    take_logo_away(wiring(), editor())
    say("success", _("The restaurant has no logo any more: its name stands alone."))
    return go("logo", merchant=merchant)
