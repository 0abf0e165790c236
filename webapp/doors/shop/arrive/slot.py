"""Choosing when to collect, in the store's own time."""

from itertools import groupby
from typing import Any

from babel.dates import format_date
from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import begin_visit, desk, now
from webapp.doors.shop.frame import _, day_words, language, page, store_place
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import next_url, shown_steps, url_of
from webapp.doors.shop.words import paused_words
from webapp.nouns.customer.visits import choose_slot
from webapp.nouns.merchant.pickup import SlotLeft, open_now, posted_slot, slots_left
from webapp.nouns.merchant.slots import Slot


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/slot", "slot", show)
    shop.add_url_rule("/r/<merchant>/<store>/slot", "choose_slot", choose, methods=["POST"])


def _trouble(code: str) -> str:
    sentences = {
        "not_a_slot": _("That is not one of the times offered. Please choose one."),
        "past": _("That time has passed. Please choose another one."),
        "too_soon": _("The kitchen needs a little longer. Please choose a later time."),
        "closed": _("The store is closed at that time. Please choose another one."),
        "too_far": _("That time is too far ahead. Please choose an earlier one."),
        "full": _("That time has just filled up. Please choose another one."),
        "slot_gone": _("The time you had chosen can no longer be kept. Please choose another one."),
    }
    return sentences.get(code, sentences["not_a_slot"])


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The times on offer."""
    return _page(journey(merchant, store), request.args.get("why", ""), 200)


def choose(merchant: str, store: str) -> ResponseReturnValue:
    """Keep the chosen time; it is held only when the order is placed."""
    here = journey(merchant, store)
    slot = posted_slot(here.store, request.form.get("slot", ""), now())
    if not isinstance(slot, Slot):
        return _page(here, slot, 422)
    with desk().wiring.db.reading() as database:
        free = {one.slot.starts_at: one.left for one in slots_left(database, here.store, now())}
    if free.get(slot.starts_at, 0) < max(1, _items(here)):
        return _page(here, "full", 422)
    visit = begin_visit(here.store.merchant.id)
    desk().wiring.db.run(lambda database: choose_slot(database, visit.id, here.store.id, slot.starts_at))
    here = journey(merchant, store)
    return redirect(next_url(here) if here.lines else url_of(here, "shop.menu"), 303)


def _items(here: Journey) -> int:
    return sum(line.wanted.quantity for line in here.lines)


def _page(here: Journey, trouble: str, status: int) -> ResponseReturnValue:
    store = here.store
    needed = max(1, _items(here))
    with desk().wiring.db.reading() as database:
        offered = slots_left(database, store, now())
    free = [one for one in offered if one.left >= needed]
    first = free[0].slot if free else None
    return page(
        "shop/slot.html",
        store.merchant,
        status=status,
        steps=shown_steps(here, "shop.slot") if here.lines else [],
        url=url_of(here, "shop.choose_slot"),
        store=store_place(store),
        back={"url": url_of(here, "shop.menu"), "label": _("Menu")},
        soonest={"value": first.key, "label": _when(here, first)} if first else None,
        closed=_closed(here, first),
        zone=_("Times in %(place)s", place=store.city),
        days=_days(here, offered, needed),
        error=_trouble(trouble) if trouble else paused_words(store) if store.refusal(now()) else None,
    )


def _when(here: Journey, slot: Slot) -> str:
    return _("%(day)s at %(time)s", day=day_words(slot.starts_at, here.store), time=slot.time)


def _closed(here: Journey, first: Slot | None) -> str | None:
    if first is None or open_now(here.store, now()):
        return None
    return _("Closed now. You can order for %(time)s.", time=_when(here, first))


def _days(here: Journey, offered: list[SlotLeft], needed: int) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = []
    for day, slots in groupby(offered, key=lambda one: one.slot.day):
        times = [
            {
                "value": one.slot.key,
                "label": one.slot.time + (" ²" if one.slot.repeated else ""),
                "off": None if one.left >= needed else _("full"),
                "chosen": here.slot_at == one.slot.starts_at,
            }
            for one in slots
        ]
        label = str(format_date(day, "EEEE d MMMM", locale=language()))
        label = label[:1].upper() + label[1:]
        days.append({"label": label, "open": not days, "times": times})
    return days
