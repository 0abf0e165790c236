"""Sums and lines as pages show them, from a quote before the order and from frozen rows after it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp.doors.shop.frame import _, language, money
from webapp.doors.shop.present.sums import rate_words
from webapp.nouns.catalog.texts import said
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.pricing import Quote


def vat_rows(shares: Iterable[Mapping[str, int]], currency: str) -> list[dict[str, str]]:
    """The rows of a receipt's table of VAT."""
    return [
        {
            "rate": rate_words(share["rate"]),
            "net": money(share["net"], currency),
            "vat": money(share["vat"], currency),
            "gross": money(share["gross"], currency),
        }
        for share in shares
    ]


def _rows(subtotal: int, less: Sequence[tuple[str, int]], tip: int, currency: str) -> list[dict[str, Any]]:
    """The way from the subtotal to the total; none where it is the total, which says it already."""
    if not less and not tip:
        return []
    first = {"label": _("Subtotal"), "amount": money(subtotal, currency), "less": False}
    taken = [{"label": name, "amount": money(-amount, currency), "less": True} for name, amount in less]
    last = [{"label": _("Tip"), "amount": money(tip, currency), "less": False}] if tip else []
    return [first, *taken, *last]


def quote_sums(quote: Quote) -> dict[str, Any]:
    """The breakdown of a quote."""
    shares = [{"rate": one.rate, "net": one.net, "vat": one.vat, "gross": one.gross} for one in quote.vat]
    less = [(said(one.name, language()), one.amount) for one in quote.discounts]
    return {
        "rows": _rows(quote.subtotal, less, quote.tip, quote.currency),
        "total": money(quote.total, quote.currency),
        "vat": vat_rows(shares, quote.currency),
    }


def order_sums(order: Order) -> dict[str, Any]:
    """The breakdown of a frozen order, discounts in the words they were agreed in."""
    less = [(str(one["shown_name"]), int(one["amount"])) for one in order.discounts]
    return {
        "rows": _rows(order.subtotal, less, order.tip, order.currency),
        "total": money(order.total, order.currency),
        "vat": vat_rows(order.vat, order.currency),
    }


def detail(name: str, quantity: int, unit_price: int, currency: str, *, included: bool) -> dict[str, str]:
    """An option or the dish of a course, with what it costs per unit of its line."""
    text = name if quantity == 1 else f"{quantity} × {name}"
    if unit_price:
        return {"text": text, "price": "+ " + money(unit_price * quantity, currency)}
    return {"text": text, "price": _("included") if included else ""}


def quote_lines(quote: Quote, notes: Mapping[str, str], languages: Sequence[str]) -> list[dict[str, Any]]:
    """The lines of a quote. `notes`: by line id; `languages`: the menu's own, for names not in the diner's."""
    tongue = language()
    return [
        {
            "id": line.line_id,
            "name": said(line.name, tongue, languages),
            "quantity": line.quantity,
            "total": money(line.total, quote.currency),
            "details": [
                detail(
                    said(one.name, tongue, languages),
                    one.quantity,
                    one.unit_price,
                    quote.currency,
                    included=one.included,
                )
                for one in line.details
            ],
            "note": notes.get(line.line_id, ""),
        }
        for line in quote.lines
    ]


def order_lines(order: Order, lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """The frozen lines of an order, in the words they were ordered in."""
    return [
        {
            "id": str(line.id),
            "name": line.shown_name,
            "quantity": line.quantity,
            "total": money(line.total, order.currency),
            "details": [
                detail(one["shown_name"], one["quantity"], one["unit_price"], order.currency, included=one["included"])
                for one in line.details
            ],
            "note": line.note,
        }
        for line in lines
    ]
