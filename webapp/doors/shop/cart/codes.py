"""Codes: typed in the basket's one field, or carried there by a link."""

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.cart import basket
from webapp.doors.shop.desk import browser, desk
from webapp.doors.shop.kiosk.mode import caller_address
from webapp.doors.shop.pay.journey import Journey, journey, visited
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present.promos import not_usable_words, typed_words
from webapp.nouns.promotion.code import NotACode, canonical
from webapp.usecases.promotion.codes import Guesser, take_out_code, type_code

SHOWN = 60


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/codes", "use_code", use, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/<store>/codes/<int:coupon>", "drop_code", drop, methods=["POST"])


def use(merchant: str, store: str) -> ResponseReturnValue:
    """Put the typed code into the basket; refused, the basket is shown again with the reason beside the field."""
    here = journey(merchant, store)
    typed = request.form.get("code", "")
    try:
        code = canonical(typed)
    except NotACode as refusal:
        return _refused(here, refusal.code, typed)
    if here.visit is None or not here.lines:
        return redirect(url_of(here, "shop.basket"), 303)
    guesser = Guesser(browser(), caller_address())
    asked = {"visit_id": here.visit.id, "store_id": here.store.id}
    said = type_code(desk().wiring, desk().throttle, **asked, code=code, guesser=guesser, typed=typed.strip())
    if said.outcome in {"accepted", "already"}:
        return redirect(url_of(here, "shop.basket"), 303)
    if said.outcome == "own":
        return basket.render(here, 422, code=typed[:SHOWN], code_error=not_usable_words(said.reason))
    return _refused(here, said.outcome, typed)


def _refused(here: Journey, outcome: str, typed: str) -> ResponseReturnValue:
    return basket.render(here, 422, code=typed[:SHOWN], code_error=typed_words(outcome))


def drop(merchant: str, store: str, coupon: int) -> ResponseReturnValue:
    """Take a code out of the basket; it is not used up."""
    here, visit = visited(merchant, store)
    if not take_out_code(desk().wiring, visit_id=visit.id, store_id=here.store.id, coupon_id=coupon):
        abort(404)
    return redirect(url_of(here, "shop.basket"), 303)
