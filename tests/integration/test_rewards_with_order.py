"""Rewards nobody buys before: chosen, carried by the order, their points spent by its one report (spoonity.md 6.3)."""

from collections.abc import Iterator

import pytest

from tests.contract.spoonity_calls import COFFEE, TEN_OFF
from tests.integration.value_table import POINTS, Payer, payer
from webapp.ground.db import Database
from webapp.nouns.customer.models import Customer
from webapp.nouns.pricing import Configuration, Wanted
from webapp.nouns.promotion.owned import name_to_take
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.promotion.rewards import NotUsable, drop_spent, use


@pytest.fixture
def there(database: Database) -> Iterator[Payer]:
    with payer(database) as made:
        yield made


def _take(there: Payer, reward_id: str, dish: str = "") -> None:
    (ada,) = there.cast.rows(Customer)
    wanted = Wanted("", dish, 1, Configuration(), "") if dish else None
    use(there.cast.wiring, there.promos.asked(there.guest), name_to_take(ada.id, reward_id), wanted, seen=(dish, 450))


def _points(there: Payer, points: int) -> None:
    assert there.at.there is not None
    there.at.there.memory.rows("UPDATE person SET points=? WHERE gift=1500", points)


def test_a_dish_is_offered_travels_with_the_order_and_its_points_are_spent_once(there: Payer) -> None:
    _take(there, COFFEE, "CIDER")
    order = there.cast.place(there.guest)
    assert (order.total, there.there(POINTS)) == (1800, 120)
    there.pay(order)
    assert there.there(POINTS) == 120  # the report spends them, nothing before
    there.at.deliver(there.cast.wiring)
    there.at.deliver(there.cast.wiring)
    (told,) = there.at.reports()
    offered = [line for line in told["body"]["line_items"] if line["discounts"]]
    assert [(line["id"], line["discounts"][0]["id"]) for line in offered] == [("CIDER", "discount_free_coffee")]
    assert (told["spent"], there.there(POINTS)) == (100, 120 - 100 + told["earned"])
    there.cast.give_back(order)
    there.at.deliver(there.cast.wiring)
    assert there.there(POINTS) == 120  # the void gives them back


def test_money_off_is_taken_off_and_the_identifier_is_copied_verbatim(there: Payer) -> None:
    _points(there, 600)
    _take(there, TEN_OFF)
    order = there.cast.place(there.guest)
    assert order.total == 800
    there.pay(order)
    there.at.deliver(there.cast.wiring)
    (told,) = there.at.reports()
    assert [one["id"] for one in told["body"]["discounts"]] == ["10_off"]
    assert told["spent"] == 500


@pytest.mark.parametrize("ending", ["cancelled", "expired"])
def test_an_order_that_is_not_paid_spends_nothing_and_leaves_the_basket_alone(there: Payer, ending: str) -> None:
    _take(there, COFFEE, "CIDER")
    order = there.cast.place(there.guest)
    assert there.refused(order) == ""
    give_up(there.cast.wiring, order.reference, ending, "payer")
    there.at.deliver(there.cast.wiring)
    assert (there.there(POINTS), there.at.reports()) == (120, [])
    assert there.cast.place(there.guest).total == 1800


def test_the_same_points_are_promised_to_one_order_only(there: Payer) -> None:
    _take(there, COFFEE, "CIDER")
    assert there.with_value(POINTS) == [True]
    order = there.cast.place(there.guest)
    assert order.by_value == 0  # points that are spent on a reward pay nothing
    other = there.promos.proved()
    there.cast.choose(other)
    (ada,) = there.cast.rows(Customer)
    use(
        there.cast.wiring, there.promos.asked(other), name_to_take(ada.id, COFFEE),
        Wanted("", "CIDER", 1, Configuration(), ""), seen=("CIDER", 450),
    )  # fmt: skip
    with pytest.raises(NotPlaced, match="changed"):
        there.cast.place(other)


def test_points_that_a_reward_or_a_payment_counts_on_are_counted_for_nothing_else(there: Payer) -> None:
    _take(there, COFFEE, "CIDER")
    mine, other = there.guest, there.promos.proved()
    there.cast.choose(other)
    there.guest = other
    assert there.with_value(POINTS) == [True]
    shown = there.cast.shown(other)  # no other order counts on them yet
    order = there.cast.place(mine)
    with pytest.raises(NotPlaced, match="changed"):
        there.cast.place(other, shown)
    assert there.cast.place(other).by_value == 0
    there.cast.choose(other)
    there.work(minutes=31)  # both were left unpaid
    assert there.cast.state(order) == "expired"
    assert there.with_value(POINTS) == [True]
    assert there.cast.place(other).by_value == 600
    assert [one.reason.code for one in there.promos.price(mine).rewards if one.reason] == ["held"]


def test_what_is_out_of_reach_or_somebody_else_s_is_not_put_on_an_order(there: Payer) -> None:
    with pytest.raises(NotUsable, match="gone"):
        _take(there, TEN_OFF)
    with pytest.raises(NotUsable, match="gone"):
        use(there.cast.wiring, there.promos.asked(there.guest), name_to_take(999, COFFEE))


def test_points_spent_elsewhere_meanwhile_take_the_reward_off_before_the_order_is_placed(there: Payer) -> None:
    _take(there, COFFEE, "CIDER")
    _points(there, 99)
    assert drop_spent(there.cast.wiring, there.promos.asked(there.guest)) == ("Free coffee",)


def test_whoever_has_not_proved_the_number_takes_nothing(database: Database) -> None:
    with payer(database, proved=False) as stranger, pytest.raises(NotUsable, match="unproved"):
        _take(stranger, COFFEE, "CIDER")
