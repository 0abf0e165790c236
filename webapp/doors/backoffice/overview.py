"""The first page of a merchant's desk: what a person must look at, and what is left before going live."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import moment_words, page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.alerts import alert_words
from webapp.nouns.order.alerts import open_alerts


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/", view_func=overview)


@guarded("staff")
def overview(merchant: str) -> ResponseReturnValue:
    """Alerts first (O5)."""
    with wiring().db.reading() as database:
        alerts = open_alerts(database, seat().merchant_id)
    shown = [
        {"title": alert_words(one.kind), "text": one.detail, "when": moment_words(one.raised_at)} for one in alerts
    ]
    return page("overview.html", slug=merchant, alerts=shown)
