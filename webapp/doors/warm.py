"""Answering once before gunicorn forks: what every worker needs is then made once, and shared by all of them.

Templates, sentences, locales, statements and menus would otherwise be made again in each worker, at the expense of its
first diners and of some 30 MB a worker.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

from flask import Flask
from sqlalchemy.orm import Session

from webapp.doors.shop.desk import EXTENSION
from webapp.ground.deadline import authorities, nobody
from webapp.ground.i18n import languages
from webapp.ground.phone import Phone, PhoneRefused
from webapp.nouns.basket.glance import glance
from webapp.nouns.basket.lines import lines, remember_seen
from webapp.nouns.catalog.shelf import NoSuchStore
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import proof_of
from webapp.nouns.customer.visits import visit_of
from webapp.nouns.merchant.facts import StoreFacts, every_store
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.merchant.tables import table_by_id
from webapp.nouns.promotion.find import basket_and_load
from webapp.usecases.membership.wallet import WalletView, keep_view
from webapp.usecases.rewards.rows import not_in_balance
from webapp.usecases.wiring import Wiring

STORES = 24  # a chain of hundreds must not delay the start; the others are made when first asked for
MARK = "passe_plat.warm"
NO_ROW = 0  # databases count from one


def warm(app: Flask, wiring: Wiring) -> int:
    """Have `app` answer its most asked pages, without a visitor, a cookie or a log line; how many it answered."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if name.split("/")[0] in {"shop", "components", "error"}:  # the desks are for few; they may wait
            app.jinja_env.get_template(name)
    with wiring.db.reading() as session:
        stores = list(islice(every_store(session), STORES))
        paths = list(_paths(session, wiring, stores))
    for store in stores:
        _loyalty(wiring, store)
    if stores:
        _visitor(wiring, stores[0])
    (authorities if app.extensions[EXTENSION].settings.mode == "production" else nobody)()
    return sum(_ask(app, path, language) for path in paths for language in languages())


def _loyalty(wiring: Wiring, store: StoreFacts) -> None:
    """What giving a number needs: the country's numbering plan, and the vault's cipher."""
    with suppress(PhoneRefused):
        Phone.parse("0", store.country)
    if store.connection_id is not None:
        wiring.programs.of(store.connection_id)


def _visitor(wiring: Wiring, store: StoreFacts) -> None:
    """Ask what pages of a visitor with a basket ask, of a visitor who is not there: nothing is found, none written.

    SQLAlchemy compiles each statement when it is first executed; some 5 MB of a worker are only that.
    """
    now, here = wiring.clock.now(), ("", store.merchant.id)
    glance(wiring.db, *here, store.id)
    with wiring.db.reading() as session:
        visit_of(session, *here)
        for kind in (Visit, Customer, Merchant):
            session.get(kind, NO_ROW)
        table_by_id(session, NO_ROW)
        lines(session, NO_ROW, store.id)
        basket_and_load(session, NO_ROW, store.id)
        not_in_balance(session, NO_ROW, NO_ROW, now)
        proof_of(session, "", NO_ROW, now)

    def write(session: Session) -> None:
        remember_seen(session, [(NO_ROW, "", 0)])
        keep_view(session, NO_ROW, store.id, WalletView(None, None, None, now, stale=False))

    wiring.db.run(write)


def _paths(session: Session, wiring: Wiring, stores: Iterable[StoreFacts]) -> Iterator[str]:
    yield from ("/", "/healthz", "/no-such-page")
    yield from {f"/r/{store.merchant.slug}/": None for store in stores}
    for place, store in enumerate(stores):
        base = f"/r/{store.merchant.slug}/{store.slug}/"
        try:
            menu = wiring.shelf.exactly(session, store.id, wiring.clock.now()).menu
        except NoSuchStore:
            continue
        yield base
        if place == 0:
            yield from (base + page for page in ("slot", "identify", "basket"))
            kinds = {(item.kind, bool(item.groups)): item.sku for item in menu.items.values()}
            yield from (f"{base}d/{quote(sku)}" for sku in kinds.values())


def _ask(app: Flask, path: str, language: str) -> bool:
    environ: dict[str, Any] = {
        "PATH_INFO": path,
        "HTTP_ACCEPT_LANGUAGE": language,
        "HTTP_ACCEPT_ENCODING": "gzip",
        MARK: True,
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []

    def start(status: str, _headers: list[tuple[str, str]], _trouble: Any = None) -> Any:
        statuses.append(status)
        return lambda _data: None

    answer = app.wsgi_app(environ, start)
    for _part in answer:
        pass
    close = getattr(answer, "close", None)
    if close is not None:
        close()
    return statuses[:1] == ["200 OK"]
