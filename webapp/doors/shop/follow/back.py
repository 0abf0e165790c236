"""What the diner reads of money that goes back."""

from collections.abc import Sequence

from webapp.doors.shop.frame import _, day_words, money
from webapp.doors.shop.pay.elsewhere import ELSEWHERE
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.models import Order, Refund


def back_words(order: Order, store: StoreFacts, refunds: Sequence[Refund], taken_by: str) -> list[dict[str, object]]:
    """Every refund in a sentence: on its way, or given back on which day; oldest first. `taken_by`: who was paid."""
    more = _("It goes to the card or account you paid with; your bank may take a few days to show it.")
    if taken_by in ELSEWHERE:
        more = _("The restaurant hands it back to you, where and how you paid.")
    said: list[dict[str, object]] = []
    for refund in refunds:
        amount = money(refund.amount, order.currency)
        if refund.state == "done" and refund.done_at is not None:
            words = _("%(amount)s given back %(day)s", amount=amount, day=day_words(refund.done_at, store))
        elif refund.state == "intended":
            words = _("%(amount)s on its way back to you", amount=amount)
        else:
            continue  # refused: the restaurant is told and sees to it; a part refused is no promise to the diner
        said.append({"words": words, "more": more, "done": refund.state == "done"})
    return said
