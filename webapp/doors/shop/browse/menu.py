"""The menu of a store: kept as bytes, with only what belongs to one browser put in at each request.

What is kept here is also sent from here the first time; afterwards `early` answers before Flask is asked.
"""

import re
import secrets

from flask import Blueprint, Response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from webapp.doors.shop.browse.hot import NOBODY, Asked, Page, Part, serve
from webapp.doors.shop.browse.pieces import Filling, Pieces
from webapp.doors.shop.cart import linked
from webapp.doors.shop.desk import browser, desk, now, on_sale
from webapp.doors.shop.frame import frame, language, offer_languages, store_place
from webapp.doors.shop.kiosk.mode import device
from webapp.doors.shop.present.lines import part
from webapp.doors.shop.present.menu import categories, filters
from webapp.doors.shop.present.place import notices, place
from webapp.doors.shop.present.store import menu_url
from webapp.nouns.basket.glance import Glance, glance
from webapp.nouns.basket.lines import lines
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.visits import sit_down
from webapp.nouns.pricing import quote
from webapp.nouns.promotion.basket import asked_by, known_customer, promote
from webapp.usecases.membership.abilities import abilities, counts_points

BASKET_KEPT = 8192
HOLE_MARK = secrets.token_hex(12)  # a word no menu can hold, whatever its dishes are called
HOLES = (
    re.compile(rb"(?P<place><!--place-->.*?<!--/place-->)", re.DOTALL),
    re.compile(rb"(?P<basket><!--basket-->.*?<!--/basket-->)", re.DOTALL),
    re.compile(b"(?P<token>" + HOLE_MARK.encode() + b")"),
)
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Accept-Language, Cookie"}


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/<store>/", "menu", show)


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The menu, whole, whether it was kept or not."""
    selling = on_sale(merchant, store)
    offer_languages(selling.store.merchant)
    here = _glance(selling)
    linked.keep(selling.store.merchant.id)
    wanted = request.args.get("mode")
    if wanted is not None or "code" in request.args:
        return _change_mode(selling, here, wanted)
    paired = device()
    return _answer(Asked(selling, here, language(), browser(), now(), paired.id if paired else 0))


def _glance(selling: OnSale) -> Glance:
    known = browser()
    found = glance(desk().wiring.db, known, selling.store.merchant.id, selling.store.id) if known else None
    return found or NOBODY


def _change_mode(selling: OnSale, here: Glance, wanted: str | None) -> ResponseReturnValue:
    """`?mode=collect` leaves the table; any other word changes nothing (a table is only ever taken by its code)."""
    if wanted == "collect" and here.mode == "table":
        store_id = selling.store.id
        desk().wiring.db.run(lambda database: sit_down(database, here.visit_id, store_id, "collect", None))
    return redirect(menu_url(selling.store), 303)


def _answer(asked: Asked) -> Response:
    token = generate_csrf()
    squeeze = request.accept_encodings.quality("gzip") > 0
    parts = _page(asked), _placed(asked), _chosen(asked)
    served = serve(*parts, str(session.get("csrf_token", "")), squeeze=squeeze)
    if request.if_none_match.contains_weak(served.tag):
        answer = Response(status=304)
    else:
        answer = Response(served.body(Filling.plain(token.encode()), squeeze=squeeze), mimetype="text/html")
        if squeeze:
            answer.headers["Content-Encoding"] = "gzip"
    answer.headers.update(CACHING)
    answer.set_etag(served.tag, weak=True)
    return answer


def _page(asked: Asked) -> Page:
    larder, key = desk().larder, desk().larder.page_key(asked)
    return larder.pages.get(asked.selling, key) or larder.pages.keep(asked.selling, key, Page(_rendered(asked)))


def _rendered(asked: Asked) -> Pieces:
    selling, mode = asked.selling, asked.here.mode
    store = selling.store
    context = frame(
        store.merchant,
        csrf_token=HOLE_MARK,
        here=menu_url(store),
        points_url=f"{menu_url(store)}loyalty" if store.loyalty_vendor else None,
        earns=counts_points(abilities(desk().wiring, store)),
        store=store_place(store),
        place={"mode": mode, "words": "", "change": None},
        notices=[],
        basket={"count": 0, "message": "", "lines": []},
        diets=filters(selling.menu),
        categories=categories(selling, mode, asked.minute),
    )
    return Pieces(render_template("shop/menu.html", **context).encode(), *HOLES)


def _placed(asked: Asked) -> Part:
    larder, key = desk().larder, desk().larder.place_key(asked)
    kept = larder.places.get(asked.selling, key)
    if kept is not None:
        return kept
    store, here = asked.selling.store, asked.here
    context = {
        "place": place(store, here.table, here.slot_at, asked.now),
        "notices": notices(store, here.table, asked.now),
    }
    return larder.places.keep(asked.selling, key, Part(render_template("shop/part_place.html", **context)))


def _chosen(asked: Asked) -> Part:
    larder, key = desk().larder, desk().larder.basket_key(asked)
    kept = larder.baskets.get(asked.selling, key)
    if kept is not None:
        return kept
    selling, here = asked.selling, asked.here
    chosen = []
    priced = quote(selling.menu, here.mode, [], asked.minute)
    if here.basket_id is not None:
        with desk().wiring.db.reading() as database:
            chosen = lines(database, here.visit_id, selling.store.id)
            visit = database.get(Visit, here.visit_id)
            how = asked_by(database, selling, visit, known_customer(database, visit, asked.now), asked.now)
            priced = promote(database, how, [line.wanted for line in chosen]).quote
    html = render_template("shop/part_basket.html", basket=part(selling, chosen, priced))
    # A basket of sixty lines is nobody's supper: thousands of those would fill the memory others are served from.
    return larder.baskets.keep(selling, key, Part(html)) if len(html) <= BASKET_KEPT else Part(html)
