"""The first page of a merchant's desk: what a person must look at, and what is left before going live."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import moment_words, page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.alerts import alert_words
from webapp.doors.backoffice.present.loyalty import step_words
from webapp.nouns.order.alerts import open_alerts
from webapp.usecases.setup.go_live import Step, steps

NAMED = 5


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/", view_func=overview)


def _step(step: Step, merchant: str, *, shown: bool) -> dict[str, object]:
    words, endpoint = step_words(step.code)
    missing = ", ".join(step.missing[:NAMED]) + (" …" if len(step.missing) > NAMED else "")
    url = url_for(endpoint, merchant=merchant) if endpoint and shown else None
    return {"words": words, "done": step.done, "missing": "" if step.done else missing, "url": url}


@guarded("staff")
def overview(merchant: str) -> ResponseReturnValue:
    """Alerts first (O5), then the list that ticks itself."""
    here = seat()
    with wiring().db.reading() as database:
        alerts = open_alerts(database, here.merchant_id)
        left = steps(database, here.merchant_id, merchant, wiring().payment_name)
    shown = [
        {"title": alert_words(one.kind), "text": one.detail, "when": moment_words(one.raised_at)} for one in alerts
    ]
    lines = [_step(one, merchant, shown=here.post.may("manager")) for one in left]
    done = sum(one.done for one in left)
    return page("overview.html", slug=merchant, alerts=shown, steps=lines, done=done, all=len(left))
