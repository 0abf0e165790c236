"""The menu answered before Flask is asked, when everything it takes is kept already.

A shortcut, never a second truth: whatever is missing, unknown or out of the ordinary goes on to `menu.show`, which
says the same and keeps what this needs next time. Requests are counted and headed as Flask's are.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from webapp.doors.shop.browse.hot import NOBODY, Asked, serve
from webapp.doors.shop.browse.menu import CACHING
from webapp.doors.shop.browse.pieces import Filling
from webapp.doors.shop.desk import BROWSER, Desk
from webapp.doors.shop.frame import LANGUAGE
from webapp.ground.i18n import languages
from webapp.ground.links import fingerprint
from webapp.nouns.basket.glance import glance
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.merchant.facts import MerchantFacts

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = re.compile(r"/r/([a-z0-9-]{1,64})/([a-z0-9-]{1,64})/")
ROUTE = "/r/<merchant>/<store>/"
COOKIES_KEPT = 4096
HEADER_KEPT = 200
SECONDS_KEPT = 60.0

Count = Callable[[str, int, float], None]
T = TypeVar("T")


class Holder(NamedTuple):
    """What a signed cookie says, read once a minute."""

    read_at: float
    owner: str
    language: str
    secret: str
    token: Filling


class Early:
    """A WSGI application in front of Flask's."""

    def __init__(
        self, app: Flask, inner: "WSGIApplication", desk: Desk, headers: Mapping[str, str], count: Count
    ) -> None:
        """`inner`: asked for everything else; `headers`: sent with every page; `count`: told of every answer."""
        self._app = app
        self._inner = inner
        self._desk = desk
        self._headers = [*headers.items(), *CACHING.items()]
        self._count = count
        self._name = f"{app.config['SESSION_COOKIE_NAME']}="
        self._cookie = re.compile(rf"(?:^|;\s*){re.escape(self._name)}([\w.-]+)(?=;|$)")
        self._holders: OrderedDict[str, Holder] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or let Flask do it."""
        found = ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return self._inner(environ, start_response)
        started = time.perf_counter()
        try:
            answer = self._answer(environ, found[1], found[2])
        except DBAPIError:
            answer = None  # Flask will meet it again, and has a page for it
        if answer is None:
            return self._inner(environ, start_response)
        status, headers, body = answer
        start_response(status, headers)
        self._count(ROUTE, int(status[:3]), time.perf_counter() - started)
        return [body]

    def _answer(
        self, environ: "WSGIEnvironment", merchant: str, store: str
    ) -> tuple[str, list[tuple[str, str]], bytes] | None:
        wiring = self._desk.wiring
        selling = wiring.shelf.recent(merchant, store)
        holder = self._holder(environ)
        if selling is None or holder is None:
            return None
        asked = self._asked(selling, holder, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        parts = self._desk.larder.find(asked)
        if parts is None:
            return None
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        squeeze = _kept(_takes_gzip, accepted)(accepted)
        served = serve(*parts, holder.secret, squeeze=squeeze)
        tag = ("ETag", f'W/"{served.tag}"')
        if f'"{served.tag}"' in environ.get("HTTP_IF_NONE_MATCH", ""):
            return "304 NOT MODIFIED", [*CACHING.items(), tag], b""
        headers = [*self._headers, tag]
        body = served.body(holder.token, squeeze=squeeze)
        headers += [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
        if squeeze:
            headers.append(("Content-Encoding", "gzip"))
        return "200 OK", headers, body

    def _asked(self, selling: OnSale, holder: Holder, accepted: str) -> Asked:
        wiring = self._desk.wiring
        store = selling.store
        here = glance(wiring.db, holder.owner, store.merchant.id, store.id) if holder.owner else None
        offered = _offered(store.merchant)
        language = holder.language if holder.language in offered else _kept(_best, accepted)(accepted, offered)
        return Asked(selling, here or NOBODY, language, holder.owner, wiring.clock.now())

    def _holder(self, environ: "WSGIEnvironment") -> Holder | None:
        cookies = environ.get("HTTP_COOKIE", "")
        found = self._cookie.search(cookies)
        if found is None or cookies.count(self._name) != 1 or "kiosk=" in cookies:
            return None  # a kiosk's, none, one spelled otherwise than ours, or several: Flask knows what to make of it
        value = found[1]
        with self._lock:
            kept = self._holders.get(value)
        if kept is not None and time.monotonic() - kept.read_at < SECONDS_KEPT:
            return kept
        read = self._read(environ)
        if read is None:
            return None
        with self._lock:
            self._holders[value] = read
            if len(self._holders) > COOKIES_KEPT:
                self._holders.popitem(last=False)
        return read

    def _read(self, environ: "WSGIEnvironment") -> Holder | None:
        """The cookie as Flask itself reads it; None when it holds no secret for tokens yet, or cannot be trusted."""
        with self._app.request_context(environ):
            secret = session.get("csrf_token")
            if not isinstance(secret, str):
                return None
            token = session.get(BROWSER)
            owner = fingerprint(token) if isinstance(token, str) else ""
            language = str(session.get(LANGUAGE, ""))
            return Holder(time.monotonic(), owner, language, secret, Filling.plain(generate_csrf().encode()))


def _offered(merchant: MerchantFacts) -> tuple[str, ...]:
    """As `frame.offer_languages` has it: the merchant's own first, only those the shop speaks."""
    own = dict.fromkeys((merchant.default_language, *merchant.languages))
    return tuple(code for code in own if code in languages()) or languages()


def _kept(question: "_lru_cache_wrapper[T]", header: str) -> Callable[..., T]:
    """`question`, its answers remembered only for headers browsers send: no memory for eight thousand made-up signs."""
    return question if len(header) <= HEADER_KEPT else question.__wrapped__


@lru_cache(maxsize=1024)
def _best(accepted: str, offered: tuple[str, ...]) -> str:
    return parse_accept_header(accepted, LanguageAccept).best_match(offered) or offered[0]


@lru_cache(maxsize=256)
def _takes_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted).quality("gzip") > 0
