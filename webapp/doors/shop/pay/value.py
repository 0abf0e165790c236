"""Pay with: the diner's gift card and points on the last page, each with its balance, chosen and left by one button."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.cart.gifts import promoted_asked
from webapp.doors.shop.cart.rewards import no
from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, money
from webapp.doors.shop.kiosk.mode import device
from webapp.doors.shop.member.proof import needs_proof, proof_url
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import guard, url_of
from webapp.doors.shop.present.value import not_now_words, source_name
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.choice import ChoiceHere, choices_in
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import GIFT_CARD, ORDER_OF_USE, POINTS, divide
from webapp.nouns.value.rows import debits_of
from webapp.usecases.checkout.last_page import Confirmation
from webapp.usecases.promotion.rewards import NotUsable
from webapp.usecases.promotion.theirs import keep_choice_for_later, use_credit
from webapp.usecases.value.choose import CREDIT, Purse, choose_value, kinds_of, purse, refresh_value


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/<store>/pay-with", "pay_with", choose, methods=["POST"])


def choose(merchant: str, store: str) -> ResponseReturnValue:
    """Pay with one source, or without it; the last page shows what is left for the card."""
    here = journey(merchant, store)
    elsewhere = guard(here, "shop.checkout")
    kind, wanted = request.form.get("kind", ""), request.form.get("use") == "1"
    if elsewhere is None and kind == CREDIT and device() is None:
        return _credit(here, wanted=wanted)
    if elsewhere is None and here.visit is not None and kind in ORDER_OF_USE:
        choose_value(desk().wiring, promoted_asked(here), kind, wanted=wanted and device() is None)
    return redirect(elsewhere or url_for("shop.checkout", merchant=merchant, store=store, _anchor="pay-with"), 303)


def _credit(here: Journey, *, wanted: bool) -> ResponseReturnValue:
    """Have the programme take the diner's credit off its price, or not."""
    asked = promoted_asked(here)
    try:
        if wanted:
            use_credit(desk().wiring, asked, [line.wanted for line in here.lines], source_name(CREDIT))
        elif here.visit is not None:
            with desk().wiring.db.reading() as database:
                rows = choices_in(database, asked.basket_id) if asked.basket_id is not None else ()
            for row in (one for one in rows if one.kind == CREDIT):
                keep_choice_for_later(desk().wiring, here.on_sale, here.visit.id, row.id)
    except NotUsable as refusal:
        return no(here, refusal.code)
    return redirect(url_of(here, "shop.checkout") + "#pay-with", 303)


def found(here: Journey) -> Purse | None:
    """What this diner could pay with now; sources chosen before are priced by it. None: nothing to offer."""
    if here.customer is None or device() is not None or not kinds_of(desk().wiring, here.store):
        return None
    asked = promoted_asked(here)
    there = purse(desk().wiring, asked)
    refresh_value(desk().wiring, asked, there)
    return there


def block(here: Journey, agreed: Confirmation, there: Purse | None) -> dict[str, Any] | None:
    """What components/pay_with.html asks for; None where there is nothing to say."""
    if there is None or not (agreed.quote.total or _credit_in(agreed)):
        return None
    if not there.proved:
        if needs_proof(here) == "counter":
            return None  # nobody could prove it: staff cannot look at a phone before the money is taken
        return {"sources": [], "proof_url": proof_url(here, "shop.checkout", again=True), "note": ""}
    sources = [_source(agreed, there, kind) for kind in ORDER_OF_USE] + [_credit_source(agreed, there)]
    shown = [one for one in sources if one is not None]
    if not shown:
        return None
    return {"sources": shown, "url": url_of(here, "shop.pay_with"), "proof_url": None, "note": _note(there)}


def _source(agreed: Confirmation, there: Purse, kind: str) -> dict[str, Any] | None:
    balance, currency = (there.balances or {}).get(kind, 0), agreed.quote.currency
    tender = next((one for one in agreed.tenders if one.kind == kind), None)
    pays = sum(part.amount for part in agreed.parts if part.kind == kind)
    if tender is None and not balance:
        return None
    with_it = {one.kind: one.row.amount for one in agreed.tenders if not one.reason} | {kind: balance}
    could = sum(one.amount for one in divide(agreed.quote.total, agreed.quote.tip, with_it) if one.kind == kind)
    if tender is None and not could:
        return None
    name, worth = source_name(kind), money(balance, currency)
    return {
        "kind": kind,
        "name": name,
        "pays": money(-pays, currency) if pays else "",
        "words": not_now_words(tender.reason)
        if tender is not None and tender.reason
        else (_("%(amount)s on it", amount=worth) if kind == GIFT_CARD else _("worth %(amount)s", amount=worth)),
        "chosen": tender is not None,
        "label": _("Pay without it") if tender is not None else _("Use %(amount)s", amount=money(could, currency)),
        "spoken": _("Pay without it: %(name)s", name=name)
        if tender is not None
        else _("Use %(amount)s: %(name)s", amount=money(could, currency), name=name),
    }


def _credit_in(agreed: Confirmation) -> ChoiceHere | None:
    """The credit chosen: it may pay all of the order, and can still be left."""
    return next((one for one in agreed.promoted.choices if one.row.kind == CREDIT), None)


def _credit_source(agreed: Confirmation, there: Purse) -> dict[str, Any] | None:
    balance, currency = (there.balances or {}).get(CREDIT, 0), agreed.quote.currency
    chosen = _credit_in(agreed)
    if chosen is None and not balance:
        return None
    name, use = source_name(CREDIT), money(min(balance, agreed.quote.total - agreed.quote.tip), currency)
    pays = chosen.amount if chosen is not None and chosen.reason is None else 0
    return {
        "kind": CREDIT,
        "name": name,
        "pays": money(-pays, currency) if pays else "",
        "words": _("%(amount)s on it", amount=money(balance, currency)),
        "chosen": chosen is not None,
        "label": _("Pay without it") if chosen is not None else _("Use %(amount)s", amount=use),
        "spoken": _("Pay without it: %(name)s", name=name)
        if chosen is not None
        else _("Use %(amount)s: %(name)s", amount=use, name=name),
    }


def _note(there: Purse) -> str:
    if CREDIT in there.kinds:
        once = _("One order carries one of them: credit takes the place of a reward, an offer or a code.")
        return _("Credit is taken off the price; your bank card pays the rest.") + (" " + once if there.alone else "")
    words = _(
        "The gift card pays first, then points; your bank card pays the rest. Should money go back, your bank card "
        "gets its part first, then the gift card."
    )
    return words + (" " + _("Points that have paid cannot become points again.") if POINTS in there.kinds else "")


def part_rows(parts: Sequence[tuple[str, int]], due: int, currency: str) -> list[dict[str, str]]:
    """Below the total: what each source pays of it, and what is left, if any; nothing where the card pays it all."""
    if not parts:
        return []
    rows = [{"label": source_name(kind), "amount": money(-amount, currency)} for kind, amount in parts]
    return [*rows, {"label": _("By bank card"), "amount": money(due, currency)}] if due else rows


def paid_rows(order: Order) -> list[dict[str, str]]:
    """The same of a frozen order."""
    return part_rows([(row.kind, row.amount) for row in debits(order)], order.due, order.currency)


def debits(order: Order) -> Sequence[ValueMovement]:
    """What the diner's gift card and points pay of it."""
    if not order.by_value:
        return ()
    with desk().wiring.db.reading() as database:
        return debits_of(database, order.id)
