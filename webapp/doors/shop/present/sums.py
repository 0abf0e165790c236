"""How the sum is made: subtotal, discounts, VAT per rate, total."""

from typing import Any

from babel.numbers import format_percent

from webapp.doors.shop.frame import _, language, money
from webapp.nouns.catalog.texts import said
from webapp.nouns.pricing import Quote


def rate_words(rate: int) -> str:
    """A VAT rate in basis points as it is read: "5.5%"."""
    return str(format_percent(rate / 10_000, "#,##0.##%" if language() == "en" else "#,##0.## %", locale=language()))


def sums(quote: Quote) -> dict[str, Any]:
    """What components/breakdown.html asks for."""
    currency = quote.currency
    rows = [{"label": _("Subtotal"), "amount": money(quote.subtotal, currency), "less": False}]
    rows += [
        {"label": said(discount.name, language()), "amount": money(-discount.amount, currency), "less": True}
        for discount in quote.discounts
    ]
    return {
        "rows": rows if quote.discounts else [],
        "total": money(quote.total, currency),
        "vat": [
            {
                "rate": rate_words(share.rate),
                "net": money(share.net, currency),
                "vat": money(share.vat, currency),
                "gross": money(share.gross, currency),
            }
            for share in quote.vat
        ],
    }
