"""Uploaded pictures and logos: their addresses, and the one view that serves them."""

from flask import Blueprint, Response, abort, current_app

from webapp.doors.speech import asset
from webapp.ground.db import Database
from webapp.nouns.picture import store

PREFIX = "/pictures/"
KEPT = "public, max-age=31536000, immutable"
POLICY = "default-src 'none'; sandbox"


def sources(key: str) -> dict[str, str]:
    """What `components/picture.html` shows: `srcset` by type, and one address for browsers that know neither."""
    made = {
        kind: ", ".join(f"{PREFIX}{key}-{width}.{kind} {width}w" for width in store.WIDTHS) for kind in store.FORMATS
    }
    return {**made, "src": f"{PREFIX}{key}-{store.WIDTHS[1]}.webp"}


def logo_url(name: str, *, large: bool = False) -> str | None:
    """Where a merchant's logo is; None without one. `name`: as the merchant has it, an upload's or the demo's."""
    key = store.key_of(name)
    if key is not None:
        return f"{PREFIX}{key}-{store.LOGO_WIDTHS[1 if large else 0]}.webp"
    return asset(f"demo/{name}") if name else None


def blueprint(database: Database) -> Blueprint:
    """The address; named by content, so that browsers never ask twice."""
    door = Blueprint("pictures", __name__)

    def picture(name: str) -> Response:
        if not store.FILE.match(name):
            abort(404)
        with database.reading() as session:
            content = store.content(session, name)
        if content is None:
            abort(404)
        answer: Response = current_app.response_class(content, mimetype=store.FORMATS[name.rpartition(".")[2]])
        answer.headers["Cache-Control"] = KEPT
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    door.add_url_rule(f"{PREFIX}<name>", view_func=picture)
    return door
