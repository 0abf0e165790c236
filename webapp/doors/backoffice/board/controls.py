"""Pausing, being busy, and whether somebody must listen: the strip above the board."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.board.cards import clock
from webapp.doors.backoffice.frame import go, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import StoreFacts
from webapp.usecases.kitchen import state
from webapp.usecases.kitchen.state import Deed, Refused

PAUSES = (15, 30, 60)
BUSY = (0, 10, 20, 30, 45)


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/board/pause", view_func=board_pause, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/board/busy", view_func=board_busy, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/board/listener", view_func=board_listener, methods=["POST"])


def deed() -> Deed:
    """Who says so, and of which store."""
    return Deed(chosen_store(), seat().staff_id)


def controls(store: StoreFacts, moment: datetime) -> dict[str, Any]:
    """What the strip says and offers."""
    paused = store.refusal(moment) == "paused"
    until = store.paused_until if paused else None
    if until is not None:
        words = _("Paused until %(time)s", time=clock(until, store))
    else:
        words = _("Paused until you say so") if paused else _("Orders are taken")
    offered = [{"value": str(one), "label": _("%(num)s min", num=one)} for one in PAUSES]
    return {
        "paused": paused,
        "words": words,
        "pauses": [*offered, {"value": "open", "label": _("Until I say")}],
        "busy": store.busy_minutes,
        "busy_words": _("Busy: %(num)s min more", num=store.busy_minutes) if store.busy_minutes else "",
        "busy_steps": [
            {
                "value": str(one),
                "label": _("+ %(num)s min", num=one) if one else _("As usual"),
                "here": one == store.busy_minutes,
            }
            for one in BUSY
        ],
        "needs_listener": store.needs_listener,
    }


def _moment_of(text: str, store: StoreFacts) -> datetime | None:
    """The next time clocks of the store show what was typed ("14:30"); None for anything else."""
    try:
        typed = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 -- a time of day on the store's wall
    except ValueError:
        return None
    local = now().astimezone(store.zone)
    found = local.replace(hour=typed.hour, minute=typed.minute, second=0, microsecond=0)
    return found if found > local else found + timedelta(days=1)


def _pause_until(text: str, store: StoreFacts) -> datetime | None:
    if text in map(str, PAUSES):
        return now() + timedelta(minutes=int(text))
    return _moment_of(text, store)


@guarded("staff")
def board_pause(merchant: str, store: str) -> ResponseReturnValue:
    """Pause for some minutes, until a time of day, or until somebody says so; or go on."""
    wanted = request.form.get("until", "").strip()
    if wanted == "resume":
        state.resume(wiring(), deed())
        say("success", _("Orders are taken again."))
        return go("board", merchant=merchant, store=store)
    until = None if wanted == "open" else _pause_until(wanted, chosen_store())
    if until is None and wanted != "open":
        say("danger", _("Until when? Write a time like 14:30. Nothing was changed."))
        return go("board", merchant=merchant, store=store)
    state.pause(wiring(), deed(), until)
    say("warning", _("Paused: diners can read the menu, but nobody can order."))
    return go("board", merchant=merchant, store=store)


@guarded("staff")
def board_busy(merchant: str, store: str) -> ResponseReturnValue:
    """Add minutes to every preparation, or none again."""
    text = request.form.get("minutes", "")
    try:
        state.be_busy(wiring(), deed(), int(text) if text.isdecimal() and len(text) < 4 else -1)
    except Refused:
        say("danger", _("That is not a number of minutes the kitchen can add. Nothing was changed."))
    return go("board", merchant=merchant, store=store)


@guarded("manager")
def board_listener(merchant: str, store: str) -> ResponseReturnValue:
    """Whether ordering is to pause by itself while no board of this store is open."""
    needed = "needed" in request.form
    state.need_listener(wiring(), deed(), needed=needed)
    say("success", _("Ordering pauses while no board is open.") if needed else _("Orders come in without a board too."))
    return go("board", merchant=merchant, store=store)
