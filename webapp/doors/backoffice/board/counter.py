"""The board's strip of orders to be paid at the counter: the money in two taps, or the order called off."""

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.board.cards import card
from webapp.doors.backoffice.frame import go, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import wiring
from webapp.doors.speech import _, language
from webapp.ground.money import shown
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.board import Ticket
from webapp.usecases.till.confirm import Tap, call_off, nobody_came, take_money

LARGEST_SUM_DIGITS = 9


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule(
        "/<merchant>/s/<store>/board/order/<int:order>/counter", view_func=board_counter, methods=["POST"]
    )
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>/nobody", view_func=board_nobody, methods=["POST"])


def to_pay_card(ticket: Ticket, store: StoreFacts, now: datetime) -> dict[str, Any]:
    """What templates/backoffice/board_to_pay.html asks for."""
    order = ticket.order
    return {**card(ticket, store, now), "amount": order.total, "total": shown(order.total, order.currency, language())}


@guarded("staff")
def board_counter(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """The second tap: paid, in cash or by card, or nobody will pay it. `paid` posts method and sum: "cash 2450"."""
    here = chosen_store()
    method, _space, amount = request.form.get("paid", "").partition(" ")
    sound = amount.isascii() and amount.isdecimal() and len(amount) <= LARGEST_SUM_DIGITS
    tap = Tap(order, here.merchant.id, here.id, seat().staff_id, int(amount) if sound else -1)
    found = call_off(wiring(), tap) if "cancel" in request.form else take_money(wiring(), tap, method)
    if found == "unknown":
        abort(404)
    if found == "changed":
        say("warning", _("This is not the sum of this order. Nothing was changed."))
    elif "cancel" in request.form and found == "paid":
        say("warning", _("This order was paid a moment ago: it is with the kitchen."))
    elif found not in {"paid", "cancelled"}:
        say(
            "warning",
            _("This order is not waiting for the counter any more: its diner pays on the site, or it ran out of time. "
              "Take no money for it."),
        )  # fmt: skip
    return go("board", merchant=merchant, store=store)


@guarded("staff")
def board_nobody(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """Nobody came to pay at the till: the order leaves the board."""
    here = chosen_store()
    found = nobody_came(wiring(), Tap(order, here.merchant.id, here.id, seat().staff_id))
    if found == "unknown":
        abort(404)
    if found == "over":
        say("warning", _("This order is over already. Nothing was changed."))
    else:
        say("success", _("The order is off the board."))
    return go("board", merchant=merchant, store=store)
