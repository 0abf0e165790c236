"""Giving a number, joining, or going on without: three ways, equally easy."""

from typing import Any

import structlog
from babel import Locale
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from webapp.doors.shop.desk import address, begin_visit, browser, desk
from webapp.doors.shop.frame import _, language, page
from webapp.doors.shop.pay.journey import Journey, journey, visited
from webapp.doors.shop.pay.steps import next_url, shown_steps, url_of
from webapp.ground.phone import Phone, PhoneRefused, calling_code
from webapp.usecases.membership.identify import Caller, go_on_without, identify
from webapp.usecases.membership.join import Answers, NotJoining, join
from webapp.usecases.membership.own_words import Reworded
from webapp.usecases.membership.wording import wording

COUNTRIES = ("FR", "BE", "CH", "LU", "DE", "ES", "IT", "GB", "IE", "NL", "PT", "RE", "GP", "MQ", "GF", "US", "CA")
LONGEST_EMAIL = 254
log = structlog.get_logger()


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/identify", "identify", show)
    shop.add_url_rule("/r/<merchant>/<store>/identify", "give_number", give, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/<store>/join", "join", show_join)
    shop.add_url_rule("/r/<merchant>/<store>/join", "do_join", do_join, methods=["POST"])


def ending(here: Journey) -> str | None:
    """The number this browser gave, as far as it may be shown: its last two digits."""
    return _("the number ending %(digits)s", digits=here.customer.phone[-2:]) if here.customer else None


def programme_name(here: Journey) -> str | None:
    """What the programme is called here."""
    return here.store.merchant.name if here.has_programme else None


def _trouble(code: str) -> str:
    return {
        "empty": _("Please type your number, or continue without points."),
        "not_a_number": _("This is not a phone number. Only digits, spaces and a leading + are needed."),
        "too_short": _("This number is too short. Please check the digits."),
        "too_long": _("This number is too long. Please check the digits."),
        "invalid": _("This number does not exist in the chosen country. Please check the digits or the country."),
        "unsupported_country": _("Please choose a country from the list."),
    }[code]


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The one field."""
    return _page(journey(merchant, store), "", None, 200)


def _page(here: Journey, typed: str, trouble: str | None, status: int, country: str = "") -> ResponseReturnValue:
    chosen = country or here.store.country
    return page(
        "shop/identify.html",
        here.store.merchant,
        status=status,
        steps=shown_steps(here, "shop.identify") if here.lines else [],
        url=url_of(here, "shop.give_number"),
        back={"url": url_of(here, "shop.basket" if here.lines else "shop.menu"), "label": _back_label(here)},
        programme=programme_name(here),
        countries=_countries(chosen),
        phone=typed,
        errors=[{"field": "phone", "message": trouble}] if trouble else [],
        known=ending(here),
    )


def _back_label(here: Journey) -> str:
    return _("Basket") if here.lines else _("Menu")


def _countries(chosen: str) -> list[dict[str, Any]]:
    territories = Locale.parse(language()).territories
    codes = COUNTRIES if chosen in COUNTRIES else (chosen, *COUNTRIES)
    return [
        {"code": code, "label": f"{territories.get(code, code)} +{calling_code(code)}", "chosen": code == chosen}
        for code in codes
    ]


def give(merchant: str, store: str) -> ResponseReturnValue:
    """Take the number, or the wish to go on without; `skip` keeps a number given before."""
    here = journey(merchant, store)
    if "skip" in request.form:
        if here.customer is None:
            visit = begin_visit(here.store.merchant.id)
            go_on_without(desk().wiring, visit.id)
        return _onward(merchant, store)
    typed = request.form.get("phone", "")[:1000]
    country = request.form.get("country", here.store.country)[:2]
    try:
        phone = Phone.parse(typed, country)
    except PhoneRefused as refusal:
        return _page(here, typed[:40], _trouble(refusal.code), 422, country if country in COUNTRIES else "")
    return _identified(here, phone)


def _identified(here: Journey, phone: Phone) -> ResponseReturnValue:
    visit = begin_visit(here.store.merchant.id)
    caller = Caller(browser=browser(), address=address())
    found = identify(desk().wiring, desk().throttle, visit_id=visit.id, store=here.store, phone=phone, caller=caller)
    if found.membership == "throttled":
        raise TooManyRequests(retry_after=found.retry_after_s)
    log.info("identified", outcome=found.membership)
    return _onward(here.store.merchant.slug, here.store.slug)


def _onward(merchant: str, store: str) -> ResponseReturnValue:
    here = journey(merchant, store)
    if here.membership == "new":
        return redirect(url_of(here, "shop.join"), 303)
    if here.lines:
        return redirect(next_url(here), 303)
    known = here.membership in {"member", "joined", "unsure"}
    return redirect(url_of(here, "shop.loyalty" if known else "shop.menu"), 303)


def show_join(merchant: str, store: str) -> ResponseReturnValue:
    """The two questions, for a number the programme does not know."""
    here, _visit = visited(merchant, store)
    if here.membership != "new":
        return redirect(url_of(here, "shop.identify"), 303)
    return _join_page(here, {}, "", None, 200)


def _join_page(
    here: Journey, answers: dict[str, str], email: str, trouble: str | None, status: int
) -> ResponseReturnValue:
    with desk().wiring.db.reading() as database:
        questions = [wording(database, channel, here.store.merchant, language()) for channel in ("email", "sms")]
    return page(
        "shop/join.html",
        here.store.merchant,
        status=status,
        steps=shown_steps(here, "shop.identify") if here.lines else [],
        url=url_of(here, "shop.do_join"),
        back={"url": url_of(here, "shop.identify"), "label": _("Your number")},
        programme=programme_name(here),
        benefit=_("Every paid order earns points, and points become rewards at %(name)s.", name=programme_name(here)),
        channels=[
            {
                "code": one.channel,
                "wording": one.text,
                "version": one.mark,
                "answer": answers.get(one.channel),
            }
            for one in questions
        ],
        email=email,
        errors=[{"field": "email", "message": trouble}] if trouble else [],
    )


def _answer(channel: str) -> bool | None:
    return {"yes": True, "no": False}.get(request.form.get(f"consent_{channel}", ""))


def _shown() -> dict[str, str]:
    return {channel: request.form.get(f"wording_{channel}", "") for channel in ("email", "sms")}


def do_join(merchant: str, store: str) -> ResponseReturnValue:
    """Join with the answers given; what was left alone stays unanswered and is never sent (D1)."""
    here, visit = visited(merchant, store)
    if "skip" in request.form:
        go_on_without(desk().wiring, visit.id)
        return _onward(merchant, store)
    email_answer, sms_answer = _answer("email"), _answer("sms")
    typed = request.form.get("email", "").strip()
    answers = {
        channel: request.form.get(f"consent_{channel}", "")
        for channel in ("email", "sms")
        if f"consent_{channel}" in request.form
    }
    if email_answer and not _is_email(typed):
        trouble = _("Please type your e-mail address, or choose another answer.")
        return _join_page(here, answers, typed[:LONGEST_EMAIL], trouble, 422)
    given = Answers(email=email_answer, sms=sms_answer, address=typed if email_answer else None, shown=_shown())
    try:
        join(desk().wiring, visit_id=visit.id, store=here.store, answers=given, language=language())
    except NotJoining:
        return redirect(url_of(here, "shop.identify"), 303)
    except Reworded:
        # Another version, another language: ask again in the words that hold now (D2).
        return _join_page(here, {}, typed[:LONGEST_EMAIL], None, 409)
    return _onward(merchant, store)


def _is_email(text: str) -> bool:
    name, at, host = text.rpartition("@")
    plain = text.isprintable() and not any(sign in text for sign in ' "<>()[]\\,;:')
    return bool(at and name and "." in host.strip(".") and plain and len(text) <= LONGEST_EMAIL)
