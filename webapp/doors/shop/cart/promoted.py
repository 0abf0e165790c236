"""This browser's basket with its rewards and codes, as the doors ask for it."""

from sqlalchemy.orm import Session

from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.pay.journey import Journey
from webapp.doors.shop.present.promos import left_words
from webapp.nouns.promotion.basket import Asked, Promoted, asked_by, promote
from webapp.usecases.promotion.theirs import refresh


def asked(database: Session, here: Journey) -> Asked:
    """How this journey would order now."""
    return asked_by(database, here.on_sale, here.visit, here.customer, now())


def promoted(here: Journey) -> Promoted:
    """The price of this journey's basket."""
    with desk().wiring.db.reading() as database:
        return promote(database, asked(database, here), [line.wanted for line in here.lines])


def priced_now(here: Journey) -> tuple[Promoted, list[str]]:
    """The price, after a programme that prices baskets itself was asked where it must be; and what to say of that."""
    price = promoted(here)
    said = ask_programme(here) if price.choices else []
    return (promoted(here), said) if price.choices else (price, said)


def ask_programme(here: Journey, *, anew: bool = False) -> list[str]:
    """Have the programme price what the basket carries of it; a sentence for each choice that does not count."""
    with desk().wiring.db.reading() as database:
        how = asked(database, here)
    return [left_words(one) for one in refresh(desk().wiring, how, [line.wanted for line in here.lines], anew=anew)]
