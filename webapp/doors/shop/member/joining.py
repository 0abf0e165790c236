"""Joining: with a number alone, with what else the programme asks, or not at all where it takes nobody in."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, language, page
from webapp.doors.shop.member.identify import onward, programme_name
from webapp.doors.shop.member.typed import LONGEST_EMAIL, is_email, is_name
from webapp.doors.shop.pay.journey import Journey, visited
from webapp.doors.shop.pay.steps import shown_steps, url_of
from webapp.nouns.customer.identities import identity_of, kind_of
from webapp.ports.loyalty.port import Capabilities, IdentityKind, NewMember
from webapp.usecases.membership.abilities import abilities, counts_points, number_is_enough
from webapp.usecases.membership.identify import go_on_without
from webapp.usecases.membership.join import Answers, NotJoining, join
from webapp.usecases.membership.own_words import Reworded
from webapp.usecases.membership.register import NotRegistered
from webapp.usecases.membership.register import register as register_member
from webapp.usecases.membership.wording import wording

PASSWORD = range(8, 129)


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/join", "join", show_join)
    shop.add_url_rule("/r/<merchant>/<store>/join", "do_join", do_join, methods=["POST"])


def _way(here: Journey, can: Capabilities) -> str:
    """How to join here with what was given: "number", "form", or "" for not at all."""
    if not can.enrol or can.sign_in_by_email:
        return ""
    if not number_is_enough(can):
        return "form" if "email" in can.enrol_needs else ""
    return "number" if here.customer and kind_of(here.customer.phone) is IdentityKind.PHONE else ""


def show_join(merchant: str, store: str) -> ResponseReturnValue:
    """The questions, for somebody the programme does not know; or the word that it knows nobody by that."""
    here, _visit = visited(merchant, store)
    if here.membership != "new":
        return redirect(url_of(here, "shop.identify"), 303)
    can = abilities(desk().wiring, here.store)
    way = _way(here, can)
    if not way:
        return _nobody(here)
    known = identity_of(desk().wiring.vault, here.customer) if here.customer else None
    email = known.value if known is not None and known.kind is IdentityKind.EMAIL else ""
    return _join_page(here, way, {"email": email}, {}, 200)


def _nobody(here: Journey) -> ResponseReturnValue:
    return page(
        "shop/not_found.html",
        here.store.merchant,
        steps=shown_steps(here, "shop.identify") if here.lines else [],
        url=url_of(here, "shop.do_join"),
        back={"url": url_of(here, "shop.identify"), "label": _back_label(here)},
        programme=programme_name(here),
        counts_points=counts_points(abilities(desk().wiring, here.store)),
    )


def _back_label(here: Journey) -> str:
    number = here.customer is not None and kind_of(here.customer.phone) is IdentityKind.PHONE
    return _("Your number") if number else _("Your account")


def _join_page(
    here: Journey, way: str, typed: dict[str, str], wrong: dict[str, str], status: int, fault: str = ""
) -> ResponseReturnValue:
    with desk().wiring.db.reading() as database:
        questions = [wording(database, channel, here.store.merchant, language()) for channel in ("email", "sms")]
    answers = {one: typed.get(f"consent_{one}") for one in ("email", "sms")}
    return page(
        "shop/join.html" if way == "number" else "shop/join_form.html",
        here.store.merchant,
        status=status,
        steps=shown_steps(here, "shop.identify") if here.lines else [],
        url=url_of(here, "shop.do_join"),
        back={"url": url_of(here, "shop.identify"), "label": _back_label(here)},
        programme=programme_name(here),
        benefit=_("Every paid order earns points, and points become rewards at %(name)s.", name=programme_name(here)),
        channels=[
            {"code": one.channel, "wording": one.text, "version": one.mark, "answer": answers.get(one.channel)}
            for one in questions
        ],
        typed=typed,
        email=typed.get("email", ""),
        wrong=wrong,
        fault=fault,
        errors=[{"field": name, "message": message} for name, message in wrong.items()],
    )


def _answer(channel: str) -> bool | None:
    return {"yes": True, "no": False}.get(request.form.get(f"consent_{channel}", ""))


def _shown() -> dict[str, str]:
    return {channel: request.form.get(f"wording_{channel}", "") for channel in ("email", "sms")}


def _typed() -> dict[str, str]:
    """What may be shown again after a mistake: never a password."""
    names = ("email", "first_name", "last_name", "consent_email", "consent_sms")
    return {name: request.form[name].strip()[:LONGEST_EMAIL] for name in names if name in request.form}


def do_join(merchant: str, store: str) -> ResponseReturnValue:
    """Join with the answers given; what was left alone stays unanswered and is never sent (D1)."""
    here, visit = visited(merchant, store)
    if "skip" in request.form:
        go_on_without(desk().wiring, visit.id)
        return onward(merchant, store)
    way = _way(here, abilities(desk().wiring, here.store))
    try:
        if way == "number":
            return _with_number(here, visit.id)
        return _with_form(here, visit.id) if way == "form" else redirect(url_of(here, "shop.identify"), 303)
    except NotJoining:
        return redirect(url_of(here, "shop.identify"), 303)
    except Reworded:
        # Another version, another language: ask again in the words that hold now (D2).
        kept = {name: value for name, value in _typed().items() if not name.startswith("consent_")}
        return _join_page(here, way, kept, {}, 409)


def _with_number(here: Journey, visit_id: int) -> ResponseReturnValue:
    email_answer, sms_answer = _answer("email"), _answer("sms")
    address = request.form.get("email", "").strip()
    if email_answer and not is_email(address):
        wrong = {"email": _("Please type your e-mail address, or choose another answer.")}
        return _join_page(here, "number", _typed(), wrong, 422)
    given = Answers(email=email_answer, sms=sms_answer, address=address if email_answer else None, shown=_shown())
    join(desk().wiring, visit_id=visit_id, store=here.store, answers=given, language=language())
    return onward(here.store.merchant.slug, here.store.slug)


def _with_form(here: Journey, visit_id: int) -> ResponseReturnValue:
    typed, password = _typed(), request.form.get("password", "")
    wrong = _mistakes(typed, password)
    if wrong:
        return _join_page(here, "form", typed, wrong, 422)
    who = NewMember(typed["first_name"], typed["last_name"], typed["email"].lower(), password)
    email_answer = _answer("email")
    address = who.email if email_answer else None
    given = Answers(email=email_answer, sms=_answer("sms"), address=address, shown=_shown())
    try:
        register_member(desk().wiring, visit_id=visit_id, store=here.store, who=who, answers=given, language=language())
    except NotRegistered as refused:
        wrong, fault = _refusal(refused, programme_name(here) or "")
        return _join_page(here, "form", typed, wrong, 422 if refused.code != "no_answer" else 503, fault)
    return onward(here.store.merchant.slug, here.store.slug)


def _mistakes(typed: dict[str, str], password: str) -> dict[str, str]:
    names = {"first_name": _("Please type your first name."), "last_name": _("Please type your last name.")}
    wrong = {name: sentence for name, sentence in names.items() if not is_name(typed.get(name, ""))}
    if not is_email(typed.get("email", "")):
        wrong["email"] = _("This is not an e-mail address. Please check it.")
    if len(password) not in PASSWORD:
        wrong["password"] = _("Please choose a password of 8 to 128 characters.")
    return wrong


def _refusal(refused: NotRegistered, programme: str) -> tuple[dict[str, str], str]:
    if refused.code == "taken":
        words = _("This address has an account already. Go back and give it there, or type another one.")
        return {"email": words}, ""
    if refused.code == "refused":
        return {}, _("%(name)s did not accept this. Please check what you typed, or go on without.", name=programme)
    return {}, _("%(name)s does not answer at the moment. Try again, or go on without points.", name=programme)
