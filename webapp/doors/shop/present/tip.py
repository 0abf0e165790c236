"""The tip as the last page offers it."""

from typing import Any

from babel.numbers import format_percent

from webapp.doors.shop.frame import _, language, money
from webapp.nouns.pricing import Quote
from webapp.nouns.pricing.tip import Tip, share


def tip_offer(quote: Quote, wished: Tip, suggested: tuple[int, ...], url: str) -> dict[str, Any] | None:
    """What components/tip.html asks for; None where the store takes no tips.

    Only what is on the total is marked as chosen: nothing, until the diner chooses something.
    """
    if not suggested:
        return None
    choices = [
        {
            "value": str(percent),
            "label": str(format_percent(percent / 100, locale=language())),
            "amount": money(share(quote, percent), quote.currency),
            "chosen": bool(quote.tip) and wished.percent == percent,
        }
        for percent in suggested
    ]
    own = quote.tip if quote.tip and not wished.percent else 0
    none = {"value": "0", "label": _("No tip"), "amount": "", "chosen": not quote.tip}
    return {"url": url, "choices": [none, *choices], "own": money(own, quote.currency) if own else ""}
