"""The kitchen's side: the feed misses nothing, moves are one step each, pauses stop orders before the payment."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from tests.integration.checkout_cast import SLOT, Cast
from webapp.doors.backoffice.board.watch import Reader
from webapp.ground.db import Database
from webapp.nouns.merchant.facts import StoreFacts, store_by_id
from webapp.nouns.order import feed
from webapp.nouns.order.board import DONE, handed_over, open_tickets
from webapp.nouns.order.board_models import BoardEvent
from webapp.nouns.order.models import Order, OrderTransition
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.kitchen import progress, sold_out, state
from webapp.usecases.kitchen.progress import Hand
from webapp.usecases.kitchen.state import Deed
from webapp.usecases.upkeep.tidy import tidy


def paid(cast: Cast, **about: Any) -> Order:
    """A paid order; free, so that no payment page is needed."""
    order = cast.ordered("WATER", **about)
    start_payment(cast.wiring, order.reference)
    return cast.order(order)


def facts(cast: Cast, store_id: int) -> StoreFacts:
    """The store as it is now."""
    with cast.wiring.db.reading() as session:
        found = store_by_id(session, store_id, cast.clock.now())
    assert found is not None
    return found


def read(cast: Cast, store_id: int, after: int = 0) -> tuple[int, tuple[int, ...]]:
    """What the feed holds after a number."""
    with cast.wiring.db.reading() as session:
        last, orders = feed.since(session, store_id, after)
    return last, tuple(orders)


def test_every_paid_order_is_on_its_stores_feed_once_and_on_no_other(cast: Cast) -> None:
    first, second, elsewhere = paid(cast), paid(cast), paid(cast, store="two", slot=SLOT)
    assert read(cast, first.store_id) == (2, (first.id, second.id))
    assert read(cast, elsewhere.store_id) == (1, (elsewhere.id,))
    assert read(cast, first.store_id, 1) == (2, (second.id,))


def test_an_order_that_moved_again_is_told_to_a_board_that_knew_its_first_move(cast: Cast) -> None:
    first, other = paid(cast), paid(cast)
    store_id, now = first.store_id, cast.clock.now()
    cast.wiring.db.run(lambda session: feed.append(session, store_id, first.id, "accepted", "ready", now))
    reader = Reader((3, 1), 0.0, floor=0, known=0)  # a process that reads all three at once
    reader.follow(cast.wiring.db, store_id)
    assert reader.since(1) == (3, {other.id: 2, first.id: 3})
    assert reader.since(2) == (3, {first.id: 3})


def test_numbers_of_a_feed_have_no_gaps_when_many_write_at_once(cast: Cast) -> None:
    orders = [paid(cast) for _ in range(4)]
    store_id = orders[0].store_id
    begun = threading.Barrier(8)

    def press(order: Order) -> None:
        begun.wait()
        progress.move(cast.wiring, Hand(store_id, None), order.id, "accepted", "preparing")

    threads = [threading.Thread(target=press, args=(order,)) for order in orders for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    numbers = [row.number for row in cast.rows(BoardEvent, BoardEvent.store_id == store_id)]
    assert sorted(numbers) == list(range(1, 9)), "four payments and four moves: the second tap on each is none"


def test_a_move_from_a_stale_board_does_not_move_twice(cast: Cast) -> None:
    order = paid(cast)
    hand = Hand(order.store_id, None)
    assert progress.move(cast.wiring, hand, order.id, "accepted", "preparing") == "moved"
    assert progress.move(cast.wiring, hand, order.id, "accepted", "preparing") == "moved already"
    assert progress.move(cast.wiring, hand, order.id, "accepted", "ready") == "refused"
    assert progress.move(cast.wiring, hand, order.id, "collected", "accepted") == "refused"
    assert progress.move(cast.wiring, Hand(order.store_id + 1, None), order.id, "preparing", "ready") == "no order"


def test_the_last_move_is_taken_back_for_ten_minutes_and_no_longer(cast: Cast) -> None:
    order = paid(cast)
    hand = Hand(order.store_id, None)
    progress.move(cast.wiring, hand, order.id, "accepted", "ready")
    assert progress.undo(cast.wiring, hand, order.id, "ready", "accepted") == "moved"
    assert progress.undo(cast.wiring, hand, order.id, "ready", "accepted") == "moved already"
    progress.move(cast.wiring, hand, order.id, "accepted", "ready")
    cast.later(minutes=11)
    assert progress.undo(cast.wiring, hand, order.id, "ready", "accepted") == "refused"


def test_an_order_is_acknowledged_once(cast: Cast) -> None:
    order = paid(cast)
    for _ in range(2):
        assert progress.see(cast.wiring, Hand(order.store_id, None), order.id)
    assert read(cast, order.store_id)[0] == 2
    assert not progress.see(cast.wiring, Hand(order.store_id + 1, None), order.id)


def test_a_code_finds_the_order_it_was_shown_for_and_no_other(cast: Cast) -> None:
    order, table = paid(cast, slot=SLOT), paid(cast)
    code = order.reference[-4:]
    assert [one.order.id for one in progress.with_code(cast.wiring, order.store_id, f" {code} ")] == [order.id]
    assert progress.with_code(cast.wiring, order.store_id + 1, code) == []
    assert progress.with_code(cast.wiring, order.store_id, table.reference[-4:]) == []
    assert progress.with_code(cast.wiring, order.store_id, "") == []


def _paused(cast: Cast, deed: Deed) -> None:
    state.pause(cast.wiring, deed, None)


def _unheard(cast: Cast, deed: Deed) -> None:
    state.need_listener(cast.wiring, deed, needed=True)


@pytest.mark.parametrize("how", [_paused, _unheard])
@pytest.mark.parametrize("slot", [None, SLOT])
def test_a_store_that_pauses_takes_no_order_and_loses_none(
    cast: Cast, how: Callable[[Cast, Deed], None], slot: datetime | None
) -> None:
    guest = cast.guest(slot=slot)
    cast.choose(guest)
    shown = cast.shown(guest)
    deed = Deed(facts(cast, guest.store_id), None)
    how(cast, deed)
    with pytest.raises(NotPlaced, match="paused"):
        cast.place(guest, shown)
    assert cast.rows(Order) == []
    state.resume(cast.wiring, deed)
    cast.wiring.db.run(lambda session: feed.hear(session, guest.store_id, cast.clock.now()))
    cast.wiring.shelf._by_id.clear()
    assert cast.place(guest, shown).state == "pending"


def test_a_board_that_falls_silent_stops_the_very_next_order(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest)
    state.need_listener(cast.wiring, Deed(facts(cast, guest.store_id), None), needed=True)
    cast.wiring.db.run(lambda session: feed.hear(session, guest.store_id, cast.clock.now()))
    shown = cast.shown(guest)
    assert facts(cast, guest.store_id).refusal(cast.clock.now()) == ""
    cast.later(seconds=61)
    assert facts(cast, guest.store_id).refusal(cast.clock.now()) == "unheard"
    with pytest.raises(NotPlaced, match="paused"):
        cast.place(guest, shown)


def test_a_heartbeat_is_written_once_in_eight_seconds(cast: Cast) -> None:
    store_id = cast.guest().store_id
    beats = []
    for _ in range(3):
        beats.append(cast.wiring.db.run(lambda session: feed.hear(session, store_id, cast.clock.now())))
        cast.later(seconds=5)
    assert beats == [True, False, True]


def test_a_pause_ends_by_itself_and_cannot_lie_in_the_past(cast: Cast) -> None:
    store = facts(cast, cast.guest().store_id)
    now = cast.clock.now()
    state.pause(cast.wiring, Deed(store, None), now + timedelta(minutes=20))
    paused = facts(cast, store.id)
    assert paused.refusal(now) == "paused"
    assert paused.refusal(now + timedelta(minutes=20)) == ""
    with pytest.raises(state.Refused, match="past"):
        state.pause(cast.wiring, Deed(store, None), now)


def test_a_busy_kitchen_offers_later_slots_and_refuses_those_it_can_no_longer_keep(cast: Cast) -> None:
    guest = cast.guest(slot=cast.clock.now() + timedelta(minutes=30))
    cast.choose(guest)
    shown = cast.shown(guest)
    state.be_busy(cast.wiring, Deed(facts(cast, guest.store_id), None), 40)
    with pytest.raises(NotPlaced, match="slot_gone"):
        cast.place(guest, shown)


def test_today_ends_at_the_next_closing_or_at_four_in_the_night(cast: Cast) -> None:
    always = facts(cast, cast.guest().store_id)
    noon = cast.clock.now()  # a Friday, 12:00 in Paris
    evening = replace(always, hours={"fri": [["11:00", "14:00"]]})
    ends = [
        state.end_of_day(store, moment).astimezone(always.zone).strftime("%a %H:%M")
        for store, moment in ((evening, noon), (evening, noon + timedelta(hours=8)), (always, noon))
    ]
    assert ends == ["Fri 14:00", "Sat 04:00", "Sat 04:00"]
    night = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)  # 03:30 in Paris
    assert state.end_of_day(always, night) == night + timedelta(minutes=30)


def test_sold_out_today_is_back_tomorrow_and_an_unknown_thing_changes_nothing(cast: Cast) -> None:
    store = facts(cast, cast.guest().store_id)
    until = sold_out.mark(cast.wiring, Deed(store, None), "CREPE", "today")
    assert until is not None
    assert until.astimezone(store.zone).strftime("%H:%M") == "04:00", "open round the clock: until the night"
    stamp = facts(cast, store.id).menu_stamp
    with pytest.raises(sold_out.Unknown):
        sold_out.mark(cast.wiring, Deed(store, None), "NOTHING", "until_said")
    assert facts(cast, store.id).menu_stamp == stamp > store.menu_stamp


def many_before(database: Database, order: Order) -> None:
    """Hundreds of orders handed over long ago, and a database that knows: among a few it takes any index."""
    columns = [one.key for one in Order.__table__.columns if one.key != "id"]
    one = {name: getattr(order, name) for name in columns} | {"progress": DONE, "basket_id": None}
    long_ago = order.created_at - timedelta(days=9)
    with database.transaction() as session:
        rows = [one | {"reference": f"past-{at}", "number": 1000 + at, "progress_at": long_ago} for at in range(300)]
        session.execute(insert(Order), rows)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def plans(database: Database, ask: Callable[[Session], object]) -> list[str]:
    """How the database goes about each question asked meanwhile: the very statements with their very values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        ask(session)
    event.remove(database.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.engine.connect() as connection:
        if not database.is_sqlite:  # a table of ten rows is read whole whatever indexes it has
            connection.exec_driver_sql("SET enable_seqscan = off")
        return [
            " ".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))
            for statement, parameters in asked
            if statement.startswith("SELECT")
        ]


def test_the_boards_questions_use_their_indexes(cast: Cast) -> None:
    order = paid(cast)
    many_before(cast.wiring.db, order)
    now = cast.clock.now()
    boards = plans(cast.wiring.db, lambda session: open_tickets(session, order.store_id, now))
    boards += plans(cast.wiring.db, lambda session: handed_over(session, order.store_id, now))
    assert len(boards) == 3
    assert [("ix_order_board" in plan) or ("ix_order_line_order_id" in plan) for plan in boards] == [True] * 3
    (events,) = plans(cast.wiring.db, lambda session: feed.since(session, order.store_id, 0))
    assert "uq_board_event_store_id_number" in events or "autoindex_board_event" in events


def test_an_order_is_closed_four_days_later_and_stays_one_that_was_paid(cast: Cast) -> None:
    order = paid(cast)
    cast.later(days=3, hours=23)
    tidy(cast.wiring)
    assert cast.state(order) == "paid"
    cast.later(hours=2)
    tidy(cast.wiring)
    assert cast.state(order) == "closed"
    assert read(cast, order.store_id)[0] == 1, "closing is no news for a board"
    moved = cast.rows(OrderTransition, OrderTransition.order_id == order.id)
    assert [row.after for row in moved] == ["pending", "paid", "closed"]
