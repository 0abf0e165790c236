"""What stands in a basket leaves it again; nothing of it was used."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import lock_basket, touch
from webapp.usecases.wiring import Wiring


def take_from_basket(wiring: Wiring, visit_id: int, store_id: int, take: Callable[[Session, int], bool]) -> bool:
    """Have `take` remove something of this visit's basket in this store, its lock held; False when it was not there.

    Args:
        wiring: the outside.
        visit_id: whose basket.
        store_id: in which store.
        take: removes it; told the basket's row, it says whether it was in it. It may run several times (G13).
    """
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        basket_id = lock_basket(session, visit_id, store_id)
        if basket_id is None:
            return False
        touch(session, basket_id, now)
        return take(session, basket_id)

    return wiring.db.run(work)
