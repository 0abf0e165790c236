"""What the diner reads of money that goes back."""

from collections.abc import Sequence

from webapp.doors.shop.frame import _, day_words, money
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.models import Order, Refund


def back_words(order: Order, store: StoreFacts, refunds: Sequence[Refund]) -> list[dict[str, object]]:
    """Every refund in a sentence: on its way, or given back on which day; oldest first."""
    said: list[dict[str, object]] = []
    for refund in refunds:
        amount = money(refund.amount, order.currency)
        if refund.state == "done" and refund.done_at is not None:
            words = _("%(amount)s given back %(day)s", amount=amount, day=day_words(refund.done_at, store))
        elif refund.state == "intended":
            words = _("%(amount)s on its way back to you", amount=amount)
        else:
            continue  # refused: the restaurant is told and sees to it; a part refused is no promise to the diner
        said.append({"words": words, "done": refund.state == "done"})
    return said
