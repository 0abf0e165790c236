"""A till that cannot call back: the order is its own from then on; a till that shows its books agrees with ours."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.test_till_orders import NEW, Counterpart, house_with
from webapp.doors.cli.payment_report import told
from webapp.ground.db import Database
from webapp.ground.throttle import Throttle
from webapp.nouns.customer.models import Visit
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.board import open_tickets
from webapp.nouns.order.models import AT_TILL, Order, PaymentAttempt
from webapp.nouns.order.moves import move_progress
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.basket import Honours
from webapp.ports.payment.external_pos import Till
from webapp.ports.payment.port import Capture, PaymentFact
from webapp.usecases.books.report import find_unheard, make_report
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.settle import apply_payment_fact
from webapp.usecases.kitchen.progress import Hand, move
from webapp.usecases.till.patience import LEFT_BY_ONE, _waiting, may_wait
from webapp.usecases.till.ways import chosen
from webapp.usecases.upkeep.retention import UNPAID, forget


@pytest.fixture
def silent(database: Database, tmp_path: Path) -> Iterator[Counterpart]:
    """The café with a till that cannot say what was paid."""
    with house_with(database, tmp_path, calls_back=False) as found:
        yield found


@pytest.fixture
def bookkeeping(database: Database, tmp_path: Path) -> Iterator[Counterpart]:
    """The café with a till that shows its ledger."""
    with house_with(database, tmp_path, books=True) as found:
        yield found


def left(house: Counterpart) -> Order:
    """An order the till has taken."""
    order = house.ordered()
    assert start_payment(house.wiring, order.reference) == "", "there is no page to wait on"
    return order


def quiet(house: Counterpart) -> tuple[object, ...]:
    """What of money, papers and points there is."""
    rows = house.cast.rows(OutboxMessage)
    return house.cast.received(), [one.topic for one in rows], [one.paid_at for one in house.cast.rows(Order)]


def test_an_order_left_to_the_till_is_never_money_receipt_or_points_here(silent: Counterpart) -> None:
    order = left(silent)
    found = silent.cast.order(order)
    assert (found.state, found.progress, found.phone, found.receipt_number) == (AT_TILL, "accepted", None, None)
    assert silent.till.book.show(silent.key(order))["amount"] == 900
    silent.till.press(silent.key(order), "paid", silent=True)
    silent.call(silent.event(order))  # and should it call all the same
    for cause in ("return", "callback"):
        assert refresh(silent.wiring, order.reference, cause) == AT_TILL
    silent.cast.rounds(6, minutes=20)
    find_unheard(silent.wiring)
    silent.cast.deliver()
    assert silent.cast.state(order) == AT_TILL
    assert (silent.cast.captures(order), silent.cast.refunds(order)) == ([], [])
    assert quiet(silent) == ([], [], [None])
    assert give_up(silent.wiring, order.reference, "cancelled", "payer cancelled") == AT_TILL


def test_the_kitchen_makes_what_was_left_to_the_till_and_its_basket_is_empty(silent: Counterpart) -> None:
    order = left(silent)
    with silent.wiring.db.reading() as session:
        (ticket,) = open_tickets(session, order.store_id, silent.cast.clock.now())
    assert ticket.order.id == order.id
    hand = Hand(order.store_id, None)
    steps = ("accepted", "preparing", "ready", "collected")
    moved = [move(silent.wiring, hand, order.id, *pair) for pair in itertools.pairwise(steps)]
    assert moved == ["moved"] * 3
    with pytest.raises(CannotPay) as over:
        start_payment(silent.wiring, order.reference)
    assert over.value.code == "over"


def test_what_the_till_did_not_acknowledge_is_sent_until_it_does_and_then_left_there(silent: Counterpart) -> None:
    order = silent.ordered()
    silent.cast.wiring = replace(silent.wiring, page_seconds=0.3)
    silent.fault("orders.put", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(silent.wiring, order.reference)
    silent.till.press(silent.key(order), "paid", silent=True)
    assert refresh(silent.wiring, order.reference, "return") == "pending", "it is not asked what was paid"
    silent.cast.rounds(1, seconds=61)
    assert (silent.cast.state(order), silent.cast.captures(order)) == (AT_TILL, [])


def test_an_unacknowledged_order_is_called_off_there_before_it_is_paid_here(silent: Counterpart) -> None:
    order = silent.ordered()
    assert give_up(silent.wiring, order.reference, "cancelled", "pays here") == "cancelled"
    assert silent.till.book.show(silent.key(order))["state"] == "expired"
    taken = silent.ordered()
    silent.fault("orders.put", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(silent.wiring, taken.reference)
    silent.till.press(silent.key(taken), "paid", silent=True)
    assert give_up(silent.wiring, taken.reference, "cancelled", "pays here") == AT_TILL, "paid there: it is left there"
    assert silent.cast.captures(taken) == []


def test_an_order_whose_time_ran_out_before_the_till_had_it_expires(silent: Counterpart) -> None:
    never, lost = silent.ordered(), silent.ordered()
    silent.fault("orders.put", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(silent.wiring, lost.reference)
    silent.cast.rounds(2, minutes=61)
    assert [silent.cast.state(one) for one in (never, lost)] == ["expired", "expired"]
    assert silent.till.book.show(silent.key(lost))["state"] == "expired"
    assert silent.cast.alerts() == []


def test_a_silent_till_honours_nothing_of_ours_and_is_forgotten_as_any_unpaid_order(silent: Counterpart) -> None:
    order = left(silent)
    with silent.wiring.db.reading() as session:
        on_sale = silent.wiring.shelf.exactly(session, order.store_id, silent.cast.clock.now())
        way = chosen(silent.wiring, session, on_sale.store, "table", "till")
    assert way is not None
    assert (way.honours, way.silent) == (Honours(codes=False, gifts=False, vouchers=False), True)
    silent.cast.later(days=UNPAID.days + 1)
    forget(silent.wiring)
    assert silent.cast.rows(Order) == []


def test_the_setting_is_kept_and_the_release_before_reads_what_it_knew(silent: Counterpart) -> None:
    told = Till(silent.till.url, (NEW,), codes=True)
    assert Till.from_text(told.to_text()) == told
    assert not {"calls_back", "books"} & set(told.to_text().split('"'))
    assert Till.from_text(replace(told, codes=False, calls_back=False).to_text()).calls_back is False
    with pytest.raises(ValueError, match="says nothing"):
        Till.from_text(replace(told, calls_back=False).to_text())


def test_a_day_at_a_till_with_books_agrees_and_shows_what_only_one_side_has(bookkeeping: Counterpart) -> None:
    house = bookkeeping
    order = house.sent()
    unheard = house.sent()
    for one in (order, unheard):
        house.till.press(house.key(one), "paid", silent=True)
    house.call(house.event(order))
    assert house.cast.state(unheard) == "pending"
    house.cast.later(seconds=1)
    assert find_unheard(house.wiring) == 1, "money nobody told of is found in the ledger"
    assert house.cast.state(unheard) == "paid"
    house.cast.give_back(order)
    house.cast.rounds(2, seconds=61)
    (row,) = day_of(house)
    sums = [row[name] for name in ("captured", "provider_captured", "refunded", "provider_refunded")]
    assert (sums, row["differences"]) == ([1800, 1800, 900, 900], [])
    key = house.key(order)
    with house.till.book.transaction() as db:
        db.execute("UPDATE payment SET amount = 901 WHERE key = ?", (key,))
    assert [one["what"] for one in day_of(house)[0]["differences"]] == ["capture_amount"]


def test_a_ledger_of_several_pages_is_read_whole(bookkeeping: Counterpart) -> None:
    house, now = bookkeeping, bookkeeping.cast.clock.now()
    order = house.sent()
    with house.till.book.transaction() as db:
        rows = [(f"pay_{one}", house.key(order), 1, "EUR", now.timestamp() + one) for one in range(120)]
        db.executemany("INSERT INTO payment VALUES (?, ?, ?, ?, ?)", rows)
    (row,) = day_of(house)
    assert row["provider_captured"] == 120


def test_a_till_without_books_is_said_to_have_none(silent: Counterpart) -> None:
    left(silent)
    (row,) = day_of(silent)
    assert row["differences"] == [{"what": "not_compared", "why": "silent"}]
    head, why = told(silent.cast.clock.now().date(), row)
    assert "there" not in head, "nothing is said of a side nobody has read"
    assert "this till cannot say what is paid there" in why


def day_of(house: Counterpart) -> list[dict[str, Any]]:
    """Today's report."""
    with house.wiring.db.reading() as session:
        merchant_id = session.scalars(select(Store.merchant_id).where(Store.slug == "one")).one()
    rows = make_report(house.wiring, merchant_id, "cafe", house.cast.clock.now().date())
    assert rows is not None
    return rows


def test_orders_left_to_the_till_count_as_waiting_until_the_kitchen_begins_them(silent: Counterpart) -> None:
    guest, throttle = silent.cast.guest(), Throttle("a key")
    orders = []
    with silent.wiring.db.reading() as session:
        merchant_id = session.get_one(Visit, guest.visit_id).merchant_id

    def room(browser: str = guest.browser) -> bool:
        return may_wait(
            silent.wiring, throttle, store_id=guest.store_id, merchant_id=merchant_id, browser=browser, address="::1"
        )

    for _again in range(LEFT_BY_ONE):
        silent.cast.choose(guest)
        assert room()
        orders.append(silent.placed(guest))
        assert start_payment(silent.wiring, orders[-1].reference) == ""
    silent.cast.choose(guest)
    assert (room(), room("somebody else")) == (False, True)
    with silent.wiring.db.transaction() as session:
        assert move_progress(session, orders[0].id, "accepted", "preparing", silent.cast.clock.now())
    assert room()
    with silent.wiring.db.reading() as session:
        assert _waiting(session, guest.store_id, silent.cast.clock.now()) == {guest.browser}
    silent.cast.later(minutes=11)
    with silent.wiring.db.reading() as session:
        assert _waiting(session, guest.store_id, silent.cast.clock.now()) == set()


def test_money_taken_elsewhere_for_an_order_left_to_the_till_goes_back(silent: Counterpart) -> None:
    order = left(silent)
    attempt = silent.cast.attempts(order)[-1]
    with silent.wiring.db.transaction() as session:  # a page of this site, opened before and paid after
        session.get_one(PaymentAttempt, attempt.id).provider = "sandbox"
    now = silent.cast.clock.now()
    capture = Capture("taken", 900, order.currency, 0, now)
    fact = PaymentFact(
        "page", attempt.key, order.reference, "captured", 900, order.currency, attempt.account,
        attempt.livemode, (capture,),
    )  # fmt: skip
    silent.wiring.db.run(lambda session: apply_payment_fact(session, attempt.id, fact, now, "callback"))
    assert silent.cast.state(order) == AT_TILL
    assert [(one.amount, one.reason) for one in silent.cast.refunds(order)] == [(900, "paid_too_late")]
