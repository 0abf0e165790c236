"""Arriving from home: the restaurants, their stores, their colours, and the diner's language."""

import hashlib
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.arrive.brand import stylesheet
from webapp.doors.shop.cart import linked
from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.frame import LANGUAGE, _, offer_languages, page
from webapp.doors.shop.present.store import card, merchant_card
from webapp.ground.i18n import languages
from webapp.nouns.merchant.facts import StoreFacts, every_store, stores_of

YEAR = 31_536_000
LONGEST_PATH = 2000


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/", "home", home)
    shop.add_url_rule("/r/<merchant>/", "stores", stores)
    shop.add_url_rule("/r/<merchant>/brand.css", "brand_css", brand_css)
    shop.add_url_rule("/language/<code>", "language", choose_language, methods=["POST"])


def home() -> ResponseReturnValue:
    """The restaurants served here."""
    with desk().wiring.db.reading() as database:
        found = every_store(database)
    of: dict[int, list[StoreFacts]] = {}
    for store in found:
        of.setdefault(store.merchant.id, []).append(store)
    cards = [merchant_card(theirs[0].merchant, theirs) for theirs in of.values()]
    return page("shop/home.html", merchants=sorted(cards, key=lambda one: str(one["name"])))


def _stores(merchant: str) -> list[StoreFacts]:
    with desk().wiring.db.reading() as database:
        return stores_of(database, merchant, now()) or abort(404)


def stores(merchant: str) -> ResponseReturnValue:
    """The stores of a merchant: open now or when, and the next time to collect."""
    found = _stores(merchant)
    offer_languages(found[0].merchant)
    if linked.keep(found[0].merchant.id):
        return redirect(url_for("shop.stores", merchant=merchant), 303)
    return _stores_page(found)


def stores_page(merchant: str, typed: str, *, refused: bool) -> ResponseReturnValue:
    """The same page after a table's code was typed. `refused`: it opened no table."""
    found = _stores(merchant)
    offer_languages(found[0].merchant)
    return _stores_page(found, typed, refused=refused)


def _stores_page(found: list[StoreFacts], typed: str = "", *, refused: bool = False) -> ResponseReturnValue:
    merchant = found[0].merchant
    trouble = _(
        "This code opens no table here, or too many were tried. Look at it again, wait a little, or ask the staff."
    )
    return page(
        "shop/stores.html",
        merchant,
        status=422 if refused else 200,
        here=url_for("shop.stores", merchant=merchant.slug),
        merchant={"name": merchant.name, "line": ""},
        stores=[card(store, now()) for store in found],
        code_url=url_for("shop.typed_code", merchant=merchant.slug) if _serves(found) else None,
        code=typed,
        errors=[{"field": "code", "message": trouble}] if refused else [],
    )


def _serves(found: list[StoreFacts]) -> bool:
    return any("table" in store.modes for store in found)


def brand_css(merchant: str) -> ResponseReturnValue:
    """The merchant's colours; kept for a year under an address that names them, else asked for again."""
    accent = _stores(merchant)[0].merchant.accent
    text = stylesheet(accent)
    answer = Response(text, mimetype="text/css")
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:16])
    named = request.args.get("v") == accent.lstrip("#").lower()
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if named else "public, no-cache"
    return answer.make_conditional(request)


def choose_language(code: str) -> ResponseReturnValue:
    """Keep the diner's language and go back to the page it was chosen on."""
    if code not in languages():
        abort(404)
    session[LANGUAGE] = code
    session.permanent = True
    return redirect(local_path(request.form.get("next", "/")), 303)


def local_path(wanted: str) -> str:
    """`wanted` when it is a path on this very site, else "/" (X4: nobody is sent elsewhere)."""
    odd = "\\" in wanted or not wanted.isprintable() or not wanted.startswith("/") or wanted.startswith("//")
    odd = odd or len(wanted) > LONGEST_PATH  # a header that long is refused by the proxy in front, as a failure of ours
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if odd or parts.scheme or parts.netloc else wanted
