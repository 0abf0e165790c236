"""The first page of a merchant's desk: what to look at, the last fortnight, and what is left before going live."""

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.backoffice.present.alerts import about_order, alert_words, detail_words, waiting_words
from webapp.doors.backoffice.present.figures import chart, today_words
from webapp.doors.backoffice.present.loyalty import step_words
from webapp.doors.speech import _, language
from webapp.nouns.merchant.facts import stores_of
from webapp.nouns.order.alerts import open_alerts
from webapp.nouns.order.find import numbers_of
from webapp.nouns.order.models import Alert
from webapp.nouns.outbox.deliveries import parked_by_reason
from webapp.nouns.staff.posts import Post
from webapp.usecases.setup.figures import fortnight
from webapp.usecases.setup.go_live import Step, steps
from webapp.usecases.setup.mapping import tick_alert

NAMED = 5


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/", view_func=overview)
    door.add_url_rule("/<merchant>/alerts/<int:alert>/tick", view_func=tick, methods=["POST"])


def first_of(endpoints: Sequence[str], merchant: str) -> str | None:
    """The address of the first of these desks that exists."""
    known = next((one for one in endpoints if one in current_app.view_functions), None)
    return url_for(known, merchant=merchant) if known else None


def _step(step: Step, merchant: str, *, shown: bool) -> dict[str, object]:
    words, endpoints = step_words(step.code)
    missing = ", ".join(step.missing[:NAMED]) + (" …" if len(step.missing) > NAMED else "")
    url = first_of(endpoints, merchant) if shown else None
    return {"words": words, "done": step.done, "missing": "" if step.done else missing, "url": url}


def _alerts(database: Session, merchant: str, post: Post) -> list[dict[str, object]]:
    """What a person must look at. What concerns the whole site is told to owners, without saying whose it is.

    An alert about an order is told to those who work in its store.
    """
    found = list(open_alerts(database, post.merchant_id))
    references = [reference for one in found if (reference := about_order(one.subject))]
    orders = numbers_of(database, post.merchant_id, references)
    elsewhere = {reference for reference, (_number, store) in orders.items() if not post.works_in(store)}
    found = [one for one in found if about_order(one.subject) not in elsewhere]
    numbers = {reference: number for reference, (number, _store) in orders.items()}
    shown = [_alert(one, merchant, numbers) for one in found]
    told = {one.kind for one in found}
    site = {one.kind: one for one in open_alerts(database, None) if one.kind not in told} if post.may("owner") else {}
    return shown + [_alert(one, merchant, {}) | {"detail": "", "tick": None} for one in site.values()]


def _alert(one: Alert, merchant: str, numbers: dict[str, int]) -> dict[str, object]:
    words = alert_words(one.kind)
    number = numbers.get(about_order(one.subject))
    order = _("Order %(num)s", num=number) if number else ""
    return {
        "id": one.id,
        "title": words.title,
        "todo": words.todo,
        "detail": " · ".join(part for part in (order, detail_words(one.kind, one.detail)) if part),
        "when": moment_words(one.raised_at),
        "url": first_of(words.where, merchant),
        "tick": None if words.by_itself else url_for("desk.tick", merchant=merchant, alert=one.id),
    }


@guarded("staff")
def overview(merchant: str) -> ResponseReturnValue:
    """Alerts first (O5), then the figures, then the list that ticks itself."""
    here = seat()
    everywhere = here.post.store_ids is None
    with wiring().db.reading() as database:
        alerts = _alerts(database, merchant, here.post)
        waits = parked_by_reason(database, here.merchant_id, here.post.store_ids)
        left = steps(database, here.merchant_id, merchant, wiring().payment_name)
        stores = [one for one in stores_of(database, merchant) if here.post.works_in(one.id)]
        days = fortnight(database, here.merchant_id, stores, now(), consent=everywhere)
    lines = [_step(one, merchant, shown=here.post.may("manager")) for one in left]
    currency = stores[0].merchant.currency if stores else "EUR"
    return page(
        "overview.html",
        slug=merchant,
        alerts=alerts,
        waits=waiting_words(waits),
        may_tick=here.post.may("manager"),
        today=today_words(days, currency, language()),
        chart=chart(days, currency, language(), consent=everywhere),
        steps=lines,
        done=sum(one.done for one in left),
        all=len(left),
    )


@guarded("manager")
def tick(merchant: str, alert: int) -> ResponseReturnValue:
    """Somebody has seen to it."""
    if not tick_alert(wiring(), seat().asker, alert):
        abort(404)
    say("success", _("Ticked off."))
    return go("overview", merchant=merchant)
