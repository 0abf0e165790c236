"""The number typed on the kiosk's own keys: each key posts where there is no script."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.kiosk.mode import device
from webapp.doors.shop.member.identify import identify_page
from webapp.doors.shop.pay.journey import journey
from webapp.doors.shop.pay.steps import url_of

LONGEST = 20
KEYS = frozenset("0123456789+")


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/<store>/kiosk/keys", "kiosk_keys", keys, methods=["POST"])


def typed_on(typed: str, key: str) -> str:
    """What stands there after one more key: a figure, `+` at the front only, or `back`."""
    kept = "".join(sign for sign in typed if sign in KEYS)[:LONGEST]
    if key == "back":
        return kept[:-1]
    if key not in KEYS or (key == "+" and kept):
        return kept
    return (kept + key)[:LONGEST]


def keys(merchant: str, store: str) -> ResponseReturnValue:
    """The same page with one sign more or less; nothing is looked up and nothing kept."""
    here = journey(merchant, store)
    if device() is None:
        return redirect(url_of(here, "shop.identify"), 303)
    typed = typed_on(request.form.get("phone", ""), request.form.get("key", ""))
    return identify_page(here, typed, None, 200)
