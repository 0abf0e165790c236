"""Answering once before gunicorn forks: what every worker needs is then made once, and shared by all of them.

Templates, sentences, locales, statements and menus would otherwise be made again in each worker, at the expense of its
first diners and of some 25 MB a worker.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

from flask import Flask
from sqlalchemy.orm import Session

from webapp.ground.i18n import languages
from webapp.ground.phone import Phone, PhoneRefused
from webapp.nouns.catalog.shelf import NoSuchStore
from webapp.nouns.merchant.facts import StoreFacts, every_store
from webapp.usecases.wiring import Wiring

STORES = 24  # a chain of hundreds must not delay the start; the others are made when first asked for
MARK = "passe_plat.warm"


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
    return sum(_ask(app, path, language) for path in paths for language in languages())


def _loyalty(wiring: Wiring, store: StoreFacts) -> None:
    """What giving a number needs: the country's numbering plan, and the vault's cipher."""
    with suppress(PhoneRefused):
        Phone.parse("0", store.country)
    if store.connection_id is not None:
        wiring.programs.of(store.connection_id)


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
