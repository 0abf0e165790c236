"""The fortnight as plain values: a table whose cells also draw their bar."""

from collections.abc import Sequence
from typing import Any

from babel.dates import format_date

from webapp.doors.speech import _
from webapp.ground.money import shown
from webapp.usecases.setup.figures import Day


def today_words(days: Sequence[Day], currency: str, language: str) -> list[dict[str, str]]:
    """Today in large type."""
    if not days:
        return []
    today = days[-1]
    return [
        {"label": _("Orders today"), "value": str(today.orders)},
        {"label": _("Sales today"), "value": shown(today.sales, currency, language)},
        {"label": _("Joined today"), "value": str(today.joins)},
        {"label": _("Rewards used today"), "value": str(today.rewards)},
    ]


def _part(value: int, most: int) -> int:
    """How long a bar is, in hundredths; whatever is not nothing is seen."""
    return max(1, round(100 * value / most)) if value and most else 0


def chart(days: Sequence[Day], currency: str, language: str, *, consent: bool) -> dict[str, Any] | None:
    """The last days, newest first, and how many of those who joined said yes; None without a store.

    `consent`: whether yeses to messages are shown, see `fortnight`.
    """
    if not days:
        return None
    orders, sales = max(day.orders for day in days), max(day.sales for day in days)
    joins = sum(day.joins for day in days)
    rows = [
        {
            "day": format_date(day.day, "EEE d MMM", locale=language),
            "iso": day.day.isoformat(),
            "orders": day.orders,
            "orders_part": _part(day.orders, orders),
            "sales": shown(day.sales, currency, language),
            "sales_part": _part(day.sales, sales),
            "joins": day.joins,
            "emails": day.emails,
            "texts": day.texts,
            "rewards": day.rewards,
        }
        for day in reversed(days)
    ]
    rates = [
        _rate(_("E-mail"), sum(day.emails for day in days), joins),
        _rate(_("Text messages"), sum(day.texts for day in days), joins),
    ]
    return {"rows": rows, "joins": joins, "rates": rates if consent else []}


def _rate(label: str, many: int, joins: int) -> dict[str, Any]:
    if not joins:
        return {"label": label, "percent": 0, "words": _("nobody yet")}
    percent = min(100, round(100 * many / joins))
    words = _("%(many)s of %(all)s (%(percent)s %%)", many=many, all=joins, percent=percent)
    return {"label": label, "percent": percent, "words": words}
