"""The receipt of an order and its credit notes, behind the order's link: numbered, to be read, printed and kept.

What French law wants on them is there: who sells, under which VAT number, when, every line with its rate, and per rate
the sum before VAT, the VAT and the sum with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from babel.dates import format_date
from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.follow.receipt import order_lines, order_sums, vat_rows
from webapp.doors.shop.frame import _, clock_time, language, money, page
from webapp.doors.shop.pay.payment import opened
from webapp.doors.shop.pay.value import paid_rows
from webapp.doors.shop.present.sums import rate_words
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.find import lines_of
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.order.papers import CREDIT, RECEIPT, paper_name
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.order.requests import honoured_capture, requests_of
from webapp.nouns.value.rows import failed_back


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/o/<link>/receipt", "receipt", show)


def show(link: str) -> ResponseReturnValue:
    """The receipt and every credit note of an order that was paid; of any other there is none."""
    order, store = opened(link)
    if order.receipt_number is None:
        abort(404)
    with desk().wiring.db.reading() as database:
        lines = list(lines_of(database, order.id))
        requests = requests_of(database, order.id)
        capture = honoured_capture(database, order.id)
        by_hand = failed_back(database, order.id) if order.by_value else {}
    return page(
        "shop/receipt.html",
        store.merchant,
        back={"url": url_for("shop.order", link=link), "label": _("Order %(number)s", number=order.number)},
        seller=_seller(store),
        receipt=_receipt(order, store, lines) | {"paid": _paid_words(capture.provider if capture else "")},
        credits=[
            _credit(one, order, store, lines) | {"note": _by_hand(order, by_hand.get(one.id, 0))}
            for one in requests
            if one.credit_number is not None
        ],
    )


def _paid_words(taken_by: str) -> str:
    return {"counter": _("Paid at the counter."), "till": _("Paid at the restaurant’s till.")}.get(
        taken_by, _("Paid online.")
    )


def _seller(store: StoreFacts) -> dict[str, str]:
    merchant = store.merchant
    number = _("VAT number %(number)s", number=merchant.vat_number) if merchant.vat_number else ""
    return {
        "name": merchant.legal_name or merchant.name, "sign": f"{merchant.name}, {store.name}",
        "address": store.address, "vat_number": number,
    }  # fmt: skip


def _day(moment: datetime, store: StoreFacts) -> str:
    return str(format_date(moment.astimezone(store.zone), "d MMMM y", locale=language()))


def _receipt(order: Order, store: StoreFacts, lines: Sequence[OrderLine]) -> dict[str, Any]:
    paid = order.paid_at or order.created_at
    rows = order_lines(order, lines)
    for row, line in zip(rows, lines, strict=True):
        row |= {"unit": money(line.unit_price, order.currency), "rate": rate_words(line.vat_rate)}
    return {
        "number": paper_name(RECEIPT, order.receipt_number or 0),
        "day": _("%(day)s at %(time)s", day=_day(paid, store), time=clock_time(paid, store)),
        "order": order.number,
        "mode": _("Eaten on site") if order.mode == "table" else _("Taken away"),
        "lines": rows,
        "sums": {**order_sums(order), "parts": paid_rows(order)},
    }


def _by_hand(order: Order, amount: int) -> str:
    """What of a credit note the programme did not put back on the gift card; "" where it did. `amount`: minor units."""
    if not amount:
        return ""
    return _("%(amount)s of it: the restaurant puts it back on your gift card.", amount=money(amount, order.currency))


def _credit(one: RefundRequest, order: Order, store: StoreFacts, lines: Sequence[OrderLine]) -> dict[str, Any]:
    names: Mapping[int, str] = {line.position: line.shown_name for line in lines}
    gone = one.done_at or one.created_at
    rows = [
        {
            "name": names.get(part["position"], ""), "quantity": part["quantity"], "rate": rate_words(part["vat_rate"]),
            "total": money(-part["amount"], order.currency),
        }
        for part in one.lines
    ]  # fmt: skip
    rest = one.amount - sum(part["amount"] for part in one.lines)
    if rest > 0:
        rows.append({"name": _("Tip"), "quantity": 1, "rate": "", "total": money(-rest, order.currency)})
    return {
        "number": paper_name(CREDIT, one.credit_number or 0),
        "day": _day(gone, store),
        "about": _("for receipt %(number)s of %(day)s", number=paper_name(RECEIPT, order.receipt_number or 0),
                   day=_day(order.paid_at or order.created_at, store)),
        "lines": rows,
        "total": money(-one.amount, order.currency),
        "vat": vat_rows([{name: -value if name != "rate" else value for name, value in share.items()}
                         for share in one.vat], order.currency),
    }  # fmt: skip
