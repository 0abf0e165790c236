"""The last page: what, where, when, how much; and the tap that freezes it."""

import re
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.cart.gifts import promoted_asked
from webapp.doors.shop.cart.promoted import ask_programme
from webapp.doors.shop.desk import browser, desk, now, on_sale
from webapp.doors.shop.follow.receipt import quote_lines, quote_sums
from webapp.doors.shop.frame import _, clock_time, day_words, language, money, offer_languages, page
from webapp.doors.shop.kiosk.mode import caller_address, is_shared
from webapp.doors.shop.member.identify import ending
from webapp.doors.shop.member.proof import proof_url
from webapp.doors.shop.pay import value
from webapp.doors.shop.pay.elsewhere import choice, is_silent, offers, way_named
from webapp.doors.shop.pay.journey import Journey, journey, visited
from webapp.doors.shop.pay.steps import guard, shown_steps, url_of
from webapp.doors.shop.present.promos import check_fact, idle_words, not_usable_words
from webapp.doors.shop.present.tip import tip_offer
from webapp.doors.shop.words import paused_until_words, paused_words
from webapp.doors.speech import table_words
from webapp.ground.text import Unacceptable, clean
from webapp.nouns.customer.models import Visit
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.find import by_reference
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import Confirmation, NotPlaced, confirmation
from webapp.usecases.checkout.place import place_order
from webapp.usecases.checkout.wanted import order_link
from webapp.usecases.membership.abilities import abilities, counts_points
from webapp.usecases.promotion.rewards import drop_spent
from webapp.usecases.till.patience import may_wait
from webapp.usecases.till.ways import HERE
from webapp.usecases.value.choose import refresh_value

NAME_MOST = 40
LOOK_AGAIN = {"changed", "locked", "order_limit", "day_limit", "points_hold"}
DIGEST = re.compile("[0-9a-f]{64}")
log = structlog.get_logger()


@dataclass(frozen=True)
class Tap:
    """A last page confirmed. `browser`: the fingerprint of its token; `shown`: "" when it named no page of ours."""

    store: StoreFacts
    browser: str
    name: str
    shown: str
    way: str


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/checkout", "checkout", show)
    shop.add_url_rule("/r/<merchant>/<store>/checkout", "place", place, methods=["POST"])


def show(merchant: str, store: str) -> ResponseReturnValue:
    """What would be ordered now; unfinished steps come first."""
    here, visit = visited(merchant, store)
    elsewhere = guard(here, "shop.checkout")
    if elsewhere is not None:
        return redirect(elsewhere, 303)
    return last_page(here, visit, 200, way=request.args.get("way", HERE))


def agreed_now(here: Journey, visit: Visit) -> Confirmation | None:
    """What the last page shows now; None when there is no last page to show."""
    try:
        with desk().wiring.db.reading() as database:
            return confirmation(database, here.on_sale, visit, now())
    except NotPlaced:
        return None


def _full_and_agreed(here: Journey, visit: Visit, way: str) -> tuple[Confirmation, Confirmation]:
    """What would be paid here, and what is paid the way that was chosen."""
    with desk().wiring.db.reading() as database:
        other = way_named(database, here, way)
        agreed = full = confirmation(database, here.on_sale, visit, now())
        if other is not None and full.quote.total:
            agreed = confirmation(database, here.on_sale, visit, now(), other)
    return full, agreed


def last_page(
    here: Journey,
    visit: Visit,
    status: int,
    *,
    was: str = "",
    name: str = "",
    tip_typed: str = "",
    way: str = HERE,
    **more: Any,
) -> ResponseReturnValue:
    """The last page. `tip_typed`: an amount that was refused; `way`: where to pay; `more`: see shop/checkout.html."""
    there = value.found(here)
    try:
        full, agreed = _full_and_agreed(here, visit, way)
        if full.promoted.choices:
            more["changes"] = [*more.get("changes", []), *ask_programme(here)]
            full, agreed = _full_and_agreed(here, visit, way)
    except NotPlaced as refusal:
        return _elsewhere(here, visit, refusal)
    if agreed.quote.problems or agreed.promoted.stops:
        return redirect(url_of(here, "shop.basket"), 303)
    total = money(agreed.quote.total, agreed.quote.currency)
    due = money(agreed.due, agreed.quote.currency)
    notes = {str(line.id): line.wanted.note for line in agreed.basket_lines}
    merchant = here.store.merchant
    context: dict[str, Any] = {
        "steps": shown_steps(here, "shop.checkout"),
        "back": {"url": url_of(here, "shop.basket"), "label": _("Basket")},
        "url": url_of(here, "shop.place"),
        "shown": agreed.digest,
        "facts": _facts(here, agreed, silent=agreed is not full and is_silent(here, agreed.way)),
        "lines": quote_lines(agreed.quote, notes, here.on_sale.menu.languages),
        "sums": {**quote_sums(agreed.quote), "parts": _parts(agreed)},
        "pay_with": value.block(here, agreed, there) if agreed is full else None,
        "offers": offers(here, agreed) if agreed is full else [],
        "choice": choice(here, agreed, full) if agreed is not full else None,
        "pay_label": _pay_label(due) if agreed.due else _("Place the order"),
        "payee": _("Charged by %(name)s", name=merchant.legal_name or merchant.name),
        "tip": _tip(here, agreed, tip_typed),
        "name": name,
        "changes": [],
        "idle": idle_words(here.on_sale, agreed.promoted) if agreed is full else [],
        "full": "",
        "was": was if was and was != total else None,
        "errors": [],
    }
    return page("shop/checkout.html", merchant, status=status, **{**context, **more})


def _parts(agreed: Confirmation) -> list[dict[str, str]]:
    return value.part_rows([(part.kind, part.amount) for part in agreed.parts], agreed.due, agreed.quote.currency)


def _pay_label(total: str) -> str:
    """A kiosk takes no cards: what it shows is paid on the phone of whoever stands there."""
    return _("Pay %(total)s with your phone", total=total) if is_shared() else _("Pay %(total)s", total=total)


def _tip(here: Journey, agreed: Confirmation, typed: str) -> dict[str, Any] | None:
    offer = tip_offer(agreed.quote, agreed.tip, here.store.tip_percents, url_of(here, "shop.choose_tip"))
    return {**offer, "own": typed} if offer and typed else offer


def _facts(here: Journey, agreed: Confirmation, *, silent: bool) -> list[dict[str, Any]]:
    store = here.store
    where = {"icon": "pin", "label": _("Where"), "value": store.name, "more": store.address, "change": None}
    if agreed.mode == "table":
        where |= {"value": _("Eat here") if is_shared() else table_words(agreed.table_label), "more": store.name}
        when = {"icon": "clock", "label": _("When"), "value": _("As soon as it is ready"), "more": "", "change": None}
    else:
        slot = agreed.slot_at or now()
        words = _("%(day)s at %(time)s", day=day_words(slot, store), time=clock_time(slot, store))
        zone = _("Time in %(place)s", place=store.city)
        when = {
            "icon": "clock",
            "label": _("Collect"),
            "value": words,
            "more": zone,
            "change": url_of(here, "shop.slot"),
        }
    facts = [where, when]
    if here.has_programme and not silent:
        points = ending(here)
        earns = counts_points(abilities(desk().wiring, here.store))
        nobody = _("No number, no points") if earns else _("No account")
        value = points[:1].upper() + points[1:] if points else nobody
        goes_to = _("Points go to") if earns else _("Counts for")
        change = url_of(here, "shop.identify")
        facts.append({"icon": "star", "label": goes_to, "value": value, "more": "", "change": change})
    if agreed.customer is not None and any(one.counter for one in agreed.promoted.rewards if one.reason is None):
        facts.append(check_fact(agreed.customer.phone[-2:]))
    return facts


def _elsewhere(here: Journey, _visit: Visit, refusal: NotPlaced) -> ResponseReturnValue:
    unfinished = guard(here, "shop.checkout")
    if unfinished is not None:
        return redirect(unfinished, 303)
    merchant, store = here.store.merchant.slug, here.store.slug
    if refusal.code in {"no_slot", "slot_gone", "slot_full"}:
        why = {"slot_gone": "slot_gone", "slot_full": "full"}.get(refusal.code, "")
        return redirect(url_for("shop.slot", merchant=merchant, store=store, why=why or None), 303)
    if refusal.code == "points_prove_again":
        return redirect(proof_url(here, "shop.checkout", again=True), 303)
    if refusal.code in {"closed", "paused"}:
        return closed_page(here, paused=refusal.code == "paused")
    if refusal.code == "no_payment":
        return _no_payment(here)
    return redirect(url_of(here, "shop.basket" if refusal.code == "empty" else "shop.slot"), 303)


def _no_payment(here: Journey) -> ResponseReturnValue:
    """The merchant has not said yet who takes its money."""
    name = here.store.name
    return page(
        "shop/closed.html",
        here.store.merchant,
        status=409,
        title=_("No payment here yet"),
        reason=_("%(name)s cannot take payments on this site yet. Please order at the counter.", name=name),
        next=None,
        kept=bool(here.lines),
        ways=[{"url": url_of(here, "shop.menu"), "label": _("Read the menu"), "main": True}],
    )


def closed_page(here: Journey, *, paused: bool = False) -> ResponseReturnValue:
    """The kitchen is closed, or takes no orders just now: what is kept and which ways are open."""
    store = here.store
    opening = store.opening.next_opening(now())
    words = paused_until_words(store, now()) if paused else None
    if opening is not None and not paused:
        day, time = day_words(opening, store), clock_time(opening, store)
        words = _("Opens %(day)s at %(time)s", day=day, time=time)
    ways = [{"url": url_of(here, "shop.menu"), "label": _("Read the menu"), "main": False}]
    if "collect" in store.modes and not paused:
        ways.insert(0, {"url": url_of(here, "shop.slot"), "label": _("Order to collect later"), "main": True})
    return page(
        "shop/closed.html",
        store.merchant,
        status=409,
        title=_("Back soon") if paused else _("Closed for now"),
        reason=paused_words(store),
        next=words,
        kept=bool(here.lines),
        ways=ways,
    )


def place(merchant: str, store: str) -> ResponseReturnValue:
    """Freeze what was shown; anything else posted has no say (P1)."""
    selling, known = on_sale(merchant, store), browser()
    offer_languages(selling.store.merchant)
    try:
        name = clean(request.form.get("name", ""), NAME_MOST)
    except Unacceptable:
        trouble = _("This name is too long; %(most)d signs are enough.", most=NAME_MOST)
        typed = request.form.get("name", "")[:NAME_MOST]
        return _anew((merchant, store), 422, name=typed, errors=[{"field": "name", "message": trouble}])
    if not known:
        abort(404)
    shown = request.form.get("shown", "")
    tap = Tap(selling.store, known, name, shown if DIGEST.fullmatch(shown) else "", request.form.get("way", HERE))
    return _placed(tap) if _may_wait(tap) else _crowded(tap)


def _may_wait(tap: Tap) -> bool:
    """Whether there is room for one more order to wait unpaid; on this site there always is."""
    return tap.way == HERE or may_wait(
        desk().wiring,
        desk().throttle,
        store_id=tap.store.id,
        merchant_id=tap.store.merchant.id,
        browser=tap.browser,
        address=caller_address(),
    )


def _crowded(tap: Tap) -> ResponseReturnValue:
    """Too many orders wait unpaid: what was chosen is kept, to be paid here, now or in a few minutes."""
    full = _("Many orders are waiting to be paid at the counter. Pay here instead, or try again in a few minutes.")
    here, visit = visited(tap.store.merchant.slug, tap.store.slug)
    return last_page(here, visit, 429, name=tap.name, way=tap.way, full=full)


def _placed(tap: Tap) -> ResponseReturnValue:
    wiring, address, asked = desk().wiring, (tap.store.merchant.slug, tap.store.slug), False
    for _try in range(3):
        try:
            order = place_order(
                wiring,
                browser=tap.browser,
                store_id=tap.store.id,
                shown=tap.shown,
                language=language(),
                name=tap.name,
                way=tap.way,
                asked=asked,
            )
        except NotPlaced as refusal:
            if refusal.code == "not_asked":
                gone, asked = _gone(address), True
                if gone:
                    return _changed(address, tap, gone)
            elif refusal.code == "being_paid":
                stopped = _earlier(refusal.reference)
                if stopped is not None:
                    return stopped
            elif refusal.code in LOOK_AGAIN:
                return _changed(address, tap, not_usable_words(refusal.code) if refusal.code != "changed" else "")
            else:
                return _elsewhere(*visited(*address), refusal)
            continue
        log.info("order_placed", mode=order.mode)
        return redirect(url_for("shop.pay", link=order_link(wiring, order.reference)), 303)
    return _changed(address, tap)


def _gone(address: tuple[str, str]) -> str:
    """What of the programme's no longer counts, asked right before placing; "" when all of it does."""
    now_here = journey(*address)
    left = ask_programme(now_here, anew=True)
    refresh_value(desk().wiring, promoted_asked(now_here))
    if not left and drop_spent(desk().wiring, promoted_asked(now_here)):
        left = [_("A reward was used elsewhere meanwhile; it is no longer on this order.")]
    return " ".join(left)


def _earlier(reference: str) -> ResponseReturnValue | None:
    """Another order of this very basket is waiting to be paid: the provider is asked to close it first (P4, G6).

    None when it is closed and this one may be placed; otherwise the page of the earlier one, which was paid after all
    or cannot be closed for now: two orders of one basket must never both be paid.
    """
    wiring = desk().wiring
    state = give_up(wiring, reference, "cancelled", "replaced")
    if state in {"cancelled", "expired"}:
        return None
    with wiring.db.reading() as database:
        earlier = by_reference(database, reference)
    endpoint = "shop.order" if earlier is not None and earlier.state != "pending" else "shop.pay_return"
    return redirect(url_for(endpoint, link=order_link(wiring, reference)), 303)


def _changed(address: tuple[str, str], tap: Tap, why: str = "") -> ResponseReturnValue:
    changes = [why or _("A price, a dish, a code or the time has changed since this page was shown.")]
    return _anew(address, 409, name=tap.name, way=tap.way, changes=changes)


def _anew(address: tuple[str, str], status: int, **more: Any) -> ResponseReturnValue:
    """The last page again, or the first unfinished step before it."""
    here, visit = visited(*address)
    elsewhere = guard(here, "shop.checkout")
    return redirect(elsewhere, 303) if elsewhere is not None else last_page(here, visit, status, **more)
