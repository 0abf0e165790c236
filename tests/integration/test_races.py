"""Many at once, on both databases: one order, one attempt, one effect, never a slot too many (G2, G5, M5, K1)."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tests.integration.checkout_cast import CAPACITY, SLOT, Cast, chance_of
from webapp.ground.db import Base
from webapp.nouns.order.models import Alert, Order, OrderTransition, PaymentAttempt, PaymentCapture, Refund
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.payment.port import PaymentTrouble
from webapp.usecases.checkout.confirm import confirm_payment
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.reconcile import reconcile

TOLD = (Order, PaymentAttempt, PaymentCapture, Refund, OrderTransition, OutboxMessage, Alert)
# Who came first, and when it is looked at again, may differ from run to run; nothing else may.
BY_CHANCE = {"cause", "checks", "next_check_at", "id"}


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of these at the same moment, each on a thread; what they gave, or the refusal they met."""
    gate = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = works[place]()
        except (NotPlaced, CannotPay, PaymentTrouble) as refusal:
            results[place] = refusal
        except Exception as error:  # noqa: BLE001 -- shown by the assertion in the test's own thread
            results[place] = f"fell: {error!r}"

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [result for result in results if isinstance(result, str) and result.startswith("fell")], results
    return results


def row_hash(cast: Cast, order: Order) -> str:
    """Everything we hold about one order, except what is left to chance."""
    said = []
    for table in TOLD:
        about = Base.metadata.tables[table.__tablename__].c
        columns = [column.name for column in about if column.name not in BY_CHANCE]
        of_order = [about.order_id == order.id] if "order_id" in about else []
        rows = cast.rows(table, *of_order)
        said += sorted(repr([table.__tablename__, *(getattr(row, name) for name in columns)]) for row in rows)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def test_one_confirmation_sent_by_many_taps_is_one_order(cast: Cast) -> None:
    guest = cast.guest(slot=SLOT)
    cast.choose(guest)
    shown = cast.shown(guest)
    # Connections are opened beforehand: a tap that must open one first comes too late to meet the others.
    opened = [cast.wiring.db.engine.connect() for _ in range(8)]
    for connection in opened:
        connection.close()
    orders = at_once([lambda: cast.place(guest, shown)] * 8)
    assert len({order.id for order in orders}) == 1
    assert cast.held(guest.store_id) == 1
    assert len(cast.rows(Order)) == 1


def test_a_slot_never_takes_more_than_it_holds(cast: Cast) -> None:
    guests = [cast.guest(slot=SLOT) for _ in range(12)]
    for guest in guests:
        cast.choose(guest)
    shown = [cast.shown(guest) for guest in guests]
    works = [partial(cast.place, *pair) for pair in zip(guests, shown, strict=True)]
    results = at_once(works)
    placed = [result for result in results if isinstance(result, Order)]
    assert len(placed) == CAPACITY == cast.held(guests[0].store_id)
    assert {result.code for result in results if isinstance(result, NotPlaced)} == {"slot_full"}
    assert len({order.number for order in placed}) == CAPACITY


def test_orders_of_one_moment_have_numbers_of_their_own(cast: Cast) -> None:
    guests = [cast.guest() for _ in range(10)]
    for guest in guests:
        cast.choose(guest)
    shown = [cast.shown(guest) for guest in guests]
    orders = at_once([partial(cast.place, *pair) for pair in zip(guests, shown, strict=True)])
    assert sorted(order.number for order in orders) == list(range(1, 11))


def test_two_tabs_open_one_payment_page(cast: Cast) -> None:
    order, session_id = cast.opened()
    for _ in range(5):
        cast.payment.act(session_id, "decline")
    confirm_payment(cast.wiring, cast.attempts(order)[0].id, "return")
    pages = at_once([lambda: start_payment(cast.wiring, order.reference)] * 6)
    assert len(set(pages)) == 1
    assert [attempt.number for attempt in cast.attempts(order)] == [1, 2]


@pytest.mark.parametrize("action", ["pay", "twice"])
def test_news_by_every_road_at_once_leave_the_rows_of_news_told_once(cast: Cast, action: str) -> None:
    chance = chance_of(action)
    order, _ = cast.opened(slot=SLOT)
    cast.paid_at_provider(order, action)
    attempt = cast.attempts(order)[0].id
    bodies = cast.events(order)
    cast.later(seconds=61)
    confirm_payment(cast.wiring, attempt, "return")
    once = row_hash(cast, order)
    roads: list[Callable[[], Any]] = [partial(cast.call_back, body) for body in bodies * 3]
    roads += [lambda: confirm_payment(cast.wiring, attempt, "return")] * 4
    chance.shuffle(roads)
    at_once(roads)
    assert row_hash(cast, order) == once


@pytest.mark.parametrize("seed", range(3))
def test_first_news_by_many_roads_at_once_count_once(cast: Cast, seed: int) -> None:
    chance = chance_of(seed)
    order, _ = cast.opened(slot=SLOT)
    cast.paid_at_provider(order, "twice")
    attempt = cast.attempts(order)[0].id
    cast.later(seconds=61)
    roads: list[Callable[[], Any]] = [partial(cast.call_back, body) for body in cast.events(order) * 2]
    roads += [lambda: confirm_payment(cast.wiring, attempt, "return")] * 3
    roads += [lambda: reconcile(cast.wiring)] * 2
    chance.shuffle(roads)
    at_once(roads)
    cast.rounds(2, minutes=1)
    assert cast.state(order) == "paid"
    assert [len(rows) for rows in (cast.captures(order), cast.refunds(order), cast.messages(order))] == [2, 1, 1]
    assert (cast.balance(order), len(cast.payment.ledger()["refunds"])) == (order.total, 1)
    assert [row.after for row in cast.rows(OrderTransition)] == ["pending", "paid"]


@pytest.mark.parametrize("seed", range(3))
def test_paying_and_giving_up_at_once_ends_in_one_truth(cast: Cast, seed: int) -> None:
    chance = chance_of(seed)
    order, session_id = cast.opened(slot=SLOT)
    works: list[Callable[[], Any]] = [lambda: cast.payment.act(session_id, "pay")]
    works += [lambda: give_up(cast.wiring, order.reference, "cancelled", "payer")] * 3
    works += [lambda: start_payment(cast.wiring, order.reference)] * 2
    works += [lambda: reconcile(cast.wiring)]
    chance.shuffle(works)
    at_once(works)
    cast.rounds(2, minutes=1)
    state = cast.state(order)
    assert state in {"paid", "cancelled"}
    assert cast.balance(order) == (order.total if state == "paid" else 0)
    assert cast.held(order.store_id) == (1 if state == "paid" else 0)
    assert len(cast.messages(order)) == (1 if state == "paid" else 0)


def test_giving_up_and_paying_anew_at_once_leave_no_page_open_behind_a_closed_order(cast: Cast) -> None:
    order, session_id = cast.opened(slot=SLOT)
    for _ in range(5):
        cast.payment.act(session_id, "decline")
    works: list[Callable[[], Any]] = [lambda: give_up(cast.wiring, order.reference, "cancelled", "payer")] * 3
    works += [lambda: start_payment(cast.wiring, order.reference)] * 3
    works += [lambda: confirm_payment(cast.wiring, cast.attempts(order)[0].id, "return")]
    at_once(works)
    cast.rounds(seconds=1)
    if cast.state(order) == "cancelled":
        assert all(session["state"] != "open" for session in cast.payment.ledger()["sessions"])
        assert cast.held(order.store_id) == 0
    else:
        assert [attempt.state for attempt in cast.attempts(order)][-1] == "open"
        assert cast.held(order.store_id) == 1
