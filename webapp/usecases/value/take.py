"""Before the card: what the diner's gift card pays is taken, and points where nothing is left to pay (spoonity.md 8.5).

Whatever goes wrong here, nothing was charged to a card yet: the order is given up, what was taken goes back by itself,
and the diner chooses again. Only where another page of this very order is taking it at this moment is the order kept.
"""

from webapp.nouns.order.models import Order
from webapp.nouns.value import rows
from webapp.nouns.value.models import ValueMovement
from webapp.usecases.value.asking import SHORT, UNCLEAR, Line, ask
from webapp.usecases.wiring import Wiring

UNDER_WAY = "under_way"
_ENDED = {rows.DONE: "", rows.UNKNOWN: UNCLEAR}


class NotTaken(Exception):
    """The order cannot be paid as agreed.

    `code`: `short`, `silent`, `busy` or `unclear`, see `webapp.usecases.value.asking.ask`; or `under_way`: it is being
    taken for this very order right now, and nothing is to be given up.
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
        code = take_one(wiring, row)
        if code:
            raise NotTaken(code)


def take_one(wiring: Wiring, row: ValueMovement) -> str:
    """Take one part; "" once it is taken, else the code of `NotTaken`. `row`: as read a moment ago."""
    if row.state == rows.PLANNED:
        code = ask(Line(wiring, row, page=True))
        if not code:
            return ""
        # Perhaps another tab of the same diner took it, or is taking it, meanwhile: what we were told is of that then.
        with wiring.db.reading() as session:
            row = next(one for one in rows.debits_of(session, row.order_id) if one.id == row.id)
        return _ENDED.get(row.state, code) if row.state != rows.SENT else _sent(wiring, row)
    return _sent(wiring, row) if row.state == rows.SENT else _ENDED.get(row.state, SHORT)


def _sent(wiring: Wiring, row: ValueMovement) -> str:
    """No request is in flight longer than that (G10): whoever sent it afterwards is gone, and its answer lost."""
    young = row.sent_at is not None and wiring.clock.now() - row.sent_at < rows.IN_FLIGHT
    return UNDER_WAY if young else UNCLEAR
