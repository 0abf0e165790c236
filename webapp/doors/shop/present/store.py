"""Stores to choose from, and merchants on the landing page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for

from webapp.doors.shop.frame import _, ngettext
from webapp.doors.shop.words import hours_words, paused_words, pickup_words
from webapp.nouns.merchant.facts import MerchantFacts, StoreFacts
from webapp.nouns.merchant.pickup import open_now


def menu_url(store: StoreFacts) -> str:
    """The address of a store's menu."""
    return url_for("shop.menu", merchant=store.merchant.slug, store=store.slug)


def card(store: StoreFacts, now: datetime) -> dict[str, Any]:
    """What components/store_card.html asks for."""
    menu = menu_url(store)
    collects = "collect" in store.modes
    paused = store.refusal(now) != ""
    ways = [{"url": f"{menu}?mode=collect", "label": _("Order to collect"), "main": True}] if collects else []
    if not collects:
        ways = [{"url": menu, "label": _("Read the menu"), "main": False}]
    return {
        "name": store.name,
        "address": store.address,
        "distance": None,
        "open": open_now(store, now) and not paused,
        "hours": paused_words(store) if paused else hours_words(store, now),
        "next_pickup": None if paused else pickup_words(store, now),
        "ways": ways,
    }


def merchant_card(merchant: MerchantFacts, stores: Sequence[StoreFacts]) -> dict[str, Any]:
    """A merchant of the landing page, with where its stores are."""
    cities = ", ".join(dict.fromkeys(store.city for store in stores if store.city))
    count = ngettext("%(num)d store", "%(num)d stores", len(stores))
    return {
        "name": merchant.name,
        "url": url_for("shop.stores", merchant=merchant.slug),
        "line": " · ".join(part for part in (count, cities) if part),
        "single": len(stores) == 1,
    }
