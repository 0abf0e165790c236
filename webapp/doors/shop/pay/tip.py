"""The tip on the last page: none, three suggestions, an amount of one's own; none is chosen for anybody."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, money
from webapp.doors.shop.pay.checkout import agreed_now, last_page
from webapp.doors.shop.pay.journey import visited
from webapp.doors.shop.pay.steps import guard, url_of
from webapp.ground.money import typed_amount
from webapp.nouns.pricing import Quote
from webapp.nouns.pricing.tip import NO_TIP, Tip, most
from webapp.usecases.checkout.tip import choose_tip

LONGEST = 40


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/<store>/tip", "choose_tip", choose, methods=["POST"])


def _read(quote: Quote, suggested: tuple[int, ...]) -> Tip | str:
    """What was posted, or the sentence that says what is wrong with it."""
    wanted = request.form.get("tip", "")
    if wanted == "0":
        return NO_TIP
    if wanted in {str(percent) for percent in suggested}:
        return Tip(percent=int(wanted))
    if wanted != "own":
        return _("That is not one of the tips offered. Please choose one.")
    amount = typed_amount(request.form.get("amount", ""), quote.currency)
    if amount is None:
        return _("Type an amount such as %(example)s.", example=money(200, quote.currency))
    if amount > most(quote):
        return _("A tip is at most %(most)s here: as much as the dishes.", most=money(most(quote), quote.currency))
    return Tip(amount=amount)


def choose(merchant: str, store: str) -> ResponseReturnValue:
    """Keep the tip and show the last page with its new total; nothing is ordered by this."""
    here, visit = visited(merchant, store)
    elsewhere = guard(here, "shop.checkout")
    agreed = agreed_now(here, visit) if elsewhere is None else None
    if agreed is None or not here.store.tip_percents:
        return redirect(elsewhere or url_of(here, "shop.checkout"), 303)
    tip = _read(agreed.quote, here.store.tip_percents)
    if isinstance(tip, str):
        typed = request.form.get("amount", "")[:LONGEST]
        return last_page(here, visit, 422, errors=[{"field": "amount", "message": tip}], tip_typed=typed)
    choose_tip(desk().wiring, visit_id=visit.id, store_id=here.store.id, tip=tip)
    return redirect(url_for("shop.checkout", merchant=merchant, store=store, _anchor="tip"), 303)
