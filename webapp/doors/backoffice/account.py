"""One's own account: another password, signing out everywhere."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import SIGNED_IN, guarded, posts, somebody
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.words import password_words, role_words
from webapp.doors.speech import _
from webapp.nouns.staff import passwords
from webapp.usecases.staff.access import set_password


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/account", view_func=account)
    door.add_url_rule("/account/password", view_func=change, methods=["POST"])


def _page(error: str | None = None) -> ResponseReturnValue:
    who = somebody()
    have = [{"name": one.merchant_name, "role": role_words(one.role)} for one in posts()]
    email = who.email if who is not None else ""
    return page("account.html", status=422 if error else 200, email=email, posts=have, error=error)


@guarded(SIGNED_IN, recent=True)
def account() -> ResponseReturnValue:
    """Who they are and where they work."""
    return _page()


@guarded(SIGNED_IN, recent=True)
def change() -> ResponseReturnValue:
    """Another password; every other browser is signed out."""
    who = somebody()
    assert who is not None  # noqa: S101 -- the guard has seen them
    password = request.form.get("password", "")
    fault = passwords.fault(password, who.email)
    if fault is None and password != request.form.get("repeated"):
        fault = "different"
    if fault is not None:
        return _page(password_words(fault))
    hashed = passwords.hashed(password)
    wiring().db.run(lambda database: set_password(database, who.staff_id, hashed, but=who.digest))
    say("success", _("Your password is changed. Every other browser is signed out."))
    return go("account")
