"""Baskets the programme prices itself: charged as it says, asked at every change, never in the way of a sale."""

from collections.abc import Iterator
from itertools import product

import pytest

from tests.contract import gonnaorder_calls, menu_calls
from tests.integration.programme_table import Table, table
from webapp.ground.db import Database
from webapp.nouns.promotion.models import BasketChoice, OrderDiscount
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.promotion.rewards import NotUsable
from webapp.usecases.promotion.theirs import use_credit

OFF = {"gonnaorder": 550, "menu": 300}
CODES = {"gonnaorder": ("SUMMER", 180), "menu": ("SUMMER", 200)}


@pytest.fixture(params=["gonnaorder", "menu"])
def there(request: pytest.FixtureRequest, database: Database) -> Iterator[Table]:
    with table(database, request.param) as made:
        yield made


def test_chosen_priced_paid_told_and_the_same_in_both_books(there: Table) -> None:
    vendor = there.at.kind.vendor
    there.choose()
    assert there.total() == 1800 - OFF[vendor]
    assert there.ask() == []
    order = there.cast.place(there.guest)
    assert (order.total, sum(share["gross"] for share in order.vat)) == (1800 - OFF[vendor], order.total)
    there.pay(order)
    there.at.deliver()
    [row] = there.at.reports()
    [mine] = there.cast.rows(OrderDiscount)
    assert (mine.state, mine.amount, there.cast.rows(BasketChoice)) == ("used", OFF[vendor], [])
    if vendor == "gonnaorder":
        assert (row["taken"], row["body"]["totalDiscountedPrice"]) == (mine.amount, order.total / 100)
    else:
        [offer] = [one for one in there.at.books()["discounts"] if one["id"] == menu_calls.OFFER]
        assert (offer["used"], offer["amount"], row["body"]["discounts"]) == (
            1, mine.amount, [{"id": menu_calls.OFFER, "type_id": 3}],
        )  # fmt: skip


def test_a_changed_basket_takes_nothing_off_until_the_programme_has_priced_it(there: Table) -> None:
    there.choose()
    shown = there.cast.shown(there.guest)
    there.cast.choose(there.guest, "CIDER")
    assert there.total() == 2250
    with pytest.raises(NotPlaced):
        there.cast.place(there.guest, shown)
    assert there.ask(anew=False) == []
    assert there.total() == 2250 - OFF[there.at.kind.vendor]


def test_a_price_said_too_long_ago_is_not_charged(there: Table) -> None:
    there.choose()
    there.at.later(minutes=3)
    assert there.refused() == "changed"
    there.ask()
    assert there.refused() == ""


@pytest.mark.parametrize("kind", ["hang", "reset", "error", "html", "wrong_shape"])
def test_a_silent_programme_gives_no_discount_and_stops_no_sale(there: Table, kind: str) -> None:
    there.choose()
    there.at.fault("*", kind, count=9)
    assert there.ask() == ["silent"]
    assert there.total() == 1800
    order = there.cast.place(there.guest)
    assert (order.total, there.cast.rows(OrderDiscount)) == (1800, [])


def test_what_is_refused_leaves_the_basket_with_a_word(there: Table) -> None:
    there.choose()
    assert there.at.there is not None
    there.at.there.memory.rows("UPDATE voucher SET active=0" if there.at.kind.vendor == "gonnaorder" else
                               "UPDATE discount SET used=1")  # fmt: skip
    assert there.ask() == ["refused"]
    assert (there.cast.rows(BasketChoice), there.total()) == ([], 1800)


def test_choosing_one_takes_the_place_of_the_other(there: Table) -> None:
    code, off = CODES[there.at.kind.vendor]
    there.choose()
    assert there.promos.type(there.guest, code) == "accepted"
    [row] = there.cast.rows(BasketChoice)
    assert (row.kind, row.amount, there.total()) == ("code", off, 1800 - off)


def test_a_stranger_spends_nothing_that_is_somebodys(database: Database) -> None:
    with table(database, "gonnaorder", proved=False) as at:
        with pytest.raises(NotUsable, match="unproved"):
            at.choose()
        assert at.promos.type(at.guest, gonnaorder_calls.ADA_CODE) == "refused"
        assert at.promos.type(at.guest, "nobodys") == "refused"
        assert (at.cast.rows(BasketChoice), at.total()) == ([], 1800)


def test_a_proof_that_ends_ends_the_discount(database: Database) -> None:
    with table(database, "gonnaorder") as at:
        at.choose()
        at.at.later(days=91)
        assert at.promos.price(at.guest).quote.total == 1800


def test_a_guest_uses_a_code_of_the_store_and_the_programme_is_told(database: Database) -> None:
    with table(database, "gonnaorder", phone=None, proved=False) as at:
        assert at.promos.type(at.guest, "SUMMER") == "accepted"
        order = at.cast.place(at.guest)
        assert order.total == 1620
        at.pay(order)
        at.at.deliver()
        assert [(row["taken"], row["body"]["voucherCode"]) for row in at.at.reports()] == [(180, "SUMMER")]


def test_a_code_that_became_an_offer_is_there_to_be_chosen(database: Database) -> None:
    with table(database, "menu") as at:
        assert at.promos.type(at.guest, "UNLOCK") == "yours"
        assert at.total() == 1800
        [offer] = [one for one in at.at.books()["discounts"] if one["name"] == "Unlocked offer"]
        at.choose(str(offer["id"]))
        assert at.total() == 1450


def test_a_reward_for_points_is_put_on_the_order_and_debited_when_it_is_paid(database: Database) -> None:
    with table(database, "menu") as at:
        at.cast.choose(at.guest, "CIDER")
        at.choose(str(menu_calls.BOWL))
        assert at.total() == 1750
        order = at.cast.place(at.guest)
        points = [one["points"] for one in at.at.books()["customers"]]
        at.pay(order)
        at.at.deliver()
        [row] = at.at.reports()
        assert row["body"]["discounts"] == [{"id": menu_calls.BOWL, "type_id": 2}]
        assert points == [80]
        assert at.at.books()["customers"][0]["points"] < 80


def test_a_wallet_that_an_unpaid_order_holds_is_not_spent_twice(database: Database) -> None:
    with table(database, "gonnaorder") as at:
        at.choose()
        first = at.cast.place(at.guest)
        assert first.total == 1250
        other = at.promos.proved()
        at.cast.choose(other, "CREPE")
        at.guest = other
        at.choose()
        assert (at.total(), at.promos.price(other).choices[0].reason) != (350, None)
        assert at.total() == 900


def test_every_spelling_of_a_code_is_a_guess_at_a_programme_that_tells_them_apart(database: Database) -> None:
    spellings = ["".join(signs) for signs in product(*("gG", "uU", "eE", "sS"))]
    with table(database, "gonnaorder") as at:
        said = [at.promos.typed(at.guest, spelling).outcome for spelling in spellings]
        assert said[:10] == ["refused"] * 10
        assert set(said[10:]) == {"throttled"}
        assert at.promos.typed(at.guest, spellings[0]).outcome == "refused", "typed once more it is no new guess"


def test_credit_is_taken_off_inside_the_price_takes_a_choice_s_place_and_leaves_with_the_order(
    database: Database,
) -> None:
    with table(database, "menu") as there:
        there.choose()
        use_credit(there.cast.wiring, there.promos.asked(there.guest), there.wanted(), "Credit")
        assert there.total() == 1800 - 1500  # in place of the offer: one at a time here
        there.cast.choose(there.guest, "CIDER")
        assert there.ask() == []
        assert there.total() == 2250 - 1500
        order = there.cast.place(there.guest)
        there.pay(order)
        there.at.deliver(there.cast.wiring)
        (told,) = there.at.reports()
        assert told["body"]["discounts"] == [{"discount_amount": 1500}]
        assert there.at.there is not None
        assert next(row["credit"] for row in there.at.there.memory.rows("SELECT credit FROM customer")) == 0


def test_more_credit_than_the_order_costs_pays_all_of_it_and_no_more(database: Database) -> None:
    with table(database, "menu") as there:
        assert there.at.there is not None
        there.at.there.memory.rows("UPDATE customer SET credit=5000")
        use_credit(there.cast.wiring, there.promos.asked(there.guest), there.wanted(), "Credit")
        order = there.cast.place(there.guest)
        assert (order.total, order.due) == (0, 0)
        there.pay(order)
        there.at.deliver(there.cast.wiring)
        assert next(row["credit"] for row in there.at.there.memory.rows("SELECT credit FROM customer")) == 3200
