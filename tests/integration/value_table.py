"""Somebody at a table who pays a part with their gift card or their points at the real Spoonity sandbox."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from tests.integration.programme_table import Table, table
from webapp.ground.db import Database
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.value.models import ValueMovement
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.value.choose import choose_value
from webapp.usecases.value.worker import move_due

GIFT, POINTS = "gift_card", "points"
HELD = {GIFT: 1500, POINTS: 120}


@dataclass
class Payer(Table):
    """The diner, two crêpes of 9.00 in the basket, 15.00 on the gift card and 120 points of 0.05."""

    def with_value(self, *kinds: str) -> list[bool]:
        """Pay with these, too."""
        asked = self.promos.asked(self.guest)
        return [choose_value(self.cast.wiring, asked, kind, wanted=True) for kind in kinds]

    def placed(self, *kinds: str) -> Order:
        """An order to be paid in part with these."""
        assert all(self.with_value(*kinds))
        return self.cast.place(self.guest)

    def refused(self, order: Order | None = None) -> str:
        """Why no payment page opens; "" when one does. As the door does, the order is then given up."""
        assert order is not None
        try:
            start_payment(self.cast.wiring, order.reference)
        except CannotPay as trouble:
            give_up(self.cast.wiring, order.reference, "cancelled", "value")
            return trouble.code
        return ""

    def work(self, *, minutes: int = 0) -> None:
        """The worker, as often as it takes; `minutes` later."""
        self.at.later(minutes=minutes)
        for _round in range(4):
            reconcile(self.cast.wiring)
            if not move_due(self.cast.wiring):
                return

    def there(self, kind: str = GIFT) -> int:
        """What the programme says is left: cents on the card, or points."""
        column = "gift" if kind == GIFT else "points"
        (ada,) = [one for one in self.at.books()["people"] if one["phone"] == "33612345678"]
        return int(ada[column])

    def moved(self) -> list[int]:
        """Every movement in the programme's ledger, in cents, oldest first."""
        return [row["cents"] for row in reversed(self.at.books()["movements"])]

    def rows(self, order: Order) -> list[tuple[str, str, int, str]]:
        """Our movements."""
        found: Sequence[ValueMovement] = self.cast.rows(ValueMovement, ValueMovement.order_id == order.id)
        return [(row.way, row.kind, row.amount, row.state) for row in found]

    def report(self, order: Order) -> OutboxMessage:
        """What the programme is, or will be, told."""
        with self.cast.wiring.db.reading() as session:
            return session.scalars(select(OutboxMessage).where(OutboxMessage.order_id == order.id)).one()


@contextmanager
def payer(database: Database, *, proved: bool = True) -> Iterator[Payer]:
    """See `Payer`."""
    with table(database, "spoonity", proved=proved) as made:
        yield Payer(made.at, made.promos, made.guest)
