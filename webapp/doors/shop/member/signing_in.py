"""The code a programme has mailed: signing in with it, or joining where the address is new there."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, language, page
from webapp.doors.shop.member.identify import onward, programme_name
from webapp.doors.shop.member.typed import is_name
from webapp.doors.shop.pay.journey import Journey, visited
from webapp.doors.shop.pay.steps import shown_steps, url_of
from webapp.nouns.customer.models import Visit
from webapp.ports.loyalty.port import NewMember
from webapp.usecases.membership.identify import go_on_without
from webapp.usecases.membership.join import Answers
from webapp.usecases.membership.own_words import Reworded
from webapp.usecases.membership.sign_in import NotSignedIn, sign_in
from webapp.usecases.membership.wording import wording

LONGEST_CODE = 12
CHANNELS = ("email", "sms")


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/sign-in", "sign_in", show)
    shop.add_url_rule("/r/<merchant>/<store>/sign-in", "give_code", give, methods=["POST"])


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The field for the code; whoever asked for none is asked for an address first."""
    here, visit = visited(merchant, store)
    if not visit.email or here.customer is not None:
        return redirect(url_of(here, "shop.identify"), 303)
    return _page(here, visit, {}, 200)


def _page(
    here: Journey, visit: Visit, wrong: dict[str, str], status: int, *, joining: bool = False, fault: str = ""
) -> ResponseReturnValue:
    with desk().wiring.db.reading() as database:
        asked = [wording(database, channel, here.store.merchant, language()) for channel in CHANNELS]
    answers = {one: request.form.get(f"consent_{one}") for one in CHANNELS}
    names = ("code", "first_name", "last_name")
    return page(
        "shop/sign_in.html",
        here.store.merchant,
        status=status,
        steps=shown_steps(here, "shop.identify") if here.lines else [],
        url=url_of(here, "shop.give_code"),
        back={"url": url_of(here, "shop.identify"), "label": _("Your e-mail address")},
        programme=programme_name(here),
        address=visit.email,
        joining=joining,
        typed={name: request.form.get(name, "").strip()[:80] for name in names},
        channels=[
            {"code": one.channel, "wording": one.text, "version": one.mark, "answer": answers[one.channel]}
            for one in asked
        ],
        wrong=wrong,
        fault=fault,
        errors=[{"field": name, "message": message} for name, message in wrong.items()],
    )


def give(merchant: str, store: str) -> ResponseReturnValue:
    """Sign in with the code, or join with it and a name."""
    here, visit = visited(merchant, store)
    if "skip" in request.form:
        go_on_without(desk().wiring, visit.id)
        return onward(merchant, store)
    code = "".join(request.form.get("code", "").split())
    joining = request.form.get("join") == "1"
    named = joining and _named()
    wrong = _mistakes(code, joining=named)
    if wrong:
        return _page(here, visit, wrong, 422, joining=joining)
    try:
        _sign_in(here, visit, code, joining=named)
    except NotSignedIn as refused:
        return _refused(here, visit, refused, joining=joining)
    except Reworded:
        return _page(here, visit, {}, 409, joining=joining)
    return onward(merchant, store)


def _named() -> bool:
    """Whether a name was typed: a member who mistyped the code is asked for one, has no need of it, and leaves it."""
    return any(request.form.get(name, "").strip() for name in ("first_name", "last_name"))


def _sign_in(here: Journey, visit: Visit, code: str, *, joining: bool) -> None:
    who = answers = None
    if joining:
        who = NewMember(request.form["first_name"].strip(), request.form["last_name"].strip(), visit.email or "")
        given = {one: {"yes": True, "no": False}.get(request.form.get(f"consent_{one}", "")) for one in CHANNELS}
        shown = {one: request.form.get(f"wording_{one}", "") for one in CHANNELS}
        address = visit.email if given["email"] else None
        answers = Answers(email=given["email"], sms=given["sms"], address=address, shown=shown)
    sign_in(
        desk().wiring,
        desk().throttle,
        visit_id=visit.id,
        store=here.store,
        code=code,
        joining=who,
        answers=answers,
        language=language(),
    )


def _mistakes(code: str, *, joining: bool) -> dict[str, str]:
    wrong = {}
    if not (code.isascii() and code.isdecimal()) or len(code) > LONGEST_CODE:
        wrong["code"] = _("Please type the digits of the code in the e-mail.")
    if joining and not is_name(request.form.get("first_name", "").strip()):
        wrong["first_name"] = _("Please type your first name.")
    if joining and not is_name(request.form.get("last_name", "").strip()):
        wrong["last_name"] = _("Please type your last name.")
    return wrong


def _refused(here: Journey, visit: Visit, refused: NotSignedIn, *, joining: bool) -> ResponseReturnValue:
    name = programme_name(here)
    if refused.code == "throttled":
        raise TooManyRequests(retry_after=refused.retry_after_s)
    if refused.code == "begin":
        return redirect(url_of(here, "shop.identify"), 303)
    if refused.code == "unknown":
        words = _("No account opens with this code. Check it; if you are new at %(name)s, add your name.", name=name)
        return _page(here, visit, {"code": words}, 422, joining=True)
    if refused.code == "bad_code":
        return _page(here, visit, {"code": _("This code is not right. Please check it.")}, 422, joining=joining)
    words = _("%(name)s does not answer at the moment. Try again, or go on without points.", name=name)
    return _page(here, visit, {}, 503, joining=joining, fault=words)
