"""Signing in, signing out, and typing the password again before what holds secrets."""

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import ANYONE, SIGNED_IN, forget, guarded, local, posts, remember, somebody
from webapp.doors.backoffice.office import visitor, wiring
from webapp.doors.backoffice.words import as_typed, denied_words
from webapp.doors.speech import _
from webapp.usecases.staff import access
from webapp.usecases.staff.access import Denied


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/", view_func=front)
    door.add_url_rule("/sign-in", view_func=sign_in)
    door.add_url_rule("/sign-in", view_func=sign_in_posted, methods=["POST"])
    door.add_url_rule("/again", view_func=again)
    door.add_url_rule("/again", view_func=again_posted, methods=["POST"])
    door.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])


@guarded(SIGNED_IN)
def front() -> ResponseReturnValue:
    """To the one merchant somebody works for, or the choice between several."""
    have = posts()
    if len(have) == 1:
        return go("overview", merchant=have[0].merchant_slug)
    return page("front.html", posts=[{"slug": one.merchant_slug, "name": one.merchant_name} for one in have])


@guarded(ANYONE)
def sign_in() -> ResponseReturnValue:
    """The form; whoever is signed in already is let through."""
    if somebody() is not None:
        return redirect(local(request.args.get("next", "")), 303)
    return page("sign_in.html", email="", next=request.args.get("next", ""), error=None)


@guarded(ANYONE)
def sign_in_posted() -> ResponseReturnValue:
    """Sign in, or say why not, never which of the two was wrong."""
    email, onward = request.form.get("email", ""), request.form.get("next", "")
    try:
        token = access.sign_in(wiring(), email, request.form.get("password", ""), visitor())
    except Denied as denied:
        return _refused("sign_in.html", denied, email=as_typed(email), next=local(onward))
    remember(token)
    return redirect(local(onward), 303)


def _refused(template: str, denied: Denied, **context: str) -> ResponseReturnValue:
    status = 429 if denied.code == "slow" else 422
    answer = make_response(page(template, status=status, error=denied_words(denied), **context))
    if denied.retry_after_s:
        answer.headers["Retry-After"] = str(denied.retry_after_s)
    return answer


@guarded(SIGNED_IN)
def again() -> ResponseReturnValue:
    """The password once more."""
    return page("again.html", next=request.args.get("next", ""), error=None)


@guarded(SIGNED_IN)
def again_posted() -> ResponseReturnValue:
    """Let through for a quarter of an hour."""
    who, onward = somebody(), request.form.get("next", "")
    assert who is not None  # noqa: S101 -- the guard has seen them
    try:
        access.prove_again(wiring(), who, request.form.get("password", ""), visitor())
    except Denied as denied:
        return _refused("again.html", denied, next=local(onward))
    return redirect(local(onward), 303)


@guarded(SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session here, or everywhere."""
    who = somebody()
    everywhere = "everywhere" in request.form
    if who is not None:
        access.sign_out(wiring(), who, everywhere=everywhere)
    forget()
    say("success", _("You are signed out everywhere.") if everywhere else _("You are signed out."))
    return go("sign_in")
