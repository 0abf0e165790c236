"""Sold out in one tap: find a dish or an option by a few letters, for today or until somebody says so."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.board.controls import deed
from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.speech import _, language
from webapp.nouns.merchant.facts import StoreFacts
from webapp.usecases.kitchen.sold_out import Thing, Unknown, mark, search, things

HOW = ("today", "until_said", "back")


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/board/sold-out", view_func=board_sold_out)
    door.add_url_rule("/<merchant>/s/<store>/board/sold-out", view_func=board_sell_out, methods=["POST"])


def _row(one: Thing, store: StoreFacts) -> dict[str, Any]:
    until = moment_words(one.until, store.zone) if one.until else ""
    words = _("Sold out until %(when)s", when=until) if until else _("Sold out until you say so")
    return {"key": one.key, "name": one.name, "of": one.of, "gone": one.gone, "words": words if one.gone else ""}


@guarded("staff")
def board_sold_out(merchant: str, store: str) -> ResponseReturnValue:
    """What has run out; with letters typed, everything that matches."""
    here = chosen_store()
    typed = request.args.get("q", "").strip()[:60]
    with wiring().db.reading() as database:
        every = things(database, here.id, here.merchant.id, language(), now())
    return page(
        "board_sold_out.html",
        base=url_for("desk.board", merchant=merchant, store=store),
        store=here.name,
        q=typed,
        rows=[_row(one, here) for one in search(every, typed)],
    )


@guarded("staff")
def board_sell_out(merchant: str, store: str) -> ResponseReturnValue:
    """Take it off sale, or put it back; open baskets notice at their next step."""
    how, key = request.form.get("how", ""), request.form.get("key", "")[:140]
    if how not in HOW:
        abort(400)
    try:
        mark(wiring(), deed(), key, how)
    except Unknown:
        say("danger", _("That is no longer on the menu. Nothing was changed."))
    else:
        say("success", _("It is back on sale.") if how == "back" else _("It is sold out, in open baskets too."))
    return go("board_sold_out", merchant=merchant, store=store, q=request.form.get("q", "")[:60] or None)
