"""Orders paid at the counter: one effect whoever is first, and a ledger of our own that every rule is held against."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.integration.checkout_cast import Cast, Guest, on_stage
from webapp.ground.db import Database
from webapp.nouns.customer.models import Visit
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.authorised import waiting_at_counter
from webapp.nouns.order.models import Order
from webapp.nouns.order.till_models import TillPayment
from webapp.nouns.staff.models import StaffDeed
from webapp.usecases.books.report import make_report
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced, confirmation
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.checkout.place import place_order
from webapp.usecases.till.accounts import WithCounter
from webapp.usecases.till.confirm import Tap, call_off, take_money
from webapp.usecases.till.counter import COUNTER, Counter, capture_id
from webapp.usecases.till.patience import _waiting
from webapp.usecases.till.ways import chosen
from webapp.usecases.wiring import Wiring

WAY = "counter"


@pytest.fixture
def counter(database: Database, tmp_path: Path) -> Iterator[Cast]:
    """The café, whose first store lets diners pay at the counter."""
    with on_stage(database, tmp_path) as cast:
        cast.wiring = with_counter(cast, cast.wiring)
        with database.transaction() as session:
            session.execute(update(Store).where(Store.slug == "one").values(counter_modes=["table", "collect"]))
        yield cast


def with_counter(cast: Cast, wiring: Wiring) -> Wiring:
    """A process that knows the counter."""
    mine = Counter(cast.wiring.db, cast.clock, wiring.public_url)
    return replace(wiring, payments=WithCounter(wiring.payments, mine))


def shown(cast: Cast, guest: Guest, way: str = WAY) -> str:
    """The digest of that way's last page."""
    with cast.wiring.db.reading() as session:
        on_sale = cast.wiring.shelf.exactly(session, guest.store_id, cast.clock.now())
        visit = session.get_one(Visit, guest.visit_id)
        mode = visit.mode
        return confirmation(
            session, on_sale, visit, cast.clock.now(), chosen(cast.wiring, session, on_sale.store, mode, way)
        ).digest


def placed(cast: Cast, guest: Guest, way: str = WAY) -> Order:
    """The order as that last page froze it."""
    digest = shown(cast, guest, way)
    return place_order(
        cast.wiring, browser=guest.browser, store_id=guest.store_id, shown=digest, language="fr", way=way
    )


def waiting(cast: Cast) -> tuple[Guest, Order]:
    """Somebody's order that waits at the counter, its page open."""
    guest = cast.guest()
    cast.choose(guest)
    order = placed(cast, guest)
    assert start_payment(cast.wiring, order.reference).endswith("/return")
    return guest, order


def tap(order: Order, **changes: int) -> Tap:
    """Somebody of the staff presses a button of its card."""
    facts = {"merchant_id": order.merchant_id, "store_id": order.store_id, "shown": order.total}
    return Tap(order.id, staff_id=None, **(facts | changes))


def ledger(cast: Cast, order: Order) -> list[tuple[str, int]]:
    """The counter's lines of this order."""
    rows = cast.rows(TillPayment, TillPayment.key.startswith(order.reference))
    return [(row.kind, row.amount) for row in rows]


def test_money_at_the_counter_pays_the_order_and_earns_its_points(counter: Cast) -> None:
    _guest, order = waiting(counter)
    with counter.wiring.db.reading() as session:
        assert [one.id for one in waiting_at_counter(session, order.store_id)] == [order.id]
    counter.rounds(3, seconds=61)
    assert counter.state(order) == "pending"
    assert counter.received() == [], "nothing is told before it is paid (L2)"
    assert take_money(counter.wiring, tap(order), "cash") == "paid"
    assert take_money(counter.wiring, tap(order), "card") == "paid", "a second tap is told the same, and does nothing"
    counter.rounds(3, seconds=61)
    counter.deliver()
    assert (counter.state(order), counter.effects(order)) == ("paid", 1)
    assert ledger(counter, order) == [("paid", 900)]
    assert [(one.provider, one.amount, one.honoured) for one in counter.captures(order)] == [(COUNTER, 900, True)]
    assert [one.deed for one in counter.rows(StaffDeed)] == ["counter.paid"]
    with counter.wiring.db.reading() as session:
        assert list(waiting_at_counter(session, order.store_id)) == []


def test_the_sum_on_the_card_and_the_store_must_be_right(counter: Cast) -> None:
    _guest, order = waiting(counter)
    assert take_money(counter.wiring, tap(order, shown=order.total + 1), "cash") == "changed"
    assert take_money(counter.wiring, tap(order), "cheque") == "changed"
    assert take_money(counter.wiring, tap(order, store_id=order.store_id + 1), "cash") == "unknown"
    assert call_off(counter.wiring, tap(order, merchant_id=order.merchant_id + 1)) == "unknown"
    assert (counter.state(order), ledger(counter, order)) == ("pending", [])


def test_a_store_that_does_not_offer_it_takes_no_such_order(counter: Cast) -> None:
    with counter.wiring.db.transaction() as session:
        session.execute(update(Store).values(counter_modes=["collect"]))
    guest = counter.guest()
    counter.choose(guest)
    with pytest.raises(NotPlaced) as refused:
        placed(counter, guest)
    assert refused.value.code == "changed"
    assert counter.rows(Order) == []


def test_paying_here_after_all_closes_the_counter_first(counter: Cast) -> None:
    guest, order = waiting(counter)
    assert give_up(counter.wiring, order.reference, "cancelled", "pays here") == "cancelled"
    assert take_money(counter.wiring, tap(order), "cash") == "over"
    again = placed(counter, guest, "here")
    start_payment(counter.wiring, again.reference)
    counter.paid_at_provider(again)
    counter.rounds(2, seconds=61)
    assert (counter.state(order), counter.state(again)) == ("cancelled", "paid")
    assert (ledger(counter, order), ledger(counter, again)) == ([("closed", 900)], [])


def test_nobody_came_so_the_slot_is_free_and_the_basket_as_it_was(counter: Cast) -> None:
    guest = counter.guest(slot=counter.soon())
    counter.choose(guest)
    order = placed(counter, guest)
    assert counter.held(order.store_id, counter.soon()) == 1
    slot = counter.soon()
    counter.rounds(1, minutes=31)
    assert counter.state(order) == "pending", "the counter's time is longer than a payment page's"
    counter.rounds(2, minutes=31)
    assert (counter.state(order), counter.held(order.store_id, slot)) == ("expired", 0)
    assert take_money(counter.wiring, tap(order), "cash") == "over"
    counter.wiring.db.run(lambda session: _sit(session, guest, counter))
    assert counter.state(placed(counter, guest, "here")) == "pending", "the basket is as it was"


def _sit(session: Session, guest: Guest, cast: Cast) -> None:
    visit = session.get_one(Visit, guest.visit_id)
    visit.slot_at = cast.soon()


def at_once(*works: Callable[[], object]) -> None:
    """Let all of them happen together."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def race(cast: Cast, order: Order) -> list[str]:
    """Staff take the money while the diner goes to pay on the site and its time runs out; what staff were told."""
    other, told = with_counter(cast, cast.restart()), list[str]()
    at_once(
        lambda: told.append(take_money(cast.wiring, tap(order), "cash")),
        lambda: give_up(other, order.reference, "cancelled", "pays here"),
        lambda: give_up(other, order.reference, "expired", "reconciler"),
    )
    return told


def test_staff_and_diner_and_time_at_once_are_one_effect(counter: Cast) -> None:
    for _ in range(6):
        _guest, order = waiting(counter)
        taken = race(counter, order) == ["paid"]
        assert ledger(counter, order) == [("paid" if taken else "closed", 900)]
        assert (counter.state(order) == "paid") == taken
        assert taken or counter.state(order) in {"cancelled", "expired"}
        assert len([one for one in counter.captures(order) if one.honoured]) == int(taken)
        assert counter.refunds(order) == []


def test_what_the_counter_gives_back_is_in_its_ledger_once(counter: Cast) -> None:
    guest = counter.guest()
    counter.choose(guest, quantity=2)
    order = placed(counter, guest)
    assert take_money(counter.wiring, tap(order), "card") == "paid"
    counter.give_back(order, {0: 1})
    counter.rounds(2, seconds=61)
    counter.give_back(order)
    counter.rounds(2, seconds=61)
    assert ledger(counter, order) == [("paid", 1800), ("returned", 900), ("returned", 900)]
    assert counter.state(order) == "refunded"
    provider = counter.wiring.payments.behind(COUNTER, None)
    assert provider is not None
    key = counter.attempts(order)[0].key
    assert sum(one.amount for one in provider.refunds_of(capture_id(key))) == 1800


def test_a_day_at_the_counter_agrees_with_its_ledger(counter: Cast) -> None:
    _guest, order = waiting(counter)
    take_money(counter.wiring, tap(order), "cash")
    with counter.wiring.db.reading() as session:
        store = session.scalars(select(Store).where(Store.id == order.store_id)).one()
    day = counter.clock.now().date()
    rows = make_report(counter.wiring, store.merchant_id, "cafe", day)
    assert rows is not None
    assert [(row["provider"], row["captured"], row["provider_captured"], row["differences"]) for row in rows] == [
        (COUNTER, 900, 900, [])
    ]


def test_an_order_counts_as_waiting_for_the_counter_until_it_is_paid_or_given_up(counter: Cast) -> None:
    (guest, order), (other, second) = waiting(counter), waiting(counter)

    def there() -> set[str]:
        with counter.wiring.db.reading() as session:
            return _waiting(session, order.store_id, counter.clock.now())

    assert there() == {guest.browser, other.browser}
    take_money(counter.wiring, tap(order), "cash")
    assert there() == {other.browser}
    give_up(counter.wiring, second.reference, "cancelled", "test")
    assert there() == set()
