"""The tip a diner chose on the last page, kept with the basket until it is paid."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from webapp.nouns.basket.models import Basket
from webapp.nouns.pricing.tip import NO_TIP, Tip

_TIP = select(Basket.tip_percent, Basket.tip_amount).where(Basket.id == bindparam("basket_"))


def tip_in(session: Session, basket_id: int) -> Tip:
    """What was chosen; no tip where nothing was."""
    row = session.connection().execute(_TIP, {"basket_": basket_id}).first()
    return Tip(row[0], row[1]) if row is not None else NO_TIP


def put_tip(session: Session, basket_id: int, tip: Tip) -> None:
    """Keep what was chosen."""
    wanted = {"tip_percent": tip.percent, "tip_amount": tip.amount}
    session.execute(update(Basket).where(Basket.id == basket_id).values(wanted))
