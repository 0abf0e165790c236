"""The basket: priced again at every look, saying in words what changed since the diner last saw it (P3)."""

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.shop.arrive.meal import meal_minute
from webapp.doors.shop.cart import gifts, linked
from webapp.doors.shop.cart.promoted import priced_now, promoted
from webapp.doors.shop.desk import desk, now, wants_fragment
from webapp.doors.shop.frame import _, language, money, page
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import next_url, url_of
from webapp.doors.shop.present import promos
from webapp.doors.shop.present.lines import Priced, dish_name, page_lines, together
from webapp.doors.shop.present.sums import sums
from webapp.doors.shop.words import hours_words, paused_until_words, paused_words, problem_words
from webapp.nouns.basket.lines import basket_of, remember_seen, set_quantity, touch
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.merchant.pickup import next_slot, open_now
from webapp.nouns.pricing import Problem, parse_quantity
from webapp.nouns.promotion.basket import Promoted


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/basket", "basket", show)
    shop.add_url_rule("/r/<merchant>/<store>/basket/line/<int:line>", "basket_line", change, methods=["POST"])


def show(merchant: str, store: str) -> ResponseReturnValue:
    """This browser's basket in this store; a code it came with is tried on it."""
    here = journey(merchant, store)
    code = linked.tried(here)
    return render(here, message=_("The code %(code)s is used for this order.", code=code) if code else "")


def change(merchant: str, store: str, line: int) -> ResponseReturnValue:
    """Set a line's quantity; 0 removes it. A line of another browser is not there (404)."""
    here = journey(merchant, store)
    found = next((one for one in here.lines if one.id == line), None)
    if found is None or here.visit is None:
        abort(404)
    posted = request.form.get("quantity", "").strip()
    quantity = 0 if posted == "0" else parse_quantity(posted)
    name = dish_name(here.on_sale.menu, found)
    if isinstance(quantity, Problem):
        return render(here, 422, trouble=problem_words(here.on_sale.menu, quantity))
    if quantity and str(line) in promoted(here).bound:
        return render(here, 422, trouble=_("This dish comes with your reward: one, or take the reward out."))
    visit_id, store_id, moment = here.visit.id, here.store.id, now()

    def work(database: Session) -> bool:
        basket = basket_of(database, visit_id, store_id)
        if basket is None or not set_quantity(database, basket, line, quantity):
            return False
        touch(database, basket, moment)
        return True

    if not desk().wiring.db.run(work):
        abort(404)
    if not wants_fragment():
        return redirect(url_of(here, "shop.basket"), 303)
    message = _("%(dish)s: %(count)s", dish=name, count=quantity) if quantity else _("%(dish)s is removed", dish=name)
    return render(journey(merchant, store), message=message)


def render(
    here: Journey, status: int = 200, *, trouble: str = "", message: str = "", code: str = "", code_error: str = ""
) -> ResponseReturnValue:
    """The basket page.

    Args:
        here: where this browser stands.
        status: of the answer.
        trouble: why what was just asked for was not done.
        message: what was just done, for screen readers.
        code: a code as typed, shown again.
        code_error: why that code is not used.
    """
    menu, kept = here.on_sale.menu, linked.waiting(here)
    minute = meal_minute(here.store, here.mode, here.slot_at, now())
    price, left = priced_now(here)
    rows = together(here.lines, price.quote)
    said = [*left, *(sentence for row in rows if (sentence := _changed(menu, row)))]
    _remember(menu, rows)
    stop = _stop(here, rows, price)
    way = None if stop or not rows else {"url": next_url(here, after="shop.basket"), "label": _onward(here)}
    menu_url = url_of(here, "shop.menu")
    note = _("The code you came with is kept; it cannot be used for this order as it is.") if kept else ""
    return page(
        "shop/basket.html",
        here.store.merchant,
        status=status,
        back={"url": menu_url, "label": _("Menu")},
        lines=[one | gifts.line(price, one) for one in page_lines(here.on_sale, rows)],
        changes=said,
        sums=sums(price.quote),
        gifts=gifts.box(here, price),
        codes=promos.codes(
            here.on_sale, price, mode=here.mode, minute=minute, typed=code or kept, error=code_error, note=note
        ),
        next=way,
        stop=trouble or stop,
        menu_url=menu_url,
        message=trouble or message,
    )


def _changed(menu: Menu, row: Priced) -> str | None:
    """What changed on this line since the diner last saw it, in one sentence."""
    item = menu.item(row.line.wanted.sku)
    name = dish_name(menu, row.line)
    if (
        item is not None
        and row.line.seen_name
        and row.line.seen_name not in {text[:200] for text in item.name.values()}
    ):
        return _("%(old)s is now called %(new)s.", old=row.line.seen_name, new=name)
    was = row.line.seen_unit_price
    if row.now is None or was is None or was == row.now.unit_price:
        return None
    prices = {"old": money(was, menu.currency), "new": money(row.now.unit_price, menu.currency)}
    return _("The price of %(dish)s moved from %(old)s to %(new)s.", dish=name, **prices)


def _remember(menu: Menu, rows: list[Priced]) -> None:
    """Write down what this page shows, only where it differs from what was seen before."""
    seen = [
        (row.line.id, menu.text(row.now.name, language()), row.now.unit_price)
        for row in rows
        if row.now is not None and (row.line.seen_unit_price != row.now.unit_price or _changed(menu, row))
    ]
    if seen:
        desk().wiring.db.run(lambda database: remember_seen(database, seen))


def _stop(here: Journey, rows: list[Priced], price: Promoted) -> str | None:
    """Why this basket cannot go on to payment now; None when it can."""
    if price.stops:
        return _("One of your rewards cannot be used now. Take it out, then go on; you keep it.")
    if any(row.now is None for row in rows):
        return _("One line cannot be ordered as it is. Change it or remove it, then go on.")
    return _store_stops(here)


def _store_stops(here: Journey) -> str | None:
    """Why this store takes no order of this kind now; None when it does."""
    if here.store.refusal(now()):
        parts = (paused_words(here.store), paused_until_words(here.store, now()), _("Your basket is kept."))
        return " ".join(part for part in parts if part)
    if here.mode == "table":
        closed = None if open_now(here.store, now()) else hours_words(here.store, now())
        return _("The store is closed. %(hours)s. Your basket is kept.", hours=closed) if closed else None
    if "collect" not in here.store.modes:
        return _("To order here, scan the code on your table. Your basket is kept.")
    if next_slot(here.store, now()) is None:
        return _("There is no pick-up time in the coming days. Your basket is kept.")
    return None


def _onward(here: Journey) -> str:
    """What the button leads to, in words."""
    when = next_url(here, after="shop.basket") == url_of(here, "shop.slot")
    return _("Choose the pick-up time") if when else _("Go to payment")
