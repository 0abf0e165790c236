"""Basket lines: on their own page, and in the bar beside the menu."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from webapp.doors.shop.frame import _, language, money
from webapp.doors.shop.present.menu import dish_url
from webapp.doors.shop.present.prices import added
from webapp.doors.shop.words import problem_words
from webapp.nouns.basket.lines import Line
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.pricing import MAX_QUANTITY, Problem, Quote, QuoteDetail, QuoteLine


@dataclass(frozen=True)
class Priced:
    """A stored line with its price now, or with every reason why it has none."""

    line: Line
    now: QuoteLine | None
    problems: tuple[Problem, ...]


def together(lines: Sequence[Line], quote: Quote) -> list[Priced]:
    """Each stored line beside what the quote says of it."""
    sold = {line.line_id: line for line in quote.lines}
    return [
        Priced(
            line,
            sold.get(line.wanted.line_id),
            tuple(problem for problem in quote.problems if problem.line_id == line.wanted.line_id),
        )
        for line in lines
    ]


def dish_name(menu: Menu, line: Line) -> str:
    """The dish in the diner's language; the name last seen when the menu no longer knows it."""
    item = menu.item(line.wanted.sku)
    return menu.text(item.name, language()) if item else line.seen_name or _("A dish")


def _detail(menu: Menu, detail: QuoteDetail) -> dict[str, str]:
    name = menu.text(detail.name, language())
    text = f"{detail.quantity} × {name}" if detail.quantity > 1 else name
    price = _("included") if detail.included else added(detail.unit_price * detail.quantity, menu.currency)
    return {"text": text, "price": price}


def details(menu: Menu, quoted: QuoteLine | None) -> list[dict[str, str]]:
    """The choices of a priced line, each with what it adds."""
    return [_detail(menu, detail) for detail in quoted.details] if quoted else []


def page_lines(on_sale: OnSale, rows: Iterable[Priced]) -> list[dict[str, Any]]:
    """What shop/basket.html asks for, line by line."""
    return [_page_line(on_sale, row) for row in rows]


def _page_line(on_sale: OnSale, row: Priced) -> dict[str, Any]:
    store, menu, line = on_sale.store, on_sale.menu, row.line
    item = menu.item(line.wanted.sku)
    return {
        "id": line.id,
        "name": dish_name(menu, line),
        "quantity": line.wanted.quantity,
        "total": money(row.now.total, menu.currency) if row.now else "",
        "details": details(menu, row.now),
        "note": line.wanted.note,
        "url": url_for("shop.basket_line", merchant=store.merchant.slug, store=store.slug, line=line.id),
        "edit": dish_url(on_sale, item.sku, line=line.id) if item and (item.configurable or line.wanted.note) else None,
        "problem": " ".join(problem_words(menu, problem) for problem in row.problems) or None,
        "most": MAX_QUANTITY,
    }


def part(on_sale: OnSale, lines: Sequence[Line], quote: Quote, message: str = "") -> Mapping[str, Any]:
    """What components/basket.html asks for. `message`: what just happened, for screen readers."""
    store, menu = on_sale.store, on_sale.menu
    return {
        "count": sum(line.wanted.quantity for line in lines),
        "total": money(quote.total, menu.currency),
        "url": url_for("shop.basket", merchant=store.merchant.slug, store=store.slug),
        "message": message,
        "lines": [
            {
                "quantity": row.line.wanted.quantity,
                "name": dish_name(menu, row.line),
                "details": ", ".join(one["text"] for one in details(menu, row.now)),
                "total": money(row.now.total, menu.currency) if row.now else "",
            }
            for row in together(lines, quote)
        ],
    }
