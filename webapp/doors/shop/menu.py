"""The menu of a store: kept as bytes, with only what belongs to one browser put in at each request."""

import re
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from webapp.doors.shop.desk import browser, desk, now, on_sale
from webapp.doors.shop.frame import frame, language, offer_languages, store_place
from webapp.doors.shop.hot import Larder, Page, Part, digest
from webapp.doors.shop.meal import meal_minute
from webapp.doors.shop.pieces import Filling, Pieces
from webapp.doors.shop.present.lines import part
from webapp.doors.shop.present.menu import categories, filters
from webapp.doors.shop.present.place import notices, place
from webapp.doors.shop.present.store import menu_url
from webapp.nouns.basket.glance import Glance, glance
from webapp.nouns.basket.lines import lines
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.visits import sit_down
from webapp.nouns.pricing import quote

HOLE_MARK = "put-the-token-here"
HOLES = re.compile(
    rb"(?P<place><!--place-->.*?<!--/place-->)|(?P<basket><!--basket-->.*?<!--/basket-->)|(?P<token>"
    + HOLE_MARK.encode()
    + rb")",
    re.DOTALL,
)
NOBODY = Glance(0, "", None, None, None, None)
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Accept-Language, Cookie"}


def register(shop: Blueprint) -> None:
    """Add its address, with what this application keeps of it."""
    shop.add_url_rule("/r/<merchant>/<store>/", "menu", view(Larder()))


def view(larder: Larder) -> Callable[[str, str], ResponseReturnValue]:
    """The view that keeps its pages in `larder`."""

    def show(merchant: str, store: str) -> ResponseReturnValue:
        selling = on_sale(merchant, store)
        offer_languages(selling.store.merchant)
        here = _glance(selling)
        wanted = request.args.get("mode")
        if wanted is not None:
            return _change_mode(selling, here, wanted)
        return _answer(larder, selling, here)

    return show


def _glance(selling: OnSale) -> Glance:
    known = browser()
    if not known:
        return NOBODY
    with desk().wiring.db.reading() as database:
        return glance(database, known, selling.store.merchant.id, selling.store.id) or NOBODY


def _change_mode(selling: OnSale, here: Glance, wanted: str) -> ResponseReturnValue:
    """`?mode=collect` leaves the table; any other word changes nothing (a table is only ever taken by its code)."""
    if wanted == "collect" and here.mode == "table":
        store_id = selling.store.id
        desk().wiring.db.run(lambda database: sit_down(database, here.visit_id, store_id, "collect", None))
    return redirect(menu_url(selling.store), 303)


def _answer(larder: Larder, selling: OnSale, here: Glance) -> Response:
    minute = meal_minute(selling.store, here.mode, here.slot_at, now())
    hour = larder.hour(selling, minute)
    page = _page(larder, selling, here.mode, minute, hour)
    placed = _placed(larder, selling, here, now())
    chosen = _chosen(larder, selling, here, minute, hour)
    token = generate_csrf()
    # A token stays good as long as the browser's own secret does, so the secret, not the token, names the page.
    secret = str(session.get("csrf_token", "")).encode()
    squeeze = request.accept_encodings.quality("gzip") > 0
    tag = digest(page.digest, placed.digest, chosen.digest, secret).hex() + ("-g" if squeeze else "")
    if request.if_none_match.contains_weak(tag):
        answer = Response(status=304)
    else:
        fillings = {"place": placed.filling, "basket": chosen.filling, "token": Filling.plain(token.encode())}
        body = page.pieces.gzipped(fillings) if squeeze else page.pieces.joined(fillings)
        answer = Response(body, mimetype="text/html")
        if squeeze:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers.update(CACHING)
    answer.set_etag(tag, weak=True)
    return answer


def _page(larder: Larder, selling: OnSale, mode: str, minute: int | None, hour: int | None) -> Page:
    key = (selling.store.id, language(), mode, hour)
    return larder.pages.get(selling, key) or larder.pages.keep(selling, key, Page(_rendered(selling, mode, minute)))


def _rendered(selling: OnSale, mode: str, minute: int | None) -> Pieces:
    store = selling.store
    context = frame(
        store.merchant,
        csrf_token=HOLE_MARK,
        here=menu_url(store),
        points_url=f"{menu_url(store)}loyalty" if store.loyalty_vendor else None,
        store=store_place(store),
        place={"mode": mode, "words": "", "change": None},
        notices=[],
        basket={"count": 0, "message": "", "lines": []},
        diets=filters(selling.menu),
        categories=categories(selling, mode, minute),
    )
    return Pieces(render_template("shop/menu.html", **context).encode(), HOLES)


def _placed(larder: Larder, selling: OnSale, here: Glance, moment: datetime) -> Part:
    key = (selling.store.id, language(), here.table, here.slot_at, int(moment.timestamp()) // 60)
    kept = larder.places.get(selling, key)
    if kept is not None:
        return kept
    store = selling.store
    context = {
        "place": place(store, here.table, here.slot_at, moment),
        "notices": notices(store, here.table, moment),
    }
    return larder.places.keep(selling, key, Part(render_template("shop/part_place.html", **context)))


def _chosen(larder: Larder, selling: OnSale, here: Glance, minute: int | None, hour: int | None) -> Part:
    store = selling.store
    owner = browser() if here.basket_id is not None else ""
    state = (here.basket_id, here.revision, here.changed_at)
    key = (store.id, language(), owner, state, here.mode, hour)
    kept = larder.baskets.get(selling, key)
    if kept is not None:
        return kept
    chosen = []
    if here.basket_id is not None:
        with desk().wiring.db.reading() as database:
            chosen = lines(database, here.visit_id, store.id)
    priced = quote(selling.menu, here.mode, [line.wanted for line in chosen], minute)
    html = render_template("shop/part_basket.html", basket=part(selling, chosen, priced))
    return larder.baskets.keep(selling, key, Part(html))
