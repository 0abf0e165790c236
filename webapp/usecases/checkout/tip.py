"""Choosing a tip: kept with the basket, priced whenever the basket is."""

from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import lock_basket
from webapp.nouns.basket.tip import put_tip
from webapp.nouns.pricing.tip import Tip
from webapp.usecases.wiring import Wiring


def choose_tip(wiring: Wiring, *, visit_id: int, store_id: int, tip: Tip) -> None:
    """Keep the tip wished for. An order being paid already keeps its own (P4)."""

    def work(session: Session) -> None:
        basket_id = lock_basket(session, visit_id, store_id)
        if basket_id is not None:
            put_tip(session, basket_id, tip)

    wiring.db.run(work)
