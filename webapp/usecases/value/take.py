"""Before the card: what the diner's gift card pays is taken, and points where nothing is left to pay (spoonity.md 8.5).

Whatever goes wrong here, nothing was charged to a card yet: the order is given up, what was taken goes back by itself,
and the diner chooses again.
"""

from webapp.nouns.order.models import Order
from webapp.nouns.value import rows
from webapp.nouns.value.models import ValueMovement
from webapp.usecases.value.asking import BUSY, SHORT, UNCLEAR, Line, ask
from webapp.usecases.wiring import Wiring


class NotTaken(Exception):
    """The order cannot be paid as agreed.

    `code`: `short`, `silent`, `busy` or `unclear`, see `webapp.usecases.value.asking.ask`.
    """

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def take_before(wiring: Wiring, order: Order) -> None:
    """Take what must be taken before this pending order is paid; asking again takes nothing twice.

    Raises:
        NotTaken: see the class.
    """
    with wiring.db.reading() as session:
        wanted = rows.before_payment(order, rows.debits_of(session, order.id))
    for row in wanted:
        code = _taken(wiring, row)
        if code:
            raise NotTaken(code)


def _taken(wiring: Wiring, row: ValueMovement) -> str:
    if row.state == rows.DONE:
        return ""
    if row.state in rows.OPEN:
        return UNCLEAR
    if row.state != rows.PLANNED:
        return SHORT
    code = ask(Line(wiring, row, page=True))
    if code != BUSY:
        return code
    with wiring.db.reading() as session:  # perhaps by another tab of the same diner, for this very order
        again = next(one for one in rows.debits_of(session, row.order_id) if one.id == row.id)
    return "" if again.state == rows.DONE else BUSY
