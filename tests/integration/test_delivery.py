"""Paid orders reach the programme exactly once in effect, whatever goes wrong on the way (L1 to L6)."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.integration.scene import Scene
from tests.peers import ADA, ADA_ID, BOB, pongo_at
from webapp.nouns.order.models import Alert, Order
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.delivery.report import Ready, prepare


def test_a_paid_order_reaches_the_programme_and_its_points_reach_the_page(scene: Scene) -> None:
    order_id = scene.pay(total=1000)
    scene.deliver()
    assert scene.message(order_id).state == "done"
    assert scene.order(order_id).points_state == "sent"
    [told] = scene.effects()
    assert (told["store_slug"], told["order_id"]) == ("demo-republique", scene.order(order_id).reference)
    scene.later(seconds=3)
    scene.deliver()
    order = scene.order(order_id)
    assert (order.points_state, order.points_before, order.points_credited) == ("credited", 400, 10)
    assert order.points_at == scene.clock.now()


def test_a_guest_is_told_to_nobody(scene: Scene) -> None:
    scene.pay(phone=None)
    assert _messages(scene) == 0


def _messages(scene: Scene) -> int:
    with scene.database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


@pytest.mark.parametrize("end", ["expired", "cancelled", "pending"])
def test_nothing_is_sent_for_an_order_nobody_paid(scene: Scene, end: str) -> None:
    order_id = scene.place()
    with scene.database.transaction() as session:
        session.execute(update(Order).where(Order.id == order_id).values(state=end))
    scene.deliver()
    assert scene.effects() == []


@pytest.mark.parametrize(
    "lie", [{"amount": 1}, {"currency": "USD"}, {"account": "other"}, {"livemode": True}, {"reference": "x"}]
)
def test_nothing_is_sent_for_the_wrong_money(scene: Scene, lie: dict[str, object]) -> None:
    assert scene.settle(scene.place(), **lie) == "refund_due"
    scene.deliver()
    assert scene.effects() == []


def test_the_message_is_in_the_very_commit_that_says_paid(scene: Scene) -> None:
    order_id = scene.place()

    def paid_but_fallen(session: Session) -> None:
        assert scene.apply(session, order_id) == "paid"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        scene.database.run(paid_but_fallen)
    assert scene.order(order_id).state == "pending"
    assert _messages(scene) == 0
    scene.settle(order_id)
    assert scene.message(order_id).created_at == scene.order(order_id).paid_at


@pytest.mark.parametrize("kind", ["reset_after", "hang_after", "html_after", "malformed_after", "error_after"])
def test_an_answer_lost_is_asked_for_again_with_the_same_bytes(scene: Scene, kind: str) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind=kind, seconds=2)
    scene.deliver()
    sent = scene.message(order_id)
    assert (sent.state, sent.may_have_acted, sent.attempts) == ("new", True, 1)
    scene.later(seconds=11)
    scene.deliver()
    again = scene.message(order_id)
    assert (again.state, again.body, again.attempts) == ("done", sent.body, 2)
    assert again.result is not None
    assert again.result["already"]
    [told] = scene.effects()
    assert (told["times"], told["points"]) == (2, 10)


@pytest.mark.parametrize("kind", ["reset_before", "error_before"])
def test_a_request_lost_takes_effect_at_the_next_attempt(scene: Scene, kind: str) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind=kind, status=503)
    scene.deliver()
    assert scene.effects() == []
    scene.later(seconds=11)
    scene.deliver()
    assert scene.message(order_id).state == "done"
    assert [told["times"] for told in scene.effects()] == [1]


def test_a_worker_killed_after_sending_is_followed_by_one_that_takes_202_for_a_success(scene: Scene) -> None:
    order_id = scene.pay()
    wiring = scene.restart()
    program = wiring.programs.of(scene.connection)
    assert program is not None
    with scene.database.transaction() as session:
        [row] = box.lease(session, scene.connection, scene.clock.now(), "the dead one", 10)
    ready = _ready(scene, row)
    with scene.database.transaction() as session:
        box.begin_attempt(session, row, ready.body, scene.clock.now(), slug=ready.slug)
    program.send_report(ready.body, deadline_s=2)  # and here it dies, the answer unread (C20)
    scene.later(seconds=39)
    assert scene.deliver() == 0
    scene.later(seconds=2)
    scene.deliver()
    assert scene.message(order_id).state == "done"
    assert [told["times"] for told in scene.effects()] == [2]


def test_a_worker_killed_before_sending_is_followed_by_one_that_sends(scene: Scene) -> None:
    order_id = scene.pay()
    with scene.database.transaction() as session:
        assert box.lease(session, scene.connection, scene.clock.now(), "the dead one", 10)
    assert scene.deliver() == 0
    scene.later(seconds=41)
    scene.deliver()
    assert scene.message(order_id).state == "done"
    assert [told["times"] for told in scene.effects()] == [1]


def test_a_worker_that_wakes_up_late_writes_nothing(scene: Scene) -> None:
    order_id = scene.pay()
    with scene.database.transaction() as session:
        [late] = box.lease(session, scene.connection, scene.clock.now(), "late", 10)
    scene.later(seconds=41)
    scene.deliver()
    with scene.database.transaction() as session:
        assert not box.begin_attempt(session, late, b"other bytes", scene.clock.now())
        assert not box.park(session, late, "late")
        assert not box.later(session, late, scene.clock.now(), "late", may_have_acted=False)
    assert scene.message(order_id).state == "done"


def test_already_processed_at_the_first_attempt_is_somebody_elses_order(scene: Scene) -> None:
    order_id = scene.pay()
    stranger = json.loads(_bytes_of(scene, order_id))
    pongo_at(scene.peer.api).send_report(json.dumps(stranger | {"comment": "not ours"}).encode(), deadline_s=2)
    scene.deliver()
    row = scene.message(order_id)
    assert (row.state, "before we ever sent it" in row.reason) == ("parked", True)
    assert _alerts(scene) == ["delivery_parked"]


def _bytes_of(scene: Scene, order_id: int) -> bytes:
    return _ready(scene, scene.message(order_id)).body


def _ready(scene: Scene, row: OutboxMessage) -> Ready:
    wiring = scene.restart()
    program = wiring.programs.of(scene.connection)
    assert program is not None
    ready = prepare(wiring, program, row, "demo-republique", 2)
    assert isinstance(ready, Ready)
    return ready


def _alerts(scene: Scene) -> list[str]:
    with scene.database.reading() as session:
        return list(session.scalars(select(Alert.kind).order_by(Alert.id)))


def test_a_refused_order_is_parked_at_once_and_delays_nobody(scene: Scene) -> None:
    poisoned = scene.pay()
    with scene.database.transaction() as session:
        row = session.scalars(select(OutboxMessage)).one()
        row.payload = row.payload.replace('"member_id":null', '"member_id":"cus_nobody"')
        session.flush()
    fine = scene.pay(phone=BOB)
    scene.deliver()
    assert scene.message(poisoned).state == "parked"
    assert scene.message(fine).state == "done"
    assert _alerts(scene) == ["delivery_parked"]


def test_a_row_we_stumble_over_ourselves_is_parked_and_delays_nobody(scene: Scene) -> None:
    broken = scene.pay()
    with scene.database.transaction() as session:
        session.scalars(select(OutboxMessage)).one().payload = "{"
        session.flush()
    fine = scene.pay(phone=BOB)
    scene.deliver()
    row = scene.message(broken)
    assert (row.state, row.reason) == ("parked", "our own error: JSONDecodeError")
    assert scene.message(fine).state == "done"


def test_seventy_two_hours_without_success_hand_it_to_a_person_who_can_send_it_again(scene: Scene) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind="error", status=503, count=1000)
    scene.deliver()
    for _ in range(7):
        scene.later(hours=12, minutes=1)
        scene.deliver()
    row = scene.message(order_id)
    assert (row.state, row.reason) == ("parked", "no success for 72 h: outcome_unknown")
    scene.peer.behave()
    with scene.database.transaction() as session:
        assert box.unpark(session, row.id, scene.clock.now())
    scene.later(minutes=1)
    scene.deliver()
    assert scene.message(order_id).state == "done"
    assert [told["points"] for told in scene.effects()] == [10]


def test_every_row_is_tried_within_a_quarter_of_an_hour_of_recovery(scene: Scene) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind="error", status=503, count=1000)
    for _ in range(14):
        scene.deliver()
        scene.later(minutes=11)
    row = scene.message(order_id)
    assert row.attempts == 14
    assert row.not_before - scene.clock.now() < timedelta(minutes=15)


def test_too_many_requests_are_answered_with_patience(scene: Scene) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind="error", status=429, retry_after=120)
    scene.deliver()
    row = scene.message(order_id)
    assert (row.state, row.not_before) == ("new", scene.clock.now() + timedelta(seconds=120))
    assert not row.may_have_acted


def test_points_are_not_claimed_when_the_balance_before_is_not_known(scene: Scene) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="customers.by_phone", kind="error")
    scene.deliver()
    scene.later(seconds=3)
    scene.deliver()
    order = scene.order(order_id)
    assert (order.points_before, order.points_state, order.points_credited) == (None, "sent", None)
    assert scene.message(order_id, "loyalty.credit").state == "done"


def test_a_newcomers_points_are_told_from_zero(scene: Scene) -> None:
    order_id = scene.pay(phone=BOB, total=2500)
    scene.deliver()
    scene.later(seconds=3)
    scene.deliver()
    assert scene.order(order_id).points_credited == 25


def test_looking_for_points_slows_down_and_ends_after_a_day(scene: Scene) -> None:
    order_id = scene.pay(total=10)  # too little for a point
    scene.deliver()
    waits = []
    for _ in range(8):
        before = scene.message(order_id, "loyalty.credit").not_before
        scene.clock.set(before)
        scene.deliver()
        waits.append(scene.message(order_id, "loyalty.credit").not_before - before)
    assert waits[-1] > timedelta(minutes=4)
    scene.later(hours=25)
    scene.deliver()
    assert scene.message(order_id, "loyalty.credit").state == "done"
    assert scene.order(order_id).points_state == "sent"


def test_a_known_member_is_named_by_the_programmes_own_id(scene: Scene) -> None:
    order_id = scene.pay()
    scene.deliver()
    [told] = scene.effects()
    assert told["customer_id"] == ADA_ID
    assert ADA[1:] in json.dumps(told["body"])
    assert scene.order(order_id).state == "paid"
