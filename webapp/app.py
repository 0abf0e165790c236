"""The application: settings, vendors, doors, headers and error pages, put together."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from wsgiref.headers import Headers

import structlog
from flask import Flask, Response, abort, g, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect
from whitenoise import WhiteNoise

from webapp.doors import assets, backoffice, pictures, warm
from webapp.doors.backoffice.office import EXTENSION as OFFICE
from webapp.doors.backoffice.office import Office
from webapp.doors.callbacks import payment as payment_callbacks
from webapp.doors.large import Sized, drain
from webapp.doors.ops import views as ops
from webapp.doors.quick import Quick
from webapp.doors.row_number import RowNumber
from webapp.doors.shop import blueprint
from webapp.doors.shop.browse.early import Early
from webapp.doors.shop.desk import EXTENSION, Desk
from webapp.doors.shop.frame import frame
from webapp.doors.speech import words
from webapp.ground import logs, metrics
from webapp.ground.config import Settings, load_settings
from webapp.ground.throttle import Throttle
from webapp.migrations import known
from webapp.usecases.wiring import Wiring
from webapp.wire import build_wiring

ROOT = Path(__file__).resolve().parent.parent
STATIC = "/static/"
MAX_FORM = 256 * 1024
BROWSER_KEPT = timedelta(days=90)
# For a static file opened by itself: a drawing may be styled, and may never run or load anything.
STATIC_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
log = structlog.get_logger()


class Site(Flask):
    """Flask, but for its habit of writing the address of a request that failed into the log (D4)."""

    request_class = Sized

    def log_exception(self, exc_info: Any) -> None:
        """Say nothing: `broken` says what may be said."""


def create_app(settings: Settings | None = None, wiring: Wiring | None = None) -> Flask:
    """Build the application.

    Args:
        settings: from the environment when not given.
        wiring: made from the settings when not given; tests bring their own clock and database.

    Raises:
        SettingsRefused: wrong settings (O4).
        UnknownLevel: the database is at another migration (O4).
    """
    settings = settings or load_settings()
    wiring = wiring or build_wiring(settings)
    logs.configure(level=settings.log_level, readable=settings.mode == "demo")
    known.check(wiring.db)
    app = Site("webapp", root_path=str(ROOT / "webapp"), template_folder=str(ROOT / "templates"), static_folder=None)
    _configure(app, settings)
    app.url_map.converters["int"] = RowNumber
    throttle = Throttle(settings.secrets_of("secret_keys")[0])
    app.extensions[EXTENSION] = Desk(wiring, throttle, settings)
    app.extensions[OFFICE] = Office(wiring, throttle, settings)
    # A forked worker must not speak over its parent's connections.
    app.extensions["after_fork"] = [lambda: wiring.db.engine.dispose(close=False)]
    _templates(app)
    _static(app, settings)
    backoffice.ask_before_files(app)
    csrf = CSRFProtect(app)
    callbacks = payment_callbacks.blueprint()
    csrf.exempt(callbacks)  # machines sign their callbacks; they hold no cookie (X1)
    app.register_blueprint(callbacks)
    app.register_blueprint(ops.blueprint())
    app.register_blueprint(pictures.blueprint(wiring.db))
    app.register_blueprint(blueprint())
    app.register_blueprint(backoffice.blueprint())
    _errors(app)
    _around(app, wiring)
    if settings.trusted_proxies:
        many = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=many, x_proto=many, x_host=0)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    keys = settings.secrets_of("secret_keys")
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME="__Host-passe" if settings.secure_cookies else "passe",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=BROWSER_KEPT,
        MAX_CONTENT_LENGTH=MAX_FORM,
        MAX_FORM_MEMORY_SIZE=MAX_FORM,
        # A basket is kept for weeks; a form may be as old as its page, the token is bound to the browser either way.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
        TEMPLATES_AUTO_RELOAD=False,
    )


def _templates(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        lambda message: words().gettext(message),
        lambda one, many, count: words().ngettext(one, many, count),
        newstyle=True,
    )


def _static(app: Flask, settings: Settings) -> None:
    target = settings.data_dir / "static"
    target.parent.mkdir(parents=True, exist_ok=True)
    names = assets.build(ROOT / "static", target)
    app.jinja_env.globals["asset"] = assets.addresses(names, STATIC)
    served = WhiteNoise(
        app.wsgi_app,
        root=str(target),
        prefix=STATIC,
        max_age=60,
        allow_all_origins=False,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_head_static,
    )
    app.wsgi_app = served  # type: ignore[method-assign]


def _head_static(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = STATIC_POLICY


def security_headers(settings: Settings, wiring: Wiring) -> dict[str, str]:
    """Sent with every page: only our own files, no inline script, no frame; forms may lead to the payment page (X4)."""
    pages = " ".join(sorted(wiring.payments.origins))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"manifest-src 'self'; form-action 'self' {pages}; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _around(app: Flask, wiring: Wiring) -> None:
    desk: Desk = app.extensions[EXTENSION]
    headers = security_headers(desk.settings, wiring)

    def begin() -> None:
        g.started = time.perf_counter()
        if "\0" in request.path:
            abort(404)  # PostgreSQL refuses to look for it, and no address of ours holds one

    def end(answer: Response) -> Response:
        if isinstance(request.routing_exception, RequestRedirect):
            _to_path(answer)
        if answer.status_code != 304:  # the browser keeps the headers the page came with
            for name, value in headers.items():
                answer.headers.setdefault(name, value)
        # Whoever has not said that an answer may be kept has not thought of it: error pages carry tokens too.
        answer.headers.setdefault("Cache-Control", "private, no-store")
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        if warm.MARK not in request.environ:
            tell(request.url_rule.rule if request.url_rule else "unknown", answer.status_code, seconds)
        return answer

    def tell(route: str, status: int, seconds: float) -> None:
        metrics.count_request(route, status, seconds)
        ms = round(seconds * 1000, 1)
        log.info("request", method=request.method, route=route, status=status, ms=ms)

    app.before_request(begin)
    app.after_request(end)
    # A menu sent again is counted like every answer, but writing a line about it would cost a third of sending it.
    app.wsgi_app = Early(app, app.wsgi_app, desk, headers, metrics.count_request)  # type: ignore[method-assign]
    app.wsgi_app = Quick(app, app.wsgi_app, headers, metrics.count_request)  # type: ignore[method-assign]


def _way_back() -> str:
    """Where the language switch of an error page leads: never to an address holding a query, a link or a code (D4)."""
    known = request.url_rule is not None and not {"link", "code"} & (request.view_args or {}).keys()
    return request.path if known else "/"


def _to_path(answer: Response) -> None:
    """A redirect of Werkzeug's own (a missing last slash) names our host as the request does: only its path stays."""
    parts = urlsplit(answer.headers.get("Location", ""))
    answer.headers["Location"] = urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))
    answer.set_data(b"")  # it names the host too


def _errors(app: Flask) -> None:
    def page(status: int) -> tuple[str, int]:
        template = (
            f"error/{status}.html" if status in {400, 403, 404, 405, 410, 413, 429, 500, 503} else "error/400.html"
        )
        return render_template(template, **frame(home_url="/", here=_way_back())), status

    def refused(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        drain(request, error)
        answer = app.make_response(page(error.code))
        for name, value in error.get_headers():
            if name.lower() in {"retry-after", "allow"}:
                answer.headers[name] = value
        return answer

    def unavailable(error: DBAPIError) -> Any:
        log.error("database", error=type(error).__name__)
        answer = app.make_response(page(503))
        answer.headers["Retry-After"] = "10"  # only the database down stops the shop (O1)
        return answer

    def unacceptable(error: DataError) -> Any:
        # Nothing of the kind should come this far; that it did is ours to mend, and no failure of the server's (O3).
        log.error("the database refused a value", error=type(error).__name__, where=logs.place_of(error))
        return page(400)

    def broken(error: InternalServerError) -> Any:
        log.error("broken", exc_info=error.original_exception or error)
        return page(500)

    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, lambda _error: page(403))
    app.register_error_handler(OperationalError, unavailable)
    app.register_error_handler(DataError, unacceptable)
    app.register_error_handler(InternalServerError, broken)
