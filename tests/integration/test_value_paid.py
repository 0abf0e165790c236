"""Gift card and points as money: taken at the right moment, given back to where they came from, in both books alike."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.integration.test_reports_sent_once import rounds
from tests.integration.value_table import GIFT, HELD, POINTS, Payer, payer
from webapp.ground.db import Database
from webapp.nouns.customer.models import Customer
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.setup.loyalty import map_store
from webapp.usecases.value.choose import choose_value


@pytest.fixture
def there(database: Database) -> Iterator[Payer]:
    with payer(database) as made:
        yield made


def test_a_gift_card_pays_its_part_before_the_card_pays_the_rest_and_both_go_back(there: Payer) -> None:
    order = there.placed(GIFT)
    assert (order.total, order.by_value, order.due) == (1800, 1500, 300)
    assert there.there() == 1500  # nothing is reserved, nothing taken
    there.pay(order)
    assert (there.cast.state(order), there.cast.balance(order), there.there()) == ("paid", 300, 0)
    there.at.deliver(there.cast.wiring)
    (told,) = there.at.reports()
    body = told["body"]
    assert (body["payment_method"], body["total"], told["earned"]) == ("GIFT_CARD+CREDIT_CARD", 18.0, 16)
    there.cast.give_back(order)
    there.work()
    assert (there.cast.state(order), there.cast.balance(order), there.there()) == ("refunded", 0, 1500)
    assert there.moved() == [-1500, 1500]
    assert there.rows(order) == [("debit", GIFT, 1500, "done"), ("credit", GIFT, 1500, "done")]


def test_a_gift_card_that_pays_everything_needs_no_payment_page(there: Payer) -> None:
    order = there.placed(GIFT, POINTS)  # 15.00 and 3.00 of points
    assert (order.by_value, order.due) == (1800, 0)
    there.pay(order)
    assert there.cast.state(order) == "paid"
    assert (there.there(), there.there(POINTS)) == (0, 60)
    assert there.cast.payment.ledger()["sessions"] == []


@pytest.mark.parametrize("ending", ["cancelled", "declined", "expired"])
def test_what_the_gift_card_paid_goes_back_when_the_card_does_not(there: Payer, ending: str) -> None:
    order = there.placed(GIFT)
    assert there.refused(order) == ""
    assert there.there() == 0
    if ending == "declined":
        there.cast.paid_at_provider(order, "decline")
    if ending == "cancelled":
        give_up(there.cast.wiring, order.reference, "cancelled", "payer cancelled")
    there.work(minutes=0 if ending == "cancelled" else 31)
    there.work(minutes=1)
    assert there.cast.state(order) in {"cancelled", "expired"}
    assert (there.there(), there.moved()) == (1500, [-1500, 1500])


def test_points_are_taken_only_once_the_card_has_paid_and_the_report_says_so(there: Payer) -> None:
    order = there.placed(POINTS)
    assert (order.by_value, order.due) == (600, 1200)
    assert there.refused(order) == ""
    there.work(minutes=1)
    assert there.there(POINTS) == 120
    there.pay(order)
    assert (there.cast.state(order), there.there(POINTS)) == ("paid", 120)
    there.at.deliver(there.cast.wiring)
    assert there.at.reports() == []  # told once it is known what the points paid
    there.work()
    assert there.there(POINTS) == 0
    there.at.deliver(there.cast.wiring)
    (told,) = there.at.reports()
    assert (told["body"]["payment_method"], told["body"]["total"]) == ("LOYALTY+CREDIT_CARD", 12.0)
    assert told["body"]["subtotal"] == told["earned"] + 0.36  # on the goods, whoever paid them


def test_points_gone_meanwhile_leave_the_paid_order_alone_and_tell_a_person(there: Payer) -> None:
    order = there.placed(POINTS)
    there.pay(order)
    assert there.at.there is not None
    there.at.there.memory.rows("UPDATE person SET points=3 WHERE points=120")
    there.work()
    assert (there.cast.state(order), there.there(POINTS), there.at.alerts()) == ("paid", 3, ["value_short"])
    there.at.deliver(there.cast.wiring)
    assert [one["body"]["payment_method"] for one in there.at.reports()] == ["CREDIT_CARD"]


def test_a_card_with_too_little_left_is_refused_before_anything_is_charged(there: Payer) -> None:
    order = there.placed(GIFT)
    assert there.at.there is not None
    there.at.there.memory.rows("UPDATE person SET gift=1499 WHERE gift=1500")
    assert there.refused(order) == "short"
    assert (there.cast.state(order), there.moved(), there.cast.balance(order)) == ("cancelled", [], 0)


def test_whoever_has_not_proved_the_number_pays_with_nothing_of_it(database: Database) -> None:
    with payer(database, proved=False) as stranger:
        assert stranger.with_value(GIFT, POINTS) == [False, False]
        assert (stranger.cast.place(stranger.guest).by_value, stranger.moved()) == (0, [])


def test_an_owner_who_locks_spending_stops_the_order_before_and_after_it_is_placed(there: Payer) -> None:
    assert there.with_value(GIFT) == [True]
    shown = there.cast.shown(there.guest)

    def lock(*, now: object) -> None:
        with there.cast.wiring.db.transaction() as session:
            session.query(Customer).update({"spending_locked_at": now})

    lock(now=there.at.clock.now())
    with pytest.raises(NotPlaced, match="changed"):
        there.cast.place(there.guest, shown)
    lock(now=None)
    order = there.cast.place(there.guest, shown)
    assert there.refused(order) == ""
    lock(now=there.at.clock.now())
    there.cast.paid_at_provider(order)
    there.work()
    there.work(minutes=2)
    assert (there.cast.state(order), there.cast.balance(order)) == ("refunded", 0)
    assert there.there() == HELD[GIFT]


def test_a_refund_by_lines_gives_the_card_its_share_first_and_the_gift_card_the_rest(there: Payer) -> None:
    order = there.placed(GIFT)
    there.pay(order)
    there.cast.give_back(order, {0: 1})
    there.work()
    assert (there.cast.state(order), there.cast.balance(order), there.there()) == ("paid", 0, 600)
    there.cast.give_back(order, {0: 1})
    there.work()
    assert (there.cast.state(order), there.cast.balance(order), there.there()) == ("refunded", 0, 1500)
    assert there.moved() == [-1500, 600, 900]


def test_points_that_paid_a_part_of_a_refunded_order_are_for_a_person_to_give_back(there: Payer) -> None:
    order = there.placed(POINTS)
    there.pay(order)
    there.work()
    there.cast.give_back(order)
    there.work()
    assert (there.cast.state(order), there.cast.balance(order)) == ("refunded", 0)
    assert there.at.alerts() == ["points_by_hand"]


def test_points_promised_to_one_order_pay_no_other(there: Payer) -> None:
    order = there.placed(POINTS)
    other = there.promos.proved()
    there.cast.choose(other)
    mine, there.guest = there.guest, other
    assert there.with_value(POINTS) == [True]
    assert there.cast.place(other).by_value == 0
    there.guest = mine
    there.pay(order)
    there.work()
    assert (there.there(POINTS), there.at.alerts()) == (0, [])


@pytest.mark.parametrize(("kind", "left_when"), [(GIFT, "being paid"), (POINTS, "being paid"), (POINTS, "just paid")])
def test_a_merchant_who_leaves_the_programme_meanwhile_is_told_of_there_and_its_value_moved_there(
    there: Payer, kind: str, left_when: str
) -> None:
    order = there.placed(kind)
    assert there.refused(order) == ""
    if left_when == "just paid":
        there.pay(order)
    there.at.later(minutes=1)
    there.at.switch()
    with there.at.database.transaction() as session:
        map_store(session, there.at.slug, "one", there.at.kind.slug, there.at.clock.now())
    there.cast.wiring = replace(there.cast.wiring, programs=there.at.restart().programs)
    if left_when == "being paid":
        there.pay(order)
    there.work()
    rounds(there.at)
    row = there.at.message(order.id)
    assert (row.state, row.connection_id, row.slug) == ("done", there.at.connection, there.at.kind.slug)
    paid_with = "GIFT_CARD+CREDIT_CARD" if kind == GIFT else "LOYALTY+CREDIT_CARD"
    assert [one["body"]["payment_method"] for one in there.at.reports()] == [paid_with]
    there.cast.give_back(order)
    there.work()
    assert (there.cast.state(order), there.there()) == ("refunded", HELD[GIFT])


def test_one_balance_of_points_is_counted_for_one_order_at_a_time(there: Payer) -> None:
    other = there.promos.proved()
    there.cast.choose(other, "CREPE", 2)
    asked = there.promos.asked(other)
    assert choose_value(there.cast.wiring, asked, POINTS, wanted=True)
    shown = there.cast.shown(other)  # the points are still free
    first = there.placed(POINTS)
    with pytest.raises(NotPlaced, match="changed"):
        there.cast.place(other, shown)
    again = there.cast.place(other)
    assert (first.by_value, again.by_value, again.due) == (600, 0, 1800)
    give_up(there.cast.wiring, first.reference, "cancelled", "payer cancelled")
    give_up(there.cast.wiring, again.reference, "cancelled", "payer cancelled")
    assert there.cast.place(other).by_value == 600


def test_points_locked_after_the_order_was_placed_are_not_taken(there: Payer) -> None:
    order = there.placed(GIFT, POINTS)
    with there.cast.wiring.db.transaction() as session:
        session.query(Customer).update({"spending_locked_at": there.at.clock.now()})
    assert there.refused(order) == "busy"
    assert (there.cast.state(order), there.there(), there.there(POINTS), there.moved()) == ("cancelled", 1500, 120, [])
