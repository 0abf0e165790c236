"""Where this browser orders, and what it must know now."""

from datetime import datetime
from typing import Any

from flask import url_for

from webapp.doors.shop.frame import _
from webapp.doors.shop.kiosk.mode import is_shared
from webapp.doors.shop.words import (
    closed_reason,
    hours_words,
    paused_until_words,
    paused_words,
    pickup_words,
    when_words,
)
from webapp.doors.speech import table_words
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.pickup import next_slot, open_now


def place(store: StoreFacts, table: str, slot_at: datetime | None, now: datetime) -> dict[str, Any]:
    """What components/place.html asks for. `table`: label of the living table this browser sits at, else ""."""
    facts = {"store": store.name, "address": store.address}
    if table:
        return {**facts, "mode": "table", "words": _("Eat here") if is_shared() else table_words(table), "change": None}
    if "collect" not in store.modes:
        return {**facts, "mode": "table", "words": _("To order, scan the code on your table"), "change": None}
    way = {"url": url_for("shop.slot", merchant=store.merchant.slug, store=store.slug)}
    if slot_at is not None and slot_at > now:
        words = _("Collect %(when)s", when=when_words(slot_at, store))
        return {**facts, "mode": "collect", "words": words, "change": {**way, "label": _("Change the time")}}
    words = pickup_words(store, now) or _("To collect")
    return {**facts, "mode": "collect", "words": words, "change": {**way, "label": _("Choose the time")}}


def notices(store: StoreFacts, table: str, now: datetime) -> list[dict[str, Any]]:
    """What stands above the menu: closed now, until when, and what can be done instead."""
    if store.refusal(now):
        more = " ".join(part for part in (paused_until_words(store, now), _("Your basket is kept.")) if part)
        return [{"kind": "warning", "title": paused_words(store), "text": more, "link": None}]
    if open_now(store, now):
        return []
    slot = next_slot(store, now) if "collect" in store.modes else None
    slot_url = url_for("shop.slot", merchant=store.merchant.slug, store=store.slug)
    text = " ".join(part for part in (closed_reason(store, now), hours_words(store, now) + ".") if part)
    if slot is None:
        return [{"kind": "warning", "title": _("Closed now"), "text": text, "link": None}]
    later = _("Order for %(when)s", when=when_words(slot.starts_at, store))
    if table:
        text = f"{text} " + _("At the table, orders are taken while the store is open. Your basket is kept.")
    return [{"kind": "info", "title": _("Closed now"), "text": text, "link": {"url": slot_url, "label": later}}]
