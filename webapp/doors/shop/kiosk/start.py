"""The start screen, the beginning and the end of one person's order, and "Still there?"."""

from flask import Blueprint, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.shop.desk import browser, desk, now, on_sale
from webapp.doors.shop.frame import offer_languages, page
from webapp.doors.shop.kiosk.leaving import leave
from webapp.doors.shop.kiosk.mode import ASK_S, device, start_url, stay
from webapp.doors.shop.present.store import menu_url
from webapp.doors.shop.words import paused_words
from webapp.doors.speech import LANGUAGE, asset
from webapp.nouns.customer.visits import choose_slot, open_visit, sit_down
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.kiosks import Device
from webapp.nouns.merchant.pickup import open_now, slots_left


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    place = "/r/<merchant>/<store>/kiosk"
    shop.add_url_rule(place, "kiosk_start", start)
    shop.add_url_rule(place, "kiosk_begin", begin, methods=["POST"])
    shop.add_url_rule(f"{place}/manifest.json", "kiosk_manifest", manifest)
    shop.add_url_rule(f"{place}/still", "kiosk_still", still)
    shop.add_url_rule(f"{place}/touch", "kiosk_touch", touch, methods=["POST"])
    shop.add_url_rule(f"{place}/forget", "kiosk_forget", forget, methods=["POST"])


def _elsewhere(merchant: str, store: str) -> ResponseReturnValue:
    """These pages are a kiosk's alone: any other browser is shown the menu."""
    return redirect(menu_url(on_sale(merchant, store).store), 303)


def start(merchant: str, store: str) -> ResponseReturnValue:
    """Touch to order."""
    if device() is None:
        return _elsewhere(merchant, store)
    here = on_sale(merchant, store).store
    offer_languages(here.merchant)
    table = "table" in here.modes and open_now(here, now())
    collect = "collect" in here.modes and _soonest(here) is not None
    shut = bool(here.refusal(now())) or not (table or collect)
    return page(
        "shop/kiosk/start.html",
        here.merchant,
        store=here.name,
        url=url_for("shop.kiosk_begin", merchant=merchant, store=store),
        table=table,
        collect=collect,
        shut=shut,
        why=paused_words(here) if here.refusal(now()) else "",
        here=url_for("shop.kiosk_start", merchant=merchant, store=store),
    )


def manifest(merchant: str, store: str) -> ResponseReturnValue:
    """Added to a tablet's home screen, the kiosk fills it: no address bar, no buttons of the browser's own."""
    here = on_sale(merchant, store).store
    begin = url_for("shop.kiosk_start", merchant=merchant, store=store)
    icon = {"src": asset("icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    facts = {"name": here.merchant.name, "short_name": here.merchant.name, "id": begin, "start_url": begin}
    answer = make_response(facts | {"scope": "/", "display": "fullscreen", "orientation": "any", "icons": [icon]})
    answer.mimetype = "application/manifest+json"
    return answer


def _soonest(here: StoreFacts, items: int = 1) -> object | None:
    with desk().wiring.db.reading() as database:
        free = (one.slot for one in slots_left(database, here, now()) if one.left >= items)
        return next((slot.starts_at for slot in free), None)


def begin(merchant: str, store: str) -> ResponseReturnValue:
    """Somebody touched it: whatever was there before is forgotten first."""
    paired = device()
    if paired is None:
        return _elsewhere(merchant, store)
    here = on_sale(merchant, store).store
    spoken = session.get(LANGUAGE)
    leave()
    if spoken is not None:
        session[LANGUAGE] = spoken
    _sit(paired, here, "collect" if request.form.get("mode") == "collect" else "table")
    stay()
    return redirect(menu_url(here), 303)


def _sit(paired: Device, here: StoreFacts, mode: str) -> None:
    """Eat here is the kiosk's own table, take away the first pick-up time that is free."""
    known, moment = browser(make=True), now()

    def work(database: Session) -> None:
        visit = open_visit(database, known, here.merchant.id, moment)
        if mode == "table" and "table" in here.modes:
            sit_down(database, visit.id, here.id, "table", paired.table_id)
            return
        first = next((one.slot for one in slots_left(database, here, moment) if one.left > 0), None)
        if first is not None:
            choose_slot(database, visit.id, here.id, first.starts_at)

    desk().wiring.db.run(work)


def still(merchant: str, store: str) -> ResponseReturnValue:
    """Asked by pages without script; nobody answers in time: the start screen, where they are forgotten."""
    paired = device()
    if paired is None:
        return _elsewhere(merchant, store)
    here = on_sale(merchant, store).store
    offer_languages(here.merchant)
    return page("shop/kiosk/still.html", here.merchant, menu_url=menu_url(here), seconds=ASK_S)


def touch(merchant: str, store: str) -> ResponseReturnValue:
    """Somebody touched the screen without asking for a page; the guard in front has noted it."""
    del merchant, store
    return "", 204


def forget(merchant: str, store: str) -> ResponseReturnValue:
    """Start over: nothing of this person is left, on the server or in the browser."""
    paired = device()
    if paired is None:
        return _elsewhere(merchant, store)
    leave()
    answer = make_response(redirect(start_url(paired), 303))
    answer.headers["Clear-Site-Data"] = '"storage"'  # the pairing's cookie is no storage, and stays
    return answer
