"""The board itself: three columns, one tap to move on, the check of a pick-up code."""

from datetime import datetime, time
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.board.cards import card, done_row
from webapp.doors.backoffice.board.controls import controls
from webapp.doors.backoffice.board.counter import to_pay_card
from webapp.doors.backoffice.board.live import boards, listen
from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.nouns.order.authorised import waiting_at_counter, waiting_for_kitchen
from webapp.nouns.order.board import handed_over, open_tickets, tickets_of, with_lines
from webapp.usecases.checkout.accept import accept_order, refuse_order
from webapp.usecases.kitchen import progress
from webapp.usecases.kitchen.progress import Hand


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/boards", view_func=board_choice)
    door.add_url_rule("/<merchant>/s/<store>/board", view_func=board)
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>/move", view_func=board_move, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/board/order/<int:order>/accept", view_func=board_accept, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/board/code", view_func=board_code, methods=["POST"])


def hand() -> Hand:
    """Whose taps these are."""
    return Hand(chosen_store().id, seat().staff_id)


@guarded("staff")
def board_choice(merchant: str) -> ResponseReturnValue:
    """The boards this person may open; whoever has one only is there at once."""
    with wiring().db.reading() as database:
        theirs = [one for one in stores_of(database, merchant) if seat().post.works_in(one.id)]
    if len(theirs) == 1:
        return go("board", merchant=merchant, store=theirs[0].slug)
    rows = [{"url": url_for("desk.board", merchant=merchant, store=one.slug), "name": one.name} for one in theirs]
    return page("board_choice.html", stores=rows)


def today(store: StoreFacts, moment: datetime) -> datetime:
    """When the store's local day began."""
    return datetime.combine(moment.astimezone(store.zone).date(), time(), store.zone)


def shown(store: StoreFacts, moment: datetime) -> dict[str, Any]:
    """The orders of the board. The feed's number is read first: what happens meanwhile is told again, never missed."""
    last, stamp = boards().mark(wiring().db, store.id)
    with wiring().db.reading() as database:
        waiting = with_lines(database, waiting_for_kitchen(database, store.id))
        tickets = open_tickets(database, store.id, moment)
        to_pay = with_lines(database, waiting_at_counter(database, store.id))
        done = handed_over(database, store.id, today(store, moment))
    cards = sorted((card(one, store, moment) for one in tickets), key=lambda one: one["due"])
    labels = {"new": _("New"), "preparing": _("Preparing"), "ready": _("Ready")}
    columns = [
        {"name": name, "label": label, "cards": [one for one in cards if one["column"] == name]}
        for name, label in labels.items()
    ]
    return {
        "after": f"{last}.{stamp}",
        "waiting": [card(one, store, moment) for one in waiting],
        "to_pay": [to_pay_card(one, store, moment) for one in to_pay],
        "columns": columns,
        "done": [done_row(one, store, moment) for one in done],
        "unseen": sum(one["is_new"] for one in cards) + len(waiting),
    }


def _page(status: int = 200, *, code: str = "", code_error: str | None = None) -> ResponseReturnValue:
    here, moment = chosen_store(), now()
    listen(here.id)
    base = url_for("desk.board", merchant=here.merchant.slug, store=here.slug)
    return page(
        "board.html",
        status=status,
        base=base,
        store=here.name,
        code=code,
        code_error=code_error,
        controls=controls(here, moment),
        manager=seat().post.may("manager"),
        **shown(here, moment),
    )


@guarded("staff")
def board(merchant: str, store: str) -> ResponseReturnValue:
    """Everything paid and not handed over."""
    del merchant, store
    return _page()


@guarded("staff")
def board_move(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """One tap: seen, one step on, or the last step taken back."""
    if "seen" in request.form:
        found = "moved" if progress.see(wiring(), hand(), order) else "no order"
    else:
        back = "back" in request.form
        before, _space, after = request.form.get("back" if back else "move", "").partition(" ")
        found = (progress.undo if back else progress.move)(wiring(), hand(), order, before, after)
    if found == "no order":
        abort(404)
    if found == "refused":
        say("warning", _("This order is elsewhere by now: somebody moved it, or it was refunded. Nothing was changed."))
    if "stay" in request.form:
        return go("board_order", merchant=merchant, store=store, order=order)
    return go("board", merchant=merchant, store=store)


@guarded("staff")
def board_accept(merchant: str, store: str, order: int) -> ResponseReturnValue:
    """The kitchen's word about an order whose money is only promised: take it, or let it go."""
    here = chosen_store()
    with wiring().db.reading() as database:
        if not tickets_of(database, here.id, [order]):
            abort(404)
    accepted = request.form.get("decision") == "accept"
    state = (accept_order if accepted else refuse_order)(wiring(), order)
    if accepted and state not in {"paid", "pending"}:
        say(
            "warning",
            _("This order is over: its payer or the bank called it off. Do not make it."),
        )
    elif state == "pending":
        say("info", _("The bank does not answer just now. Your word is kept and carried out within a minute."))
    return go("board", merchant=merchant, store=store)


@guarded("staff")
def board_code(merchant: str, store: str) -> ResponseReturnValue:
    """The four signs a diner shows; leads to the order they belong to."""
    typed = request.form.get("code", "").strip()[:12]
    found = progress.with_code(wiring(), chosen_store().id, typed)
    if not found:
        wrong = _("No open order of this store has this code. Ask to see it again; the receipt may be of another day.")
        return _page(422, code=typed, code_error=wrong)
    first = found[0].order
    if first.progress == "ready":
        say("success", _("The code is right: number %(number)s is ready.", number=first.number))
    else:
        say("info", _("The code is right, but number %(number)s is not ready yet.", number=first.number))
    return redirect(url_for("desk.board_order", merchant=merchant, store=store, order=first.id), 303)
