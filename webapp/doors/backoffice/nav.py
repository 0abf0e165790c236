"""The desks in the order of the navigation, each with the least role that sees it."""

from typing import NamedTuple

from flask import url_for

from webapp.doors.backoffice.guard import Seat
from webapp.doors.speech import _


class Entry(NamedTuple):
    """One line of the navigation."""

    endpoint: str
    role: str
    label: str


def _entries() -> tuple[Entry, ...]:
    return (
        Entry("desk.overview", "staff", _("Overview")),
        Entry("desk.board_choice", "staff", _("Orders")),
        Entry("desk.menu", "manager", _("Menu")),
        Entry("desk.payment", "manager", _("Payment")),
        Entry("desk.loyalty", "manager", _("Loyalty")),
        Entry("desk.stores", "manager", _("Stores")),
        Entry("desk.rewards", "manager", _("Rewards")),
        Entry("desk.deliveries", "staff", _("Deliveries")),
        Entry("desk.settings", "manager", _("Settings")),
        Entry("desk.payments", "manager", _("Takings")),
        Entry("desk.people", "owner", _("People")),
        Entry("desk.deed_log", "manager", _("Log")),
    )


def lines(seat: Seat, here: str) -> list[dict[str, object]]:
    """What this person sees: address, words, and whether it is the present page."""
    return [
        {"url": url_for(one.endpoint, merchant=seat.merchant), "label": one.label, "here": one.endpoint == here}
        for one in _entries()
        if seat.post.may(one.role)
    ]
