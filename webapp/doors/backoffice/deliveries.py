"""The deliveries desk: every paid order and what became of its report; last night's comparison; send again; export."""

import csv
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, Response, abort, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.loyalty import delivery_words, reason_words, topic_words
from webapp.doors.speech import _, language
from webapp.ground.money import major, shown
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.outbox.compare import last_checks
from webapp.nouns.outbox.deliveries import PAGE, STATES, UNTOLD_ONLY, Delivery, counts, held_up
from webapp.nouns.outbox.deliveries import deliveries as rows_of
from webapp.nouns.outbox.models import DeliveryCheck
from webapp.usecases.delivery.cancel import OLDER_FIRST
from webapp.usecases.setup.mapping import send_again

MOST_EXPORTED = 100_000
BATCH = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HEADINGS = ("id", "order", "store", "total", "currency", "state", "reason", "attempts", "created", "sent")


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/deliveries", view_func=deliveries)
    door.add_url_rule("/<merchant>/deliveries.csv", view_func=export)
    door.add_url_rule("/<merchant>/deliveries/<int:delivery>/again", view_func=send_once_more, methods=["POST"])


def _row(one: Delivery) -> dict[str, object]:
    words = delivery_words(one.state)
    return {
        "id": one.row_id,
        "number": one.number,
        "store": one.store,
        "total": shown(one.total, one.currency, language()) if one.total is not None else "",
        "what": topic_words(one.topic),
        "word": words["word"],
        "kind": words["kind"],
        "reason": "" if one.state in {"unmapped", "vanished"} else reason_words(one.reason),
        "detail": one.reason if one.state in {"refused", "parked"} else "",
        "attempts": one.attempts,
        "when": moment_words(one.created_at, ZoneInfo(one.zone)),
        "sent": moment_words(one.done_at, ZoneInfo(one.zone)) if one.done_at else None,
        "again": one.state in {"refused", "parked"},
        "refund": url_for("desk.refund", merchant=seat().merchant, store=one.slug, number=one.order_id)
        if one.order_id is not None
        else None,
    }


def _check(one: DeliveryCheck, currency: str) -> dict[str, object]:
    return {
        "day": format_date(one.day, "full", locale=language()),
        "checked": moment_words(one.checked_at),
        "total": shown(one.paid_total, currency, language()),
        "differs": one.differs,
        "check": one,
    }


@guarded("staff")
def deliveries(merchant: str) -> ResponseReturnValue:
    """Newest first, fifty to a page."""
    here, before = seat(), request.args.get("before", "")
    asked = request.args.get("state", "")
    only = asked if asked in {*STATES, UNTOLD_ONLY} else ""
    number = int(before) if before.isdecimal() and before.isascii() and len(before) < 18 else None
    with wiring().db.reading() as database:
        found = rows_of(database, here.merchant_id, only=only, before=number, store_ids=here.post.store_ids)
        many = counts(database, here.merchant_id, here.post.store_ids)
        stopped = held_up(database, here.merchant_id, OLDER_FIRST)
        # The comparison is the whole merchant's: whoever works in some of its stores only is not shown it.
        checks = last_checks(database, here.merchant_id, 1) if here.post.store_ids is None else []
        currency = database.scalar(select(Merchant.currency).where(Merchant.id == here.merchant_id)) or "EUR"
    return page(
        "deliveries.html",
        slug=merchant,
        rows=[_row(one) for one in found[:PAGE]],
        older=found[PAGE - 1].key if len(found) > PAGE else None,
        only=only,
        counts=many,
        stopped=stopped,
        check=_check(checks[0], currency) if checks else None,
        may_send=here.post.may("manager"),
    )


@guarded("manager")
def send_once_more(merchant: str, delivery: int) -> ResponseReturnValue:
    """Send a report again, unchanged; one already sent stays sent."""
    sent = send_again(wiring(), seat().asker, delivery)
    if sent is None:
        abort(404)
    if sent:
        say("success", _("It is sent again within seconds."))
    else:
        say("info", _("There is nothing to send again: it is on its way or was taken already."))
    return go("deliveries", merchant=merchant)


def safe_cell(value: object) -> str:
    """A cell no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


@guarded("manager")
def export(merchant: str) -> ResponseReturnValue:
    """The whole list as CSV, without anything personal."""
    here = seat()
    lines = stream_with_context(_lines(here.merchant_id, here.post.store_ids))
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{merchant}-deliveries.csv"'
    return answer


def _lines(merchant_id: int, store_ids: frozenset[int] | None) -> Iterator[str]:
    yield "\ufeff" + ",".join(HEADINGS) + "\r\n"
    before, left = None, MOST_EXPORTED
    while left > 0:
        with wiring().db.reading() as database:
            found = rows_of(database, merchant_id, before=before, store_ids=store_ids, limit=BATCH)
        if not found:
            return
        text = io.StringIO()
        csv.writer(text).writerows([safe_cell(value) for value in _cells(one)] for one in found)
        yield text.getvalue()
        before, left = found[-1].key, left - len(found)


def _cells(one: Delivery) -> tuple[object, ...]:
    total = major(one.total, one.currency) if one.total is not None else None
    sent = one.done_at.isoformat() if one.done_at else None
    return (one.row_id, one.number, one.store, total, one.currency, one.state, one.reason, one.attempts,
            one.created_at.isoformat(), sent)  # fmt: skip
