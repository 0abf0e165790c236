"""A dish or a set menu: configured on its own page or in the sheet over the menu, priced here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote as quoted

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from webapp.doors.shop.arrive.meal import meal_minute
from webapp.doors.shop.cart.gifts import gift_url
from webapp.doors.shop.cart.promoted import promoted
from webapp.doors.shop.desk import browser, desk, now, wants_fragment
from webapp.doors.shop.frame import _, language, money, page
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present import dish as present
from webapp.doors.shop.present.dish import NOTE_MAX, Draft
from webapp.doors.shop.present.lines import part
from webapp.doors.shop.present.menu import dish_url
from webapp.doors.shop.present.options import nested
from webapp.doors.shop.words import note_words, problem_words
from webapp.ground.text import Unacceptable, clean
from webapp.nouns.basket.lines import BasketFull, Line, add, open_basket, set_quantity
from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.customer.visits import open_visit
from webapp.nouns.pricing import (
    Adjustment,
    Configuration,
    Problem,
    Quote,
    Wanted,
    parse_configuration,
    parse_quantity,
    quote,
)

# What no choice of the diner can mend.
CLOSING = frozenset({"sold_out", "not_in_this_mode", "not_at_this_hour"})


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/d/<sku>", "dish", show)
    shop.add_url_rule("/r/<merchant>/<store>/d/<sku>", "add", put, methods=["POST"])


@dataclass(frozen=True)
class Asked:
    """A posted form, read: the draft to show again, the note as it would be kept, and what is wrong by field."""

    draft: Draft
    note: str


def show(merchant: str, store: str, sku: str) -> ResponseReturnValue:
    """The dish as new, or as it stands in a line of this browser's basket."""
    here = journey(merchant, store)
    item = here.on_sale.menu.item(sku)
    if item is None:
        return _not_here(here, sku)
    line = _line(here, sku)
    gift = gift_url(here, line)
    if gift is not None:
        return redirect(gift, 303)
    draft = Draft(_url(here, sku, line))
    if line is not None:
        wanted = line.wanted
        draft = replace(
            draft, configuration=wanted.configuration, quantity=wanted.quantity, note=wanted.note, editing=True
        )
    return _page(here, item, draft, 200)


def put(merchant: str, store: str, sku: str) -> ResponseReturnValue:
    """Add what the form chooses, or change the line it came from; nothing the form says of prices is read (P1)."""
    here = journey(merchant, store)
    item = here.on_sale.menu.item(sku)
    if item is None:
        return _not_here(here, sku)
    line = _line(here, sku)
    gift = gift_url(here, line)
    if gift is not None:
        return redirect(gift, 303)
    asked = read(here, item, _url(here, sku, line), editing=line is not None)
    priced = price(here, item, asked.draft)
    if off(here, priced):
        return _page(here, item, asked.draft, 409)
    errors = {**errors_of(here, asked.draft, priced), **asked.draft.errors}
    if errors or not priced.lines:
        return _page(here, item, replace(asked.draft, errors=errors), 422)
    wanted = Wanted("", sku, asked.draft.quantity, asked.draft.configuration, asked.note)
    try:
        _keep(here, item, wanted, priced.lines[0].unit_price, line)
    except BasketFull:
        full = {"quantity": _("The basket is full. Order what is in it first, or remove a line.")}
        return _page(here, item, replace(asked.draft, errors=full), 422)
    return _answer(here, item, line)


def _line(here: Journey, sku: str) -> Line | None:
    """The line to change, when the address names one: of this browser, in this store, of this dish; else 404."""
    named = request.args.get("line")
    if named is None:
        return None
    return next((line for line in here.lines if str(line.id) == named and line.wanted.sku == sku), None) or abort(404)


def _url(here: Journey, sku: str, line: Line | None) -> str:
    return dish_url(here.on_sale, sku, line=line.id) if line else dish_url(here.on_sale, sku)


def _fields(item: MenuItem) -> MultiDict[str, str]:
    """The posted fields under the names pricing reads: those of the dish chosen for each course, of no other."""
    fields = MultiDict(list(request.form.items(multi=True)))
    for course in item.courses:
        name = f"course-{course.id}"
        chosen = course.choice(request.form.get(name, ""))
        for group in chosen.item.groups if chosen else ():
            plain = f"option-{group.id}"
            for field in (plain, *(f"{plain}-{option.id}" for option in group.options)):
                values = request.form.getlist(nested(name, chosen.sku) + field) if chosen else []
                if values:
                    fields.setlist(f"{name}-{field}", values)
    return fields


def read(here: Journey, item: MenuItem, url: str, *, editing: bool) -> Asked:
    """The posted form. `url`: where it is posted; `editing`: it changes a line."""
    menu = here.on_sale.menu
    errors: dict[str, str] = {}
    configuration = parse_configuration(menu, item.sku, _fields(item))
    if isinstance(configuration, Problem):
        errors[_field(configuration, Configuration())] = problem_words(menu, configuration)
        configuration = Configuration()
    quantity = parse_quantity(request.form.get("quantity"))
    if isinstance(quantity, Problem):
        errors["quantity"] = problem_words(menu, quantity)
        quantity = 1
    typed = request.form.get("note", "")
    note = ""
    try:
        note = clean(typed, NOTE_MAX)
    except Unacceptable as refused:
        errors["note"] = note_words(refused.code, NOTE_MAX)
    draft = Draft(url, configuration, quantity, typed, editing, errors)
    return Asked(draft, note)


def price(here: Journey, item: MenuItem, draft: Draft, adjustments: Sequence[Adjustment] = ()) -> Quote:
    """What a draft costs now, as the line `new`."""
    minute = meal_minute(here.store, here.mode, here.slot_at, now())
    wanted = Wanted("new", item.sku, draft.quantity, draft.configuration)
    return quote(here.on_sale.menu, here.mode, [wanted], minute, adjustments)


def off(here: Journey, priced: Quote) -> str | None:
    """Why it cannot be had now whatever is chosen, or None."""
    found = [one for one in priced.problems if one.code in CLOSING and "course" not in one.params]
    return problem_words(here.on_sale.menu, found[0]) if found else None


def _field(problem: Problem, configuration: Configuration) -> str:
    """The id of the control a problem speaks of."""
    course, group = problem.params.get("course"), problem.params.get("group")
    option = f"option-{group}" if group else ""
    if course:
        sku = next((made.sku for made in configuration.courses if made.course_id == course), None)
        return nested(f"course-{course}", sku) + option if sku and option else f"course-{course}"
    return option or "quantity"


def errors_of(here: Journey, draft: Draft, priced: Quote) -> dict[str, str]:
    """Every rule the choices break, by field."""
    menu = here.on_sale.menu
    return {_field(problem, draft.configuration): problem_words(menu, problem) for problem in priced.problems}


def _page(here: Journey, item: MenuItem, draft: Draft, status: int) -> ResponseReturnValue:
    priced = price(here, item, draft)
    back = {"url": url_of(here, "shop.basket"), "label": _("Basket")}
    if not draft.editing:
        back = {"url": _in_menu(here, item), "label": _("Menu")}
    context = present.context(here.on_sale, item, draft, priced, off(here, priced))
    return page("shop/dish.html", here.store.merchant, status=status, back=back, **context)


def _in_menu(here: Journey, item: MenuItem) -> str:
    return f"{url_of(here, 'shop.menu')}#c-{quoted(item.category_id)}"


def _not_here(here: Journey, sku: str) -> ResponseReturnValue:
    """A dish this store does not sell, or no longer."""
    elsewhere = sku in here.on_sale.menu.sold_elsewhere
    return page(
        "shop/closed.html",
        here.store.merchant,
        status=404,
        title=_("Not on this menu"),
        reason=_("This store does not sell this dish.") if elsewhere else _("This dish is no longer on the menu."),
        next=None,
        kept=bool(here.lines),
        ways=[{"url": url_of(here, "shop.menu"), "label": _("See the menu"), "main": True}],
    )


def _keep(here: Journey, item: MenuItem, wanted: Wanted, unit_price: int, line: Line | None) -> None:
    known, moment = browser(make=True), now()
    name = here.on_sale.menu.text(item.name, language())

    def work(database: Session) -> None:
        visit = open_visit(database, known, here.store.merchant.id, moment)
        basket = open_basket(database, visit.id, here.store.id, moment)
        if line is not None:
            set_quantity(database, basket, line.id, 0)
        add(database, basket, wanted, seen_name=name, seen_unit_price=unit_price)

    desk().wiring.db.run(work)


def _answer(here: Journey, item: MenuItem, line: Line | None) -> ResponseReturnValue:
    if not wants_fragment():
        return redirect(url_of(here, "shop.basket") if line else _in_menu(here, item), 303)
    here = journey(here.store.merchant.slug, here.store.slug)
    priced = promoted(here).quote
    message = _(
        "%(dish)s is in the basket. Total: %(total)s",
        dish=here.on_sale.menu.text(item.name, language()),
        total=money(priced.total, priced.currency),
    )
    return render_template("shop/part_basket.html", basket=part(here.on_sale, here.lines, priced, message))
