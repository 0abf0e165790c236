"""Saying who one is, or going on without: two ways, equally easy."""

from typing import Any

import structlog
from babel import Locale
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from webapp.doors.shop.desk import begin_visit, browser, desk
from webapp.doors.shop.frame import _, language, page
from webapp.doors.shop.kiosk.mode import caller_address, is_shared
from webapp.doors.shop.member.typed import NotSaid, field, said, trouble
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import next_url, shown_steps, url_of
from webapp.ground.phone import calling_code
from webapp.nouns.customer.identities import kind_of
from webapp.ports.loyalty.port import Identity, IdentityKind
from webapp.usecases.membership.abilities import abilities, counts_points, typed_kinds
from webapp.usecases.membership.identify import Caller, go_on_without, identify
from webapp.usecases.membership.sign_in import NotSignedIn, ask_code

COUNTRIES = ("FR", "BE", "CH", "LU", "DE", "ES", "IT", "GB", "IE", "NL", "PT", "RE", "GP", "MQ", "GF", "US", "CA")
LONGEST_TYPED = 254
log = structlog.get_logger()


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/identify", "identify", show)
    shop.add_url_rule("/r/<merchant>/<store>/identify", "give_number", give, methods=["POST"])


def ending(here: Journey) -> str | None:
    """What this browser said it is, as far as it may be shown: the last two digits of a number, and no more."""
    if here.customer is None:
        return None
    kind = kind_of(here.customer.phone)
    if kind is IdentityKind.EMAIL:
        return _("the account of your e-mail address")
    if kind is IdentityKind.CODE:
        return _("the account of your card")
    return _("the number ending %(digits)s", digits=here.customer.phone[-2:])


def programme_name(here: Journey) -> str | None:
    """What the programme is called here."""
    return here.store.merchant.name if here.has_programme else None


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The one field."""
    return identify_page(journey(merchant, store), "", None, 200)


def identify_page(here: Journey, typed: str, wrong: str | None, status: int, country: str = "") -> ResponseReturnValue:
    """The field with what was typed, and what is `wrong` with it: a sentence, or None."""
    chosen, kinds = country or here.store.country, _kinds(here)
    number_only = kinds == {IdentityKind.PHONE}
    # A kiosk has keys for the number, and beside them a field for whatever else the programme takes.
    keys = number_only or (is_shared() and IdentityKind.PHONE in kinds and "who" not in request.form)
    return page(
        "shop/identify.html",
        here.store.merchant,
        status=status,
        steps=shown_steps(here, "shop.identify") if here.lines else [],
        url=url_of(here, "shop.give_number"),
        back={"url": url_of(here, "shop.basket" if here.lines else "shop.menu"), "label": _back_label(here)},
        programme=programme_name(here),
        countries=_countries(chosen) if IdentityKind.PHONE in kinds else [],
        field=None if number_only else field(kinds),
        typed=typed,
        errors=[{"field": "phone" if keys else "who", "message": wrong}] if wrong else [],
        known=ending(here),
        mails=abilities(desk().wiring, here.store).sign_in_by_email,
        counts_points=counts_points(abilities(desk().wiring, here.store)),
        again="again" in request.args,
    )


def _kinds(here: Journey) -> frozenset[IdentityKind]:
    return typed_kinds(abilities(desk().wiring, here.store))


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
        return onward(merchant, store)
    typed = (request.form.get("who") or request.form.get("phone", ""))[:1000]
    country = request.form.get("country", here.store.country)[:2]
    kinds = _kinds(here)
    try:
        who = said(typed, country, kinds)
    except NotSaid as refusal:
        shown = typed[: 40 if kinds == {IdentityKind.PHONE} else LONGEST_TYPED]
        return identify_page(here, shown, trouble(refusal.code, kinds), 422, country if country in COUNTRIES else "")
    if abilities(desk().wiring, here.store).sign_in_by_email:
        return _mailed(here, who.value, typed)
    return _identified(here, who)


def _mailed(here: Journey, email: str, typed: str) -> ResponseReturnValue:
    """The programme mails a code of its own; whoever can read it there is a member, or joins."""
    visit = begin_visit(here.store.merchant.id)
    caller = Caller(browser=browser(), address=caller_address())
    try:
        ask_code(desk().wiring, desk().throttle, visit_id=visit.id, store=here.store, email=email, caller=caller)
    except NotSignedIn as refused:
        if refused.code == "throttled":
            return throttled(here, refused.retry_after_s)
        name = programme_name(here)
        wrong = _("%(name)s does not answer at the moment. Try again, or go on without points.", name=name)
        return identify_page(here, typed[:LONGEST_TYPED], wrong, 503)
    return redirect(url_of(here, "shop.sign_in"), 303)


def _identified(here: Journey, who: Identity) -> ResponseReturnValue:
    visit = begin_visit(here.store.merchant.id)
    caller = Caller(browser=browser(), address=caller_address())
    found = identify(desk().wiring, desk().throttle, visit_id=visit.id, store=here.store, who=who, caller=caller)
    if found.membership == "throttled":
        return throttled(here, found.retry_after_s)
    log.info("identified", outcome=found.membership)
    return onward(here.store.merchant.slug, here.store.slug)


def throttled(here: Journey, retry_after_s: int) -> ResponseReturnValue:
    """One number too many. On a kiosk others may have given them: whoever is here now is led on without points.

    Raises:
        TooManyRequests: on anything but a kiosk.
    """
    if not is_shared():
        raise TooManyRequests(retry_after=retry_after_s)
    wrong = _("Many numbers were given here in a short time. Order without points, or try again in a few minutes.")
    return identify_page(here, "", wrong, 429)


def onward(merchant: str, store: str) -> ResponseReturnValue:
    """To wherever somebody who has just said who they are goes next."""
    here = journey(merchant, store)
    if here.membership == "new":
        return redirect(url_of(here, "shop.join"), 303)
    if here.lines:
        return redirect(next_url(here), 303)
    known = here.membership in {"member", "joined", "unsure"}
    return redirect(url_of(here, "shop.loyalty" if known else "shop.menu"), 303)
