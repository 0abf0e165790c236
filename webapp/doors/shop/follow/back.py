"""What the diner reads of money that goes back: every source it came from by its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.doors.shop.frame import _, day_words, money
from webapp.doors.shop.pay.elsewhere import ELSEWHERE
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.models import Order, Refund
from webapp.nouns.order.requests import refunds_of_order, requests_of
from webapp.nouns.value.back import points_back
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.rows import BY_HAND, CREDIT, movements_of


@dataclass(frozen=True)
class Back:
    """What goes, or went, back of an order: to the card, to the gift card; `points`: minor units people give back."""

    refunds: Sequence[Refund]
    credits: Sequence[ValueMovement] = ()
    points: int = 0

    @property
    def signs(self) -> str:
        """Differs whenever the sentences would."""
        found = "".join(f"|{one.id} {one.state}" for one in self.refunds)
        found += "".join(f"|v{one.id} {one.state}" for one in self.credits)
        return found + (f"|{self.points}" if self.points else "")


def back_of(database: Session, order: Order) -> Back:
    """See `Back`."""
    refunds = refunds_of_order(database, order.id)
    if not order.by_value:
        return Back(refunds)
    movements = movements_of(database, order.id)
    points = points_back(order, requests_of(database, order.id), refunds, movements)
    return Back(refunds, [row for row in movements if row.way == CREDIT], sum(points.values()))


def back_words(order: Order, store: StoreFacts, back: Back, taken_by: str) -> list[dict[str, object]]:
    """Each way back in a sentence: on its way, or given back on which day; oldest first. `taken_by`: who was paid."""
    said = [_card_words(order, store, one, taken_by) for one in back.refunds if one.state in ("intended", "done")]
    # A refusal is left out: the restaurant is told and sees to it; a part refused is no promise to the diner.
    said += [_gift_words(order, store, one) for one in back.credits]
    if back.points:
        words = _("%(amount)s was paid with points", amount=money(back.points, order.currency))
        more = _("Points do not come back by themselves: the restaurant has been told and gives them back to you.")
        said.append({"words": words, "more": more, "done": False})
    return said


def _card_words(order: Order, store: StoreFacts, refund: Refund, taken_by: str) -> dict[str, object]:
    more = _("It goes to the card or account you paid with; your bank may take a few days to show it.")
    if taken_by in ELSEWHERE:
        more = _("The restaurant hands it back to you, where and how you paid.")
    by_card = order.by_value and taken_by not in ELSEWHERE
    amount, done = money(refund.amount, order.currency), refund.done_at if refund.state == "done" else None
    if done is not None:
        day = day_words(done, store)
        words = (
            _("%(amount)s given back on your bank card %(day)s", amount=amount, day=day)
            if by_card
            else _("%(amount)s given back %(day)s", amount=amount, day=day)
        )
    elif by_card:
        words = _("%(amount)s on its way back on your bank card", amount=amount)
    else:
        words = _("%(amount)s on its way back to you", amount=amount)
    return {"words": words, "more": more, "done": done is not None}


def _gift_words(order: Order, store: StoreFacts, credit: ValueMovement) -> dict[str, object]:
    amount, done = money(credit.amount, order.currency), credit.settled_at if credit.state == "done" else None
    more = ""
    if done is not None:
        words = _("%(amount)s given back on your gift card %(day)s", amount=amount, day=day_words(done, store))
    elif credit.state in (BY_HAND, "refused", "void"):
        words = _("%(amount)s of your gift card", amount=amount)
        more = _("The restaurant has been told and puts it back on your gift card.")
    else:
        words = _("%(amount)s on its way back on your gift card", amount=amount)
    return {"words": words, "more": more, "done": done is not None}
