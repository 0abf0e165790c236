"""What every view of the shop reaches for: the wiring, the limits, and who is asking."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import abort, current_app, g, request, session
from sqlalchemy.orm import Session

from webapp.doors.shop.browse.hot import Larder
from webapp.ground.config import Settings
from webapp.ground.links import fingerprint
from webapp.ground.throttle import Throttle
from webapp.nouns.catalog.shelf import NoSuchStore, OnSale
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.visits import open_visit, visit_of
from webapp.usecases.wiring import Wiring

BROWSER = "b"
TOKEN_BYTES = 32  # a browser may prove a number, and is then worth stealing (section 3)
EXTENSION = "passe_plat"


@dataclass(frozen=True)
class Desk:
    """Handed to the shop by `create_app`."""

    wiring: Wiring
    throttle: Throttle
    settings: Settings
    larder: Larder = field(default_factory=Larder)


def desk() -> Desk:
    """The desk of this application."""
    return cast("Desk", current_app.extensions[EXTENSION])


def now() -> datetime:
    """The present moment, the same throughout one request."""
    if "now" not in g:
        g.now = desk().wiring.clock.now()
    return cast("datetime", g.now)


def on_sale(merchant: str, store: str) -> OnSale:
    """The store at this address with its menu, at most a second behind; 404 when there is none."""
    shelf = desk().wiring.shelf
    recent = shelf.recent(merchant, store)
    if recent is not None:
        return recent
    try:
        with desk().wiring.db.reading() as database:
            return shelf.at(database, merchant, store, now())
    except NoSuchStore:
        abort(404)


def browser(*, make: bool = False) -> str:
    """The fingerprint of this browser's random token, which only its signed cookie holds; "" when it has none yet.

    `make`: give it one now. Looking at pages needs none, so a reader who only looks is given nothing to keep.
    """
    token = session.get(BROWSER)
    if not isinstance(token, str):
        if not make:
            return ""
        token = desk().wiring.draw.token(TOKEN_BYTES)
        session[BROWSER] = token
        session.permanent = True
    return fingerprint(token)


def visit(database: Session, merchant_id: int) -> Visit | None:
    """This browser's visit at this merchant, if it has one."""
    known = browser()
    return visit_of(database, known, merchant_id) if known else None


def begin_visit(merchant_id: int) -> Visit:
    """This browser's visit at this merchant, begun now if need be."""
    known = browser(make=True)
    wiring = desk().wiring
    moment = now()
    return wiring.db.run(lambda database: open_visit(database, known, merchant_id, moment))


def address() -> str:
    """The network address the request came from, as far as trusted proxies tell."""
    return request.remote_addr or "unknown"


def wants_fragment() -> bool:
    """Whether our own script posted and will swap parts of the page itself."""
    return request.headers.get("X-Fragment") == "1"
