"""The takings: each day of ours beside the payment provider's, and the newest orders with their way to a refund."""

from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import moment_words, page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.money import difference_words, money_state_words
from webapp.doors.speech import language
from webapp.ground.money import shown
from webapp.nouns.order.books import paid_orders, reports_of
from webapp.nouns.order.papers import RECEIPT, paper_name
from webapp.nouns.order.refund_models import PaymentReport


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/payments", view_func=payments)


@guarded("manager")
def payments(merchant: str) -> ResponseReturnValue:
    """Two months of days, newest first, and the newest fifty paid orders."""
    here = seat()
    with wiring().db.reading() as database:
        days = reports_of(database, here.merchant_id)
        orders = paid_orders(database, here.merchant_id, here.post.store_ids)
    return page(
        "payments.html",
        days=[_day(one) for one in days],
        orders=[_order(merchant, *row) for row in orders],
    )


def _day(one: PaymentReport) -> dict[str, Any]:
    def money(amount: int) -> str:
        return shown(amount, one.currency, language())

    return {
        "day": format_date(one.day, "EEE d MMM y", locale=language()),
        "orders": one.orders,
        "captured": money(one.captured),
        "refunded": money(one.refunded),
        "fees": money(one.fees) if one.fees is not None else None,
        "differences": [difference_words(found, money) for found in one.differences],
    }


def _order(merchant: str, order: Any, store: str, name: str, zone: str) -> dict[str, Any]:
    kind, word = money_state_words(order.state)
    return {
        "number": order.number,
        "store": name,
        "when": moment_words(order.paid_at or order.created_at, ZoneInfo(zone)),
        "total": shown(order.total, order.currency, language()),
        "receipt": paper_name(RECEIPT, order.receipt_number) if order.receipt_number else "–",
        "kind": kind,
        "word": word,
        "url": url_for("desk.refund", merchant=merchant, store=store, number=order.id),
    }
