"""What is charged for a basket the programme prices: to the cent what it says, asked beside us."""

from tests.integration.programme_table import table
from webapp.ground.db import Database


def test_whatever_is_in_the_basket_what_is_charged_is_what_the_programme_says(database: Database) -> None:
    with table(database, "gonnaorder") as at:
        at.choose()
        plain = 1800
        for sku, price in (("CIDER", 450), ("CREPE", 900), ("CIDER", 450)):
            at.cast.choose(at.guest, sku)
            at.ask()
            plain += price
            assert at.total() == at.validated(plain)
        order = at.cast.place(at.guest)
        assert order.total == at.validated(plain) == plain - 550
        at.pay(order)
        at.at.deliver()
        [told] = at.at.reports()
        assert round(told["body"]["totalDiscountedPrice"] * 100) == order.total
