"""The picture of a dish: sent as a file, taken after a look at its first bytes, shown once the worker has made it."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.menu.ground import editor, needed, row_of, seen, spot_of, stale_words
from webapp.doors.backoffice.office import wiring
from webapp.doors.large import takes
from webapp.doors.pictures import sources
from webapp.doors.speech import _, asset
from webapp.nouns.catalog.edit import NoSuchRow
from webapp.nouns.picture import store
from webapp.nouns.picture.header import LEAST_SIDE, MOST_BYTES, MOST_PIXELS, BadPicture
from webapp.usecases.menu.change import Refused, Stale
from webapp.usecases.menu.pictures import give, take_away

MB = 1024 * 1024


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/menu/picture/<kind>/<name>", view_func=menu_picture, methods=["POST"])
    door.add_url_rule("/<merchant>/menu/no-picture/<kind>/<name>", view_func=menu_picture_away, methods=["POST"])


def picture_state(name: str | None) -> dict[str, Any]:
    """What the page of a dish shows of its picture: an address, or a sentence on why there is none yet."""
    key = store.key_of(name)
    if key is None:
        return {"url": asset(f"demo/{name}") if name else None, "made": None, "say": None, "kind": "info"}
    with wiring().db.reading() as session:
        state = store.state_of(session, seat().merchant_id, key)
    if state == "ready":
        return {"url": None, "made": sources(key), "say": None, "kind": "info"}
    if state in {"new", "encoding"}:
        said = _("The picture is being made ready; it is shown in a few seconds.")
        return {"url": None, "made": None, "say": said, "kind": "info"}
    said = _("This picture cannot be read. Save it anew as JPEG or PNG and send it again.")
    return {"url": None, "made": None, "say": said, "kind": "warning"}


def bad_words(code: str, least: int = LEAST_SIDE) -> str:
    """Why a picture is not taken. `least`: pixels its shorter side must have."""
    return {
        "empty": _("Choose a picture first."),
        "too_many_bytes": _(
            "The picture has more than %(mb)s MB. Make it smaller and send it again.", mb=MOST_BYTES // MB
        ),
        "too_many_pixels": _(
            "The picture has more than %(mp)s million pixels. Make it smaller and send it again.",
            mp=MOST_PIXELS // 1_000_000,
        ),
        "too_small": _("The picture is too small: at least %(px)s pixels on each side.", px=least),
        "heic": _("This is a HEIC picture, as iPhones make them. Save it as JPEG and send it again."),
        "svg": _("Drawings (SVG) are not taken. Save it as PNG and send it again."),
        "not_a_picture": _("This is no picture in JPEG, PNG, WebP or AVIF."),
    }.get(code, _("This picture cannot be read. Save it anew as JPEG or PNG and send it again."))


def _answer(kind: str, name: str, sentence: str, tone: str) -> ResponseReturnValue:
    say(tone, sentence)
    return redirect(url_for("desk.menu_row", merchant=seat().merchant, kind=kind, name=name) + "#picture", 303)


@guarded("manager")
@takes(MOST_BYTES + 64 * 1024)
def menu_picture(merchant: str, kind: str, name: str) -> ResponseReturnValue:
    """Take a picture in."""
    del merchant
    spot = spot_of(kind, name)
    if "picture" not in row_of(needed(), spot):
        return _answer(kind, name, _("Nothing was changed."), "info")
    sent = request.files.get("picture")
    try:
        give(wiring(), editor(), seen(), spot, sent.read(MOST_BYTES + 1) if sent is not None else b"")
    except BadPicture as bad:
        return _answer(kind, name, bad_words(bad.code), "danger")
    except Stale:
        return _answer(kind, name, stale_words(), "warning")
    except (Refused, NoSuchRow):
        return _answer(kind, name, _("Nothing was changed."), "warning")
    return _answer(kind, name, _("The picture is being made ready; it is shown in a few seconds."), "success")


@guarded("manager")
def menu_picture_away(merchant: str, kind: str, name: str) -> ResponseReturnValue:
    """Leave the dish without one."""
    del merchant
    spot = spot_of(kind, name)
    if "picture" not in row_of(needed(), spot):
        return _answer(kind, name, _("Nothing was changed."), "info")
    try:
        take_away(wiring(), editor(), seen(), spot)
    except (Stale, Refused, NoSuchRow):
        return _answer(kind, name, stale_words(), "warning")
    return _answer(kind, name, _("The dish has no picture any more."), "success")
