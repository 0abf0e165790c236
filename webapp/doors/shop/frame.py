"""The frame around every page of the diner: language, brand, ways back, and the words of money and time."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from babel.dates import format_date, format_time
from flask import current_app, g, make_response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from webapp.doors.shop.desk import now
from webapp.ground.i18n import Translator, languages, translator
from webapp.ground.money import shown
from webapp.nouns.merchant.facts import MerchantFacts, StoreFacts

LANGUAGE = "l"
NAMES = {"en": "English", "fr": "Français"}


def language() -> str:
    """The language of this answer: the diner's choice, else the browser's, else the merchant's."""
    if "language" not in g:
        chosen = session.get(LANGUAGE)
        offered = [code for code in getattr(g, "offered", ()) if code in languages()] or list(languages())
        if chosen not in offered:
            chosen = request.accept_languages.best_match(offered) or offered[0]
        g.language = chosen
    return cast("str", g.language)


def offer_languages(merchant: MerchantFacts) -> None:
    """From here on the answer speaks one of this merchant's languages, its own first."""
    own = (merchant.default_language, *merchant.languages)
    g.offered = tuple(dict.fromkeys(own))
    g.pop("language", None)


def words() -> Translator:
    """Gettext and ngettext in the language of this answer."""
    return translator(language())


def _(message: str, **values: object) -> str:
    """The sentence in the diner's language, with its `%(name)s` filled in."""
    said = words().gettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The sentence for `count`, with `%(num)d` and other names filled in."""
    return words().ngettext(one, many, count) % {"num": count, **values}


def money(amount: int, currency: str) -> str:
    """`amount` minor units as the diner reads it."""
    return shown(amount, currency, language())


def clock_time(moment: datetime, store: StoreFacts) -> str:
    """The store's local time of day, "12:15"."""
    return str(format_time(moment.astimezone(store.zone), "HH:mm", locale=language()))


def day_words(moment: datetime, store: StoreFacts) -> str:
    """The store's local day in words: today, tomorrow, or "Tuesday 24 November"."""
    day = moment.astimezone(store.zone).date()
    today = now().astimezone(store.zone).date()
    distance = (day - today).days
    if distance == 0:
        return _("today")
    if distance == 1:
        return _("tomorrow")
    return str(format_date(day, "EEEE d MMMM", locale=language()))


def asset(name: str) -> str:
    """The hashed address of a static file."""
    address = cast("Callable[[str], str]", current_app.jinja_env.globals["asset"])
    return address(name)


def brand(merchant: MerchantFacts) -> dict[str, Any]:
    """The merchant at the top of the page."""
    return {
        "name": merchant.name,
        "home": url_for("shop.stores", merchant=merchant.slug),
        "css": url_for("shop.brand_css", merchant=merchant.slug, v=merchant.accent.lstrip("#").lower()),
        "logo": asset(f"demo/{merchant.logo}") if merchant.logo else None,
    }


def frame(merchant: MerchantFacts | None = None, /, **context: Any) -> dict[str, Any]:
    """The context layout.html asks for, with a page's own on top."""
    spoken = merchant.languages if merchant else languages()
    return {
        "lang": language(),
        "languages": [{"code": code, "name": NAMES[code]} for code in spoken if code in NAMES],
        "csrf_token": generate_csrf(),
        "here": request.full_path.rstrip("?"),
        "brand": brand(merchant) if merchant else None,
        "back": None,
        "points_url": None,
        **context,
    }


def page(
    template: str, merchant: MerchantFacts | None = None, /, *, status: int = 200, **context: Any
) -> ResponseReturnValue:
    """A rendered page that belongs to one browser: nothing between us may keep it."""
    answer = make_response(render_template(template, **frame(merchant, **context)), status)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def store_place(store: StoreFacts) -> Mapping[str, str]:
    """The store as pages name it."""
    return {"name": store.name, "address": store.address, "key": f"{store.merchant.slug}/{store.slug}"}
