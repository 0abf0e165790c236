"""Whatever the programme does to a movement, it is made once or not at all, and both books agree in the end (G10)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.test_promotion_cuts import Cut, cut_after
from tests.integration.value_table import GIFT, POINTS, Payer, payer
from webapp.ground.db import Database
from webapp.nouns.order.models import Order
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.membership.patience import Patience

BEFORE: dict[str, Any] = {"after": False}
AFTER: dict[str, Any] = {"after": True}
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("hang", BEFORE), ("hang", AFTER), ("reset", BEFORE), ("reset", AFTER), ("error", BEFORE), ("error", AFTER),
    ("error", {"status": 429}), ("html", AFTER), ("malformed", BEFORE), ("malformed", AFTER), ("drip", AFTER),
]  # fmt: skip


@pytest.fixture
def there(database: Database) -> Iterator[Payer]:
    with payer(database) as made:
        made.cast.wiring = replace(made.cast.wiring, page_seconds=0.4, worker_seconds=0.4)
        yield made


def _settled(there: Payer) -> None:
    """Everything is looked at until it stands still."""
    for minutes in (0, 2, 6, 2, 6):
        there.work(minutes=minutes)


def _patient(there: Payer) -> None:
    there.cast.wiring = replace(there.cast.wiring, patience=Patience())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_fault_takes_from_a_gift_card_twice_or_for_an_order_nobody_paid(there: Payer) -> None:
    for kind, more in FAULTS:
        _patient(there)
        order = there.placed(GIFT)
        there.at.fault("order", kind, **more)
        code = there.refused(order)
        assert code in {"unclear", "silent"}, (kind, more)
        assert there.cast.state(order) == "cancelled"
        _settled(there)
        assert (there.there(), sum(there.moved())) == (1500, 0), (kind, more)
        assert there.at.alerts() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_fault_credits_twice_or_never(there: Payer) -> None:
    for kind, more in FAULTS[1::3]:
        _patient(there)
        order = there.placed(GIFT)
        assert there.refused(order) == ""
        there.at.fault("order", kind, **more)
        give_up(there.cast.wiring, order.reference, "cancelled", "payer cancelled")
        _settled(there)
        assert (there.there(), there.cast.state(order)) == (1500, "cancelled"), (kind, more)
        assert there.rows(order)[1][3] == "done"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_fault_takes_points_twice_or_undoes_a_paid_order(there: Payer) -> None:
    for kind, more in FAULTS[1::3]:
        _patient(there)
        assert there.at.there is not None
        there.at.there.memory.rows("UPDATE person SET points=120 WHERE gift=1500")
        there.cast.choose(there.guest, "CREPE", 2)
        order = there.placed(POINTS)
        there.pay(order)
        there.at.fault("loyalty_pay", kind, **more)
        _settled(there)
        taken, state = 120 - there.there(POINTS), there.rows(order)[0][3]
        assert (taken, state) in {(120, "done"), (0, "void")}, (kind, more)
        assert there.cast.state(order) == "paid"


def test_a_stale_reading_right_after_a_lost_answer_is_not_believed_at_once(there: Payer) -> None:
    order = there.placed(GIFT)
    there.at.fault("order", "reset", after=True)
    assert there.refused(order) == "unclear"
    there.at.fault("session", "stale")
    _settled(there)
    assert (there.there(), there.rows(order)[0][3], there.rows(order)[1][3]) == (1500, "done", "done")


def test_a_card_used_elsewhere_in_between_is_for_a_person_and_nothing_is_guessed(there: Payer) -> None:
    order = there.placed(GIFT)
    there.at.fault("order", "reset", after=True)
    there.refused(order)
    assert there.at.there is not None
    there.at.there.memory.rows("UPDATE person SET gift=gift+100 WHERE gift<1500")
    _settled(there)
    assert (there.rows(order)[0][3], there.at.alerts()) == ("by_hand", ["value_by_hand"])
    assert there.moved() == [-1500]


def test_while_one_use_is_unclear_the_person_pays_nothing_more_with_it(there: Payer) -> None:
    order = there.placed(GIFT)
    there.at.fault("order", "reset", after=True)
    assert there.refused(order) == "unclear"
    assert there.cast.place(there.guest).by_value == 0


def _paid_through(there: Payer, order: Order) -> None:
    """A diner who tries to pay, and gives up where it does not go on."""
    if there.refused(order) == "" and there.cast.state(order) == "pending":
        there.cast.paid_at_provider(order)


def test_a_process_that_dies_between_any_two_statements_is_healed_by_the_worker(there: Payer) -> None:
    there.cast.wiring = replace(there.cast.wiring, page_seconds=8, worker_seconds=8)
    ends = set[str]()
    for statements in range(0, 60, 3):
        there.cast.choose(there.guest, "CREPE", 1) if statements else None
        order = there.placed(GIFT)
        try:
            with cut_after(there.cast.wiring.db, statements):
                _paid_through(there, order)
        except Cut:
            there.at.later(minutes=31)
        _settled(there)
        state = there.cast.state(order)
        ends.add(state)
        assert state in {"paid", "cancelled", "expired"}
        took = order.by_value if state == "paid" else 0
        assert there.there() == 1500 - took, (statements, there.rows(order))
        if state == "paid":
            there.cast.give_back(order)
            _settled(there)
            break
    assert {"expired", "paid"} <= ends
    assert there.there() == 1500
