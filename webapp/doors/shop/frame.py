"""The frame around every page of the diner: language, brand, ways back, and the words of money and time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from flask import g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from webapp.doors.pictures import logo_url
from webapp.doors.shop.desk import now
from webapp.doors.shop.kiosk.mode import OWN_PAGES, kiosk_frame
from webapp.doors.speech import LANGUAGE, NAMES, _, asset, language, ngettext, words
from webapp.ground.i18n import languages
from webapp.ground.money import shown
from webapp.nouns.merchant.facts import MerchantFacts, StoreFacts

# The words themselves live where the other doors can reach them; this door's views ask for them here.
__all__ = [
    "LANGUAGE",
    "NAMES",
    "_",
    "asset",
    "brand",
    "clock_time",
    "day_words",
    "frame",
    "language",
    "money",
    "ngettext",
    "offer_languages",
    "page",
    "store_place",
    "words",
]


def offer_languages(merchant: MerchantFacts) -> None:
    """From here on the answer speaks one of this merchant's languages, its own first."""
    own = (merchant.default_language, *merchant.languages)
    g.offered = tuple(dict.fromkeys(own))
    g.pop("language", None)


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


def brand(merchant: MerchantFacts) -> dict[str, Any]:
    """The merchant at the top of the page."""
    return {
        "name": merchant.name,
        "home": url_for("shop.stores", merchant=merchant.slug),
        "css": url_for("shop.brand_css", merchant=merchant.slug, v=merchant.accent.lstrip("#").lower()),
        "legal": url_for("shop.legal", merchant=merchant.slug),
        "logo": logo_url(merchant.logo),
        "emblem": logo_url(merchant.logo, large=True),
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
        "kiosk": kiosk_frame(),
        **context,
    }


def page(
    template: str, merchant: MerchantFacts | None = None, /, *, status: int = 200, **context: Any
) -> ResponseReturnValue:
    """A rendered page that belongs to one browser: nothing between us may keep it."""
    if status in {404, 410}:
        context.setdefault("here", request.path)  # no error page repeats a query (D4)
    filled = frame(merchant, **context)
    answer = make_response(
        render_template(OWN_PAGES.get(template, template) if filled["kiosk"] else template, **filled), status
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def store_place(store: StoreFacts) -> Mapping[str, str]:
    """The store as pages name it."""
    return {"name": store.name, "address": store.address, "key": f"{store.merchant.slug}/{store.slug}"}
