"""One order with everything known of it, and its ticket for an 80 mm printer."""

from typing import Any

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.board.cards import card, clock
from webapp.doors.backoffice.frame import moment_words, page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.speech import _, language
from webapp.ground.money import shown
from webapp.nouns.customer.identities import number_in
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order import feed
from webapp.nouns.order.board import Ticket, code_of, tickets_of
from webapp.nouns.order.board_models import BoardEvent
from webapp.nouns.order.models import Order

VISIBLE = frozenset({"paid", "closed", "refund_due", "refunded"})


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>", view_func=board_order)
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>/ticket", view_func=board_ticket)


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
        "seen": _("Seen"),
        "to accept": _("Waits to be accepted"),
        "accept": _("Accepted"),
        "accepted": _("Back to new"),
        "preparing": _("Preparing"),
        "ready": _("Ready"),
        "collected": _("Served") if at_table else _("Handed over"),
        "refund_due": _("To be refunded"),
        "refunded": _("Refunded"),
    }.get(after, after)


def _facts(order: Order, store: StoreFacts) -> list[tuple[str, str]]:
    """What a receipt says of it; of the diner only what the counter needs."""
    paid = order.paid_at or order.created_at
    rows = [(_("Paid"), f"{shown(order.total, order.currency, language())} · {moment_words(paid, store.zone)}")]
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
    return {
        "refund_due": _("This order is being refunded: do not make it."),
        "refunded": _("This order was refunded."),
        "closed": _("This order is closed."),
    }.get(order.state, "")


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
        "history": [{"at": clock(one.at, here), "words": step_words(one.after, at_table=at_table)} for one in events],
        "more": _more(order) if seat().post.may("manager") else [],
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
