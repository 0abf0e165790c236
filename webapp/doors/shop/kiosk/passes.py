"""A digital pass held before the reader or the camera: it says who somebody is, and opens nothing (section 3)."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import begin_visit, browser, desk
from webapp.doors.shop.frame import _
from webapp.doors.shop.kiosk.mode import caller_address, device
from webapp.doors.shop.member.identify import identify_page, onward, throttled
from webapp.doors.shop.pay.journey import journey
from webapp.doors.shop.pay.steps import url_of
from webapp.ports.loyalty.port import Identity, IdentityKind
from webapp.usecases.membership.abilities import abilities
from webapp.usecases.membership.identify import Caller, forget_number, identify

LONGEST = 120


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/<store>/kiosk/pass", "kiosk_pass", read, methods=["POST"])


def read_pass(typed: str) -> str | None:
    """What a scanner typed, without the blanks and line ends some add; None for what no pass holds."""
    bare = typed.strip()
    plain = bare.isascii() and bare.isprintable() and not any(sign in bare for sign in " /\\?#%")
    return bare if bare and plain and len(bare) <= LONGEST and bare.strip(".") else None


def read(merchant: str, store: str) -> ResponseReturnValue:
    """The person of this pass, or back to the keys with the reason."""
    here = journey(merchant, store)
    if device() is None:
        return redirect(url_of(here, "shop.identify"), 303)
    code = read_pass(request.form.get("pass", "")[: LONGEST * 2])
    unknown = _("This pass is not known here. Type your number, or order without points.")
    if code is None or IdentityKind.CODE not in abilities(desk().wiring, here.store).find_by:
        return identify_page(here, "", unknown, 422)
    visit = begin_visit(here.store.merchant.id)
    who = Identity(IdentityKind.CODE, code)
    caller = Caller(browser=browser(), address=caller_address())
    found = identify(desk().wiring, desk().throttle, visit_id=visit.id, store=here.store, who=who, caller=caller)
    if found.membership == "throttled":
        return throttled(here, found.retry_after_s)
    if found.membership == "new":
        forget_number(desk().wiring, visit.id)
        return identify_page(here, "", unknown, 422)
    return onward(merchant, store)
