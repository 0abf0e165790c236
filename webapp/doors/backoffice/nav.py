"""The desks in the order of the navigation, each with the least role that sees it.

On a tablet the daily desks stand in a row and the others open under "More"; on a telephone all of them open under the
name of the present one. Both without script.
"""

from typing import NamedTuple

from flask import current_app, url_for

from webapp.doors.backoffice.guard import Seat
from webapp.doors.speech import _


class Entry(NamedTuple):
    """One line of the navigation. `daily`: it stands in the row itself."""

    endpoint: str
    role: str
    label: str
    daily: bool = False


def _entries() -> tuple[Entry, ...]:
    return (
        Entry("desk.overview", "staff", _("Overview"), daily=True),
        Entry("desk.board_choice", "staff", _("Orders"), daily=True),
        Entry("desk.menu", "manager", _("Menu"), daily=True),
        Entry("desk.deliveries", "staff", _("Deliveries"), daily=True),
        Entry("desk.payments", "manager", _("Takings"), daily=True),
        Entry("desk.settings", "manager", _("Settings"), daily=True),
        Entry("desk.loyalty", "manager", _("Loyalty")),
        Entry("desk.stores", "manager", _("Stores")),
        Entry("desk.rewards", "manager", _("Rewards")),
        Entry("desk.payment", "manager", _("Payment")),
        Entry("desk.people", "owner", _("People")),
        Entry("desk.deed_log", "manager", _("Log")),
    )


# Desks that are reached from another one, by the module or package their views live in.
_WITHIN = {
    "tables": "settings",
    "table_sheets": "settings",
    "consent": "settings",
    "logo": "settings",
    "refund": "payments",
}


def _room(endpoint: str) -> str:
    """The desk a view belongs to, by where it is written; "" when there is no such view."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return ""
    inside = view.__module__.removeprefix("webapp.doors.backoffice.").removeprefix("money.")
    name = inside.partition(".")[0]
    return _WITHIN.get(name, name)


def lines(seat: Seat, here: str) -> list[dict[str, object]]:
    """What this person sees: address, words, whether it is the present desk, whether it stands in the row."""
    room = _room(here)
    return [
        {
            "url": url_for(one.endpoint, merchant=seat.merchant),
            "label": one.label,
            "here": _room(one.endpoint) == room,
            "page": one.endpoint == here,
            "daily": one.daily,
        }
        for one in _entries()
        if seat.post.may(one.role)
    ]
