"""A reward of the diner's own, put on this order: one tap, one choice among its dishes, or their options first."""

from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.cart.gifts import promoted_asked, reward_url
from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, language, money, page
from webapp.doors.shop.kiosk.mode import is_shared
from webapp.doors.shop.member.loyalty import at_counter
from webapp.doors.shop.member.proof import needs_proof, proof_url
from webapp.doors.shop.pay.journey import Journey, journey, visited
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present.menu import picture
from webapp.doors.shop.present.promos import not_usable_words
from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.pricing import Configuration, Wanted
from webapp.nouns.promotion.find import rewards_in
from webapp.usecases.promotion.asking import program_of
from webapp.usecases.promotion.rewards import NotUsable, Usable, keep_for_later, look, use
from webapp.usecases.promotion.theirs import choose, keep_choice_for_later

LONGEST_ID = 200
ASKED_FOR = "u"
TAPPED = "ut"  # by a form of ours; a link that only looks at a reward does not put it on the order


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/reward", "reward", show)
    shop.add_url_rule("/r/<merchant>/<store>/reward", "use_reward", put, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/<store>/reward/again", "resume_reward", resume)
    shop.add_url_rule("/r/<merchant>/<store>/choices/<int:choice>", "drop_choice", drop, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/<store>/reward/<int:reward>/keep", "keep_reward", keep, methods=["POST"])


def not_yet(here: Journey, owned_id: str, *, tapped: bool = False) -> ResponseReturnValue | None:
    """Where to go first: to give a number, to prove it; None when this browser may use rewards, or when staff will
    look at the phone (A1). `tapped`: "Add to this order" was, which need not be said again after the proof.
    """
    if here.customer is None:
        return redirect(url_of(here, "shop.identify" if here.has_programme else "shop.menu"), 303)
    way = needs_proof(here)
    if way == "sms":
        session[ASKED_FOR], session[TAPPED] = owned_id[:LONGEST_ID], tapped
        return redirect(proof_url(here, "shop.resume_reward"), 303)
    return None if not way or at_counter(here) else no(here, "counter_proof", 403)


def resume(merchant: str, store: str) -> ResponseReturnValue:
    """After the proof: on to what was asked for. A reward that the programme prices is put on the order, as was
    tapped; one of dishes is shown, to be chosen among. Nothing is spent by either.
    """
    here = journey(merchant, store)
    owned_id, tapped = session.pop(ASKED_FOR, None), session.pop(TAPPED, False)
    if not isinstance(owned_id, str):
        return redirect(url_of(here, "shop.basket"), 303)
    if tapped and not needs_proof(here) and program_of(desk().wiring, here.on_sale) is not None:
        return _chosen(here, owned_id)
    return redirect(reward_url(here, owned_id), 303)


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The reward, with its dishes to choose from. Changes nothing."""
    here = journey(merchant, store)
    owned_id = request.args.get("owned", "")[:LONGEST_ID]
    elsewhere = not_yet(here, owned_id)
    if elsewhere is not None:
        return elsewhere
    if program_of(desk().wiring, here.on_sale) is not None:
        return redirect(url_of(here, "shop.loyalty"), 303)  # proved by now: its button is there
    try:
        found = look(desk().wiring, promoted_asked(here), owned_id, counter=at_counter(here))
    except NotUsable as refusal:
        return no(here, refusal.code)
    return _choice(here, found)


def put(merchant: str, store: str) -> ResponseReturnValue:
    """Put it on the order; where there is something to choose, lead there first."""
    here = journey(merchant, store)
    owned_id = request.form.get("owned", "")[:LONGEST_ID]
    elsewhere = not_yet(here, owned_id, tapped=True)
    if elsewhere is not None:
        return elsewhere
    if program_of(desk().wiring, here.on_sale) is not None:
        return _chosen(here, owned_id)
    sku = request.form.get("sku")
    asked = promoted_asked(here)
    try:
        counter = at_counter(here)
        found = look(desk().wiring, asked, owned_id, counter=counter)
        dish = _dish(found, sku)
        if dish is None and found.dishes:
            return redirect(reward_url(here, found.owned.owned_id), 303)
        if dish is not None and dish.configurable:
            return redirect(dish_url(here, found.owned.owned_id, dish.sku), 303)
        wanted = Wanted("", dish.sku, 1, Configuration(), "") if dish is not None else None
        seen = (here.on_sale.menu.text(dish.name, language()), dish.price) if dish is not None else ("", 0)
        use(desk().wiring, asked, found.owned.owned_id, wanted, seen=seen, counter=counter, reserve=is_shared())
    except NotUsable as refusal:
        return no(here, refusal.code)
    return redirect(url_of(here, "shop.basket"), 303)


def _chosen(here: Journey, named_by: str) -> ResponseReturnValue:
    """A reward that its programme prices: chosen, and priced by it."""
    try:
        choose(desk().wiring, promoted_asked(here), [line.wanted for line in here.lines], named_by)
    except NotUsable as refusal:
        return no(here, refusal.code)
    return redirect(url_of(here, "shop.basket"), 303)


def drop(merchant: str, store: str, choice: int) -> ResponseReturnValue:
    """Take out what the programme would have taken off; it is the diner's as before."""
    here, visit = visited(merchant, store)
    if not keep_choice_for_later(desk().wiring, here.on_sale, visit.id, choice):
        abort(404)
    return redirect(url_of(here, "shop.basket"), 303)


def _dish(found: Usable, sku: str | None) -> MenuItem | None:
    """The dish named, else the only one there is.

    Raises:
        NotUsable: the one named is not among them.
    """
    if sku is None:
        return found.dishes[0] if len(found.dishes) == 1 else None
    for item in found.dishes:
        if item.sku == sku:
            return item
    raise NotUsable("dish")


def keep(merchant: str, store: str, reward: int) -> ResponseReturnValue:
    """Take it out of the order; it is the diner's as before."""
    here, visit = visited(merchant, store)
    with desk().wiring.db.reading() as database:
        basket_id = promoted_asked(here).basket_id
        rows = rewards_in(database, basket_id) if basket_id is not None else []
    owned_id = next((row.owned_id for row, _voucher in rows if row.id == reward), None)
    if owned_id is None or not keep_for_later(desk().wiring, here.on_sale, visit.id, owned_id):
        abort(404)
    return redirect(url_of(here, "shop.basket"), 303)


def dish_url(here: Journey, owned_id: str, sku: str) -> str:
    """Where the dish of a reward is configured."""
    store = here.store
    return url_for("shop.reward_dish", merchant=store.merchant.slug, store=store.slug, sku=sku, owned=owned_id)


def _choice(here: Journey, found: Usable) -> ResponseReturnValue:
    menu, owned = here.on_sale.menu, found.owned
    return page(
        "shop/reward.html",
        here.store.merchant,
        back={"url": url_of(here, "shop.basket"), "label": _("Basket")},
        reward={"name": owned.terms.name or _("Reward"), "text": owned.terms.description, "id": owned.owned_id},
        dishes=[_row(here, item, owned.owned_id) for item in found.dishes],
        several=len(found.dishes) > 1,
        url=url_of(here, "shop.use_reward"),
        later={"url": url_of(here, "shop.basket"), "label": _("Not now")},
        currency=menu.currency,
    )


def _row(here: Journey, item: MenuItem, owned_id: str) -> dict[str, Any]:
    menu = here.on_sale.menu
    return {
        "sku": item.sku,
        "name": menu.text(item.name, language()),
        "description": menu.text(item.description, language()),
        "picture": picture(item),
        "price": money(item.price, menu.currency),
        "options": dish_url(here, owned_id, item.sku) if item.configurable else None,
    }


def no(here: Journey, code: str, status: int = 409) -> ResponseReturnValue:
    """Why this reward is not put on this order, and that nothing of it is lost."""
    return page(
        "shop/reward_no.html",
        here.store.merchant,
        status=status,
        back={"url": url_of(here, "shop.basket"), "label": _("Basket")},
        reason=not_usable_words(code),
        ways=[
            {"url": url_of(here, "shop.basket"), "label": _("Back to the basket"), "main": True},
            {"url": url_of(here, "shop.loyalty"), "label": _("See my points and rewards"), "main": False},
        ],
    )
