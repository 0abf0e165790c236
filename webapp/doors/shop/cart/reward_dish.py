"""The dish a reward offers, with its options asked as for one that is bought: the base is offered, the rest charged."""

from dataclasses import replace

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.browse import dish
from webapp.doors.shop.cart.gifts import promoted_asked
from webapp.doors.shop.cart.rewards import LONGEST_ID, dish_url, no, not_yet
from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, language, money, page
from webapp.doors.shop.kiosk.mode import is_shared
from webapp.doors.shop.member.loyalty import at_counter
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present import dish as present
from webapp.doors.shop.present.dish import Draft
from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.pricing import Adjustment, Quote, Wanted
from webapp.nouns.promotion.find import rewards_in
from webapp.usecases.promotion.rewards import NotUsable, look, use


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/reward/d/<sku>", "reward_dish", show)
    shop.add_url_rule("/r/<merchant>/<store>/reward/d/<sku>", "put_reward_dish", put, methods=["POST"])


def _asked_for() -> str:
    return request.args.get("owned", "")[:LONGEST_ID]


def show(merchant: str, store: str, sku: str) -> ResponseReturnValue:
    """The dish as new, or as it stands in the basket."""
    here = journey(merchant, store)
    owned_id = _asked_for()
    elsewhere = not_yet(here, owned_id)
    if elsewhere is not None:
        return elsewhere
    try:
        item = _item(here, owned_id, sku)
    except NotUsable as refusal:
        return no(here, refusal.code)
    return _page(here, item, _draft(here, owned_id, sku), 200)


def put(merchant: str, store: str, sku: str) -> ResponseReturnValue:
    """Put it in the basket as configured; one of it, whatever quantity is posted."""
    here = journey(merchant, store)
    owned_id = _asked_for()
    elsewhere = not_yet(here, owned_id)
    if elsewhere is not None:
        return elsewhere
    item = here.on_sale.menu.item(sku)
    if item is None:
        return no(here, "dish")
    asked = dish.read(here, item, dish_url(here, owned_id, sku), editing=False)
    draft = replace(asked.draft, quantity=1)
    priced = _price(here, item, draft)
    if dish.off(here, priced):
        return no(here, "nowhere")
    wrong = {**dish.errors_of(here, draft, priced), **draft.errors}
    wrong.pop("quantity", None)
    if wrong or not priced.lines:
        return _page(here, item, replace(draft, errors=wrong), 422)
    wanted = Wanted("", sku, 1, draft.configuration, asked.note)
    seen = (here.on_sale.menu.text(item.name, language()), priced.lines[0].unit_price)
    try:
        use(
            desk().wiring,
            promoted_asked(here),
            owned_id,
            wanted,
            seen=seen,
            counter=at_counter(here),
            reserve=is_shared(),
        )
    except NotUsable as refusal:
        return no(here, refusal.code)
    return redirect(url_of(here, "shop.basket"), 303)


def _item(here: Journey, owned_id: str, sku: str) -> MenuItem:
    found = look(desk().wiring, promoted_asked(here), owned_id, counter=at_counter(here))
    for item in found.dishes:
        if item.sku == sku:
            return item
    raise NotUsable("dish")


def _draft(here: Journey, owned_id: str, sku: str) -> Draft:
    draft = Draft(dish_url(here, owned_id, sku))
    with desk().wiring.db.reading() as database:
        basket_id = promoted_asked(here).basket_id
        rows = rewards_in(database, basket_id) if basket_id is not None else []
    line_id = next((row.line_id for row, _voucher in rows if row.owned_id == owned_id), None)
    line = next((one for one in here.lines if one.id == line_id and one.wanted.sku == sku), None)
    if line is None:
        return draft
    return replace(draft, configuration=line.wanted.configuration, note=line.wanted.note, editing=True)


def _price(here: Journey, item: MenuItem, draft: Draft) -> Quote:
    return dish.price(here, item, draft, (Adjustment("offered", "free_item", 1, ("new",)),))


def _page(here: Journey, item: MenuItem, draft: Draft, status: int) -> ResponseReturnValue:
    priced = _price(here, item, draft)
    currency = here.on_sale.menu.currency
    context = present.context(here.on_sale, item, draft, priced, dish.off(here, priced))
    # The script adds the options to this price: what is offered counts nothing.
    context["dish"] |= {"price_minor": 0, "price": _("Offered"), "starts_at": False, "gift": _words(item, currency)}
    back = {"url": url_of(here, "shop.basket"), "label": _("Basket")}
    return page("shop/dish.html", here.store.merchant, status=status, back=back, **context)


def _words(item: MenuItem, currency: str) -> str:
    return _(
        "With your reward, the %(price)s of this dish are offered. Options and supplements with a price are charged.",
        price=money(item.price, currency),
    )
