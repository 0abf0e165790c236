"""One order with everything known of it, and its ticket for an 80 mm printer."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.board.cards import card, clock
from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.speech import _, language
from webapp.ground.money import shown
from webapp.nouns.customer.identities import number_in
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order import feed
from webapp.nouns.order.board import OPEN, Ticket, code_of, tickets_of
from webapp.nouns.order.board_models import BoardEvent
from webapp.nouns.order.models import AT_TILL, Order
from webapp.nouns.order.moves import NOBODY
from webapp.nouns.promotion.find import discounts_of
from webapp.usecases.kitchen.number import say_number
from webapp.usecases.kitchen.progress import Hand

VISIBLE = frozenset({"paid", "closed", "refund_due", "refunded", AT_TILL})


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>", view_func=board_order)
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>/ticket", view_func=board_ticket)
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>/number", view_func=board_number, methods=["POST"])


def _found(order_id: int) -> tuple[Ticket, list[BoardEvent]]:
    with wiring().db.reading() as database:
        found = tickets_of(database, chosen_store().id, [order_id])
        if not found or found[0].order.state not in VISIBLE:
            abort(404)
        return found[0], list(feed.history(database, order_id))


def step_words(after: str, *, at_table: bool) -> str:
    """What an event of the board was."""
    return {
        "paid": _("Paid"),
        AT_TILL: _("Left to the till"),
        NOBODY: _("Nobody came"),
        "seen": _("Seen"),
        "to accept": _("Waits to be accepted"),
        "accept": _("Accepted"),
        "accepted": _("Back to new"),
        "preparing": _("Preparing"),
        "ready": _("Ready"),
        "collected": _("Served") if at_table else _("Handed over"),
        "refund_due": _("To be refunded"),
        "refunded": _("Refunded"),
        "number yes": _("Number checked"),
        "number no": _("Not their number"),
        "number late": _("Number not checked in time"),
    }.get(after, after)


def _facts(order: Order, store: StoreFacts) -> list[tuple[str, str]]:
    """What a receipt says of it; of the diner only what the counter needs."""
    paid = order.paid_at or order.created_at
    done = _("To be paid at the till") if order.state == AT_TILL else _("Paid")
    rows = [(done, f"{shown(order.total, order.currency, language())} · {moment_words(paid, store.zone)}")]
    if order.mode == "collect":
        rows.append((_("Code at the counter"), code_of(order)))
    if order.name:
        rows.append((_("Name"), order.name))
    if number := number_in(order.phone):
        rows.append((_("Number ending in"), number[-2:]))
    rows += [(one["shown_name"], "− " + shown(one["amount"], order.currency, language())) for one in order.discounts]
    vat = sum(share["vat"] for share in order.vat)
    rows.append((_("VAT included"), shown(vat, order.currency, language())))
    rows.append((_("Reference"), order.reference))
    return rows


def _more(order: Order) -> list[dict[str, Any]]:
    """Further things to do with an order, as links: {"url", "label"}."""
    here = chosen_store()
    url = url_for("desk.refund", merchant=here.merchant.slug, store=here.slug, number=order.id)
    return [{"url": url, "label": _("Refund or cancel")}]


def _state_words(order: Order) -> str:
    if order.progress == NOBODY:
        return _("Nobody came to pay it at the till: it is off the board.")
    return {
        "refund_due": _("This order is being refunded: do not make it."),
        "refunded": _("This order was refunded."),
        "closed": _("This order is closed."),
        AT_TILL: _("Left to the till: ask there whether it was paid. Money goes back there, too."),
    }.get(order.state, "")


def _check_more(order: Order) -> str:
    """What to do with what the reward offers when the number is not theirs."""
    with wiring().db.reading() as database:
        worth = sum(one.amount for one in discounts_of(database, order.id) if one.counter)
    return _(
        "Let the phone ring, or ask to see its number. Not theirs: keep the free dish back, or charge %(amount)s.",
        amount=shown(worth, order.currency, language()),
    )


def _checked_words(order: Order) -> str:
    return {
        "yes": _("The number was checked: the reward is used."),
        "no": _("Not their number: the reward went back to its owner."),
        "late": _("Nobody checked the number in time: the reward went back to its owner."),
    }.get(order.number_check, "")


def _context(order_id: int) -> dict[str, Any]:
    here, moment = chosen_store(), now()
    ticket, events = _found(order_id)
    order = ticket.order
    at_table = order.mode == "table"
    base = url_for("desk.board", merchant=here.merchant.slug, store=here.slug)
    return {
        "base": base,
        "store": here.name,
        "card": card(ticket, here, moment),
        "code": code_of(order) if order.mode == "collect" else None,
        "facts": _facts(order, here),
        "prices": [shown(one.total, order.currency, language()) for one in ticket.lines],
        "state": _state_words(order),
        "check_more": _check_more(order) if order.number_check == "wanted" else "",
        "checked": _checked_words(order),
        "may_abandon": order.state == AT_TILL and order.progress in OPEN,
        "history": [{"at": clock(one.at, here), "words": step_words(one.after, at_table=at_table)} for one in events],
        "more": _more(order) if seat().post.may("manager") and order.state != AT_TILL else [],
        "paid": moment_words(order.paid_at or order.created_at, here.zone),
    }


@guarded("staff")
def board_order(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """The order."""
    del merchant, store
    return page("board_order.html", **_context(order))


@guarded("staff")
def board_ticket(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """The same for the kitchen's printer, 80 mm wide."""
    del merchant, store
    return page("board_ticket.html", **_context(order))


@guarded("staff")
def board_number(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """Somebody has looked at the phone a reward was ordered with."""
    _found(order)
    word = request.form.get("word", "")
    if word not in {"theirs", "not"}:
        abort(400)
    found = say_number(wiring(), Hand(chosen_store().id, seat().staff_id), order, theirs=word == "theirs")
    if found == "no order":
        abort(404)
    if found == "locked":
        say("danger", _("The owner has locked this number: it is not theirs. Keep the free dish back, or charge it."))
    elif found == "refused":
        say("warning", _("Somebody was faster, or the day to check it is over. What counts is written below."))
    return go("board_order", merchant=merchant, store=store, order=order)
