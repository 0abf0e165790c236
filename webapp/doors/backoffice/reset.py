"""Links that work once: taking an invitation up, and a new password."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import ANYONE, guarded, remember
from webapp.doors.backoffice.office import now, office, wiring
from webapp.doors.backoffice.office import visitor as knocking
from webapp.doors.backoffice.words import as_typed, denied_words, password_words, role_words
from webapp.doors.speech import _
from webapp.ground.text import Unacceptable, clean
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.staff import links
from webapp.nouns.staff.posts import by_email, plain_email
from webapp.ports.mail.port import Mail
from webapp.usecases.staff import people
from webapp.usecases.staff.access import Denied
from webapp.usecases.staff.people import Refused

LONGEST_NAME = 80


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/forgot", view_func=forgot)
    door.add_url_rule("/forgot", view_func=forgot_posted, methods=["POST"])
    door.add_url_rule("/reset/<token>", view_func=new_password)
    door.add_url_rule("/reset/<token>", view_func=new_password_posted, methods=["POST"])
    door.add_url_rule("/invitation/<token>", view_func=invitation)
    door.add_url_rule("/invitation/<token>", view_func=invitation_posted, methods=["POST"])


@guarded(ANYONE)
def forgot() -> ResponseReturnValue:
    """Which address should the link go to."""
    return page("forgot.html", asked=False, email="", error=None)


@guarded(ANYONE)
def forgot_posted() -> ResponseReturnValue:
    """The same answer whether anybody has that address or not."""
    typed = request.form.get("email", "")
    email = plain_email(typed)
    if email is None:
        return page(
            "forgot.html", status=422, asked=False, email=as_typed(typed), error=_("Type a whole e-mail address.")
        )
    base = wiring().public_url

    def write(token: str) -> Mail:
        link = base + url_for("desk.new_password", token=token)
        text = _("Choose a new password within 30 minutes:\n%(link)s\n\nNot you? Then do nothing.", link=link)
        return Mail(email, _("Your new password"), text)

    address = request.remote_addr or "unknown"
    if not people.ask_reset(wiring(), email, address, office().throttle, write):
        said = _("That was asked for too often. Wait an hour, then try again.")
        return page("forgot.html", status=429, asked=False, email=email, error=said)
    return page("forgot.html", asked=True, email=email, error=None)


@guarded(ANYONE)
def new_password(token: str) -> ResponseReturnValue:
    """The form behind a mailed link."""
    with wiring().db.reading() as database:
        link = links.living(database, "reset", token, now())
    if link is None:
        return _gone()
    return page("new_password.html", email=link.email, url=request.path, error=None)


@guarded(ANYONE)
def new_password_posted(token: str) -> ResponseReturnValue:
    """A new password, and nobody signed in any more."""
    try:
        people.reset(wiring(), token, request.form.get("password", ""))
    except Refused as refused:
        if refused.code == "gone":
            return _gone()
        error = password_words(refused.code)
        return page("new_password.html", status=422, email="", url=request.path, error=error)
    say("success", _("Your password is changed. Sign in with it."))
    return go("sign_in")


def _gone() -> ResponseReturnValue:
    return page("link_gone.html", status=410)


@guarded(ANYONE)
def invitation(token: str) -> ResponseReturnValue:
    """What the invitation offers."""
    return _invitation(token, None, "")


def _invitation(token: str, error: str | None, name: str) -> ResponseReturnValue:
    with wiring().db.reading() as database:
        link = links.living(database, "invitation", token, now())
        merchant = database.get(Merchant, link.merchant_id) if link is not None else None
        known = link is not None and by_email(database, link.email) is not None
    if link is None or merchant is None:
        return _gone()
    context = {"email": link.email, "at": merchant.name, "role": role_words(link.role), "known": known}
    return page("invitation.html", status=422 if error else 200, url=request.path, error=error, name=name, **context)


@guarded(ANYONE)
def invitation_posted(token: str) -> ResponseReturnValue:
    """Take it up: with a new password, or the one somebody known has."""
    try:
        name = clean(request.form.get("name", ""), LONGEST_NAME)
        signed = people.accept(wiring(), token, name, request.form.get("password", ""), knocking())
    except Unacceptable:
        return _invitation(token, _("Choose a shorter name."), "")
    except Refused as refused:
        return _gone() if refused.code == "gone" else _invitation(token, password_words(refused.code), name)
    except Denied as denied:
        return _invitation(token, denied_words(denied), name)
    remember(signed)
    return go("front")
