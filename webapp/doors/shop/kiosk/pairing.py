"""On the device: the one-time code of the desk, typed or followed as a link, makes this browser a kiosk."""

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import address, browser, desk
from webapp.doors.shop.frame import _, page
from webapp.doors.shop.kiosk.leaving import leave
from webapp.doors.shop.kiosk.mode import cookie_name, start_url
from webapp.nouns.merchant import kiosks
from webapp.nouns.merchant.kiosks import LONGEST_TYPED, read_code
from webapp.usecases.kiosk.pairing import pair

KEPT_S = 400 * 86_400  # the longest browsers keep a cookie


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/kiosk", "kiosk_code", show)
    shop.add_url_rule("/kiosk", "kiosk_pair", do_pair, methods=["POST"])
    shop.add_url_rule("/kiosk/<code>", "kiosk_link", follow)


def show() -> ResponseReturnValue:
    """The one field."""
    return _page("", None, 200)


def follow(code: str) -> ResponseReturnValue:
    """The link of the desk: the code is filled in, one touch makes it so (a GET changes nothing, X1)."""
    read = read_code(code)
    return _page(kiosks.printed(read) if read else "", None, 200)


def _page(typed: str, trouble: str | None, status: int) -> ResponseReturnValue:
    return page(
        "shop/kiosk/pair.html",
        status=status,
        here="/kiosk",
        code=typed,
        errors=[{"field": "code", "message": trouble}] if trouble else [],
    )


def do_pair() -> ResponseReturnValue:
    """Trust this device from now on; one refusal for every reason."""
    typed = request.form.get("code", "")[:LONGEST_TYPED]
    wiring = desk().wiring
    token = pair(wiring, desk().throttle, typed, browser=browser(make=True), address=address())
    if token is None:
        trouble = _("This code pairs nothing: it was used, has ended, or was misread. Ask for a new one at the desk.")
        return _page(typed, trouble, 422)
    leave()
    with wiring.db.reading() as database:
        found = kiosks.device(database, token)
    if found is None:  # revoked in this very second
        return _page("", None, 422)
    answer = make_response(redirect(start_url(found), 303))
    secure = desk().settings.secure_cookies
    answer.set_cookie(
        cookie_name(), token, max_age=KEPT_S, path="/", secure=secure, httponly=True, samesite="Lax", expires=None
    )
    return answer
