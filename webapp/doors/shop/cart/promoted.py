"""This browser's basket with its rewards and codes, as the doors ask for it."""

from sqlalchemy.orm import Session

from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.pay.journey import Journey
from webapp.nouns.promotion.basket import Asked, Promoted, asked_by, promote


def asked(database: Session, here: Journey) -> Asked:
    """How this journey would order now."""
    return asked_by(database, here.on_sale, here.visit, here.customer, now())


def promoted(here: Journey) -> Promoted:
    """The price of this journey's basket."""
    with desk().wiring.db.reading() as database:
        return promote(database, asked(database, here), [line.wanted for line in here.lines])
