"""What of an order paid from several sources goes back to which, told from the rows of both books. Pure."""

from collections.abc import Sequence

from webapp.nouns.order.models import Order, Refund
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import POINTS
from webapp.nouns.value.rows import CREDIT, DEBIT, DONE

ENDED = ("refund_due", "refunded")


def points_back(
    order: Order, requests: Sequence[RefundRequest], refunds: Sequence[Refund], movements: Sequence[ValueMovement]
) -> dict[int | None, int]:
    """Request, None for money that goes back by itself → the worth in points, minor units, that people must give back.

    Points go back last, and by nobody but people: it is what is left of a request once the shares of card and gift
    card are taken off, if points were taken at all.
    """
    taken = sum(row.amount for row in movements if (row.way, row.kind, row.state) == (DEBIT, POINTS, DONE))
    if not taken:
        return {}
    if not requests:
        return {None: taken} if order.state in ENDED else {}
    found: dict[int | None, int] = {}
    for one in requests:
        sent = sum(row.amount for row in refunds if row.request_id == one.id)
        sent += sum(row.amount for row in movements if row.request_id == one.id and row.way == CREDIT)
        left = min(one.amount - sent, taken - sum(found.values()))
        if left > 0 and one.state != "refused":
            found[one.id] = left
    return found
