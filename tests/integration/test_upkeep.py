"""What is forgotten by itself, and forgetting a person (D5, D6)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.integration.scene import Scene
from tests.peers import ADA, BOB
from webapp.ground.throttle import Throttle, ThrottleMark, identify_attempts
from webapp.nouns.basket.models import Basket
from webapp.nouns.catalog.models import SoldOut
from webapp.nouns.catalog.publish import mark_sold_out
from webapp.nouns.customer.models import ConsentEvidence, Customer, Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.customer.visits import customer_of, keep_evidence, open_visit, sign_in
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.order.models import Order, PaymentNotice
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.schema import metadata
from webapp.usecases.upkeep.erasure import NotYet, erase
from webapp.usecases.upkeep.figures import count_alerts, count_outbox
from webapp.usecases.upkeep.retention import forget
from webapp.usecases.upkeep.tidy import tidy


def _count(scene: Scene, table: Any) -> int:
    with scene.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_dish_is_back_when_its_time_is_over(scene: Scene) -> None:
    store = scene.store_id("one")
    with scene.database.transaction() as session:
        mark_sold_out(session, store, "A", scene.clock.now() + timedelta(minutes=30))
        mark_sold_out(session, store, "B", None)
    before = _stamp(scene, store)
    tidy(scene.restart())
    assert (_count(scene, SoldOut), _stamp(scene, store)) == (2, before)
    scene.later(minutes=31)
    tidy(scene.restart())
    assert (_count(scene, SoldOut), _stamp(scene, store)) == (1, before + 1)


def _stamp(scene: Scene, store: int) -> int:
    with scene.database.reading() as session:
        return session.get_one(Store, store).menu_stamp


def test_counts_no_limit_needs_any_more_are_deleted(scene: Scene) -> None:
    with scene.database.transaction() as session:
        attempts = identify_attempts(browser="b", address="192.0.2.1", number=ADA[1:])
        Throttle("key").check(session, attempts, scene.clock.now())
    tidy(scene.restart())
    assert _count(scene, ThrottleMark) == 4
    scene.later(days=1, seconds=1)
    tidy(scene.restart())
    assert _count(scene, ThrottleMark) == 0


def test_a_basket_left_for_a_day_is_forgotten_unless_it_is_being_paid(scene: Scene) -> None:
    now = scene.clock.now()
    paying = scene.place()
    with scene.database.transaction() as session:
        visits = [open_visit(session, name, 1, now) for name in ("left", "paying")]
        rows = [{"visit_id": visit.id, "store_id": 1, "updated_at": now, "revision": 1} for visit in visits]
        session.execute(insert(Basket), rows)
        session.get_one(Order, paying).basket_id = session.scalars(select(Basket.id).order_by(Basket.id.desc())).first()
        session.flush()
    scene.later(hours=23)
    forget(scene.restart())
    assert _count(scene, Basket) == 2
    scene.later(hours=2)
    forget(scene.restart())
    assert _count(scene, Basket) == 1


def test_orders_nobody_paid_go_after_a_month_and_paid_ones_stay(scene: Scene) -> None:
    paid, unpaid, refunded = scene.pay(), scene.place(), scene.place()
    scene.settle(refunded, amount=1)
    with scene.database.transaction() as session:
        session.get_one(Order, unpaid).state = "expired"
        session.flush()
    scene.later(days=31)
    forget(scene.restart())
    with scene.database.reading() as session:
        assert set(session.scalars(select(Order.id))) == {paid, refunded}


def test_what_callbacks_and_the_programme_were_told_is_emptied_after_three_months(scene: Scene) -> None:
    order_id = scene.pay()
    scene.deliver()
    notice = {
        "provider": "sandbox", "event_id": "e", "kind": "k", "provider_ref": "r", "reference": "x", "body": b"words",
        "state": "applied", "attempts": 0, "received_at": scene.clock.now(),
    }  # fmt: skip
    with scene.database.transaction() as session:
        session.execute(insert(PaymentNotice), [notice])
    scene.later(days=89)
    forget(scene.restart())
    assert scene.message(order_id).payload
    scene.later(days=2)
    forget(scene.restart())
    row = scene.message(order_id)
    assert (row.state, row.payload, row.body) == ("done", "", None)
    with scene.database.reading() as session:
        assert session.scalars(select(PaymentNotice.body)).all() == [b""]


def test_browsers_long_gone_are_forgotten_but_for_the_proof_of_their_answers(scene: Scene) -> None:
    _person(scene, ADA, evidence=True)
    _person(scene, BOB, evidence=False)
    scene.later(days=91)
    forget(scene.restart())
    assert (_count(scene, Visit), _count(scene, ConsentEvidence)) == (1, 2)


def test_people_not_seen_for_three_years_are_forgotten(scene: Scene) -> None:
    order_id = scene.pay()
    scene.deliver()
    scene.later(days=3 * 365 + 1)
    scene.pay(phone=BOB)
    forget(scene.restart())
    order = scene.order(order_id)
    assert (order.phone, order.customer_id, order.name, order.total) == (None, None, "", 1000)
    with scene.database.reading() as session:
        assert session.scalars(select(Customer.phone)).all() == [BOB]


def _person(scene: Scene, phone: str, *, evidence: bool) -> int:
    now = scene.clock.now()
    with scene.database.transaction() as session:
        customer = customer_of(session, 1, phone, now)
        visit = open_visit(session, f"browser-{phone}", 1, now)
        sign_in(session, visit.id, customer.id, "joined", now)
        visit.email, visit.member_sealed, visit.member_connection_id = "ada@example.org", "her id, sealed", 1
        prove(session, visit.browser, customer.id, "sms", now)
        session.flush()
        answers: list[dict[str, object]] = [
            {
                "merchant_id": 1, "customer_id": customer.id, "visit_id": visit.id, "channel": channel, "granted": True,
                "answered_at": now, "wording": "May we?", "wording_version": "1", "wording_hash": "h", "language": "fr",
                "page": "join", "proof": "typed",
            }
            for channel in ("email", "sms")
        ]  # fmt: skip
        keep_evidence(session, answers if evidence else [])
        return customer.id


def _everything(scene: Scene) -> str:
    """Every value of every row of every table."""
    with scene.database.reading() as session:
        rows = [list(row) for table in metadata.sorted_tables for row in session.execute(select(table))]
    return json.dumps(rows, default=lambda value: value.decode() if isinstance(value, bytes) else str(value))


def test_a_forgotten_person_is_nowhere_in_the_database_any_more(scene: Scene) -> None:
    _person(scene, ADA, evidence=True)
    order_id = scene.pay()
    scene.deliver()
    scene.later(seconds=3)
    scene.deliver()
    assert ADA[1:] in _everything(scene)
    with scene.database.transaction() as session:
        erased = erase(session, 1, ADA)
    assert erased is not None
    assert (erased.orders, erased.abandoned) == (1, 0)
    left = _everything(scene)
    assert [word for word in (ADA[1:], "ada@example.org", "browser-", "Ada", "cus_", "sealed") if word in left] == []
    order = scene.order(order_id)
    assert (order.state, order.total, order.phone) == ("paid", 1000, None)
    assert _count(scene, ConsentEvidence) == 2


def test_forgetting_twice_finds_nobody(scene: Scene) -> None:
    _person(scene, ADA, evidence=True)
    with scene.database.transaction() as session:
        assert erase(session, 1, ADA) is not None
    with scene.database.transaction() as session:
        assert erase(session, 1, ADA) is None


def test_whoever_comes_back_is_somebody_new(scene: Scene) -> None:
    before = _person(scene, ADA, evidence=True)
    with scene.database.transaction() as session:
        erase(session, 1, ADA)
    assert _person(scene, ADA, evidence=False) != before


def test_what_the_programme_was_not_told_yet_is_told_first_or_given_up_explicitly(scene: Scene) -> None:
    order_id = scene.pay()
    with pytest.raises(NotYet) as refused, scene.database.transaction() as session:
        erase(session, 1, ADA)
    assert (refused.value.code, refused.value.count) == ("undelivered", 1)
    assert scene.order(order_id).phone == ADA
    with scene.database.transaction() as session:
        erased = erase(session, 1, ADA, abandon=True)
    assert erased is not None
    assert erased.abandoned == 1
    scene.deliver()
    assert scene.effects() == []
    row = scene.message(order_id)
    assert (row.state, row.payload, "abandoned" in row.reason) == ("done", "", True)


def test_a_payment_under_way_is_waited_for(scene: Scene) -> None:
    scene.place()
    with pytest.raises(NotYet) as refused, scene.database.transaction() as session:
        erase(session, 1, ADA, abandon=True)
    assert refused.value.code == "being_paid"


def test_what_waits_is_counted_with_its_age(scene: Scene) -> None:
    scene.pay()
    scene.pay("three")
    scene.later(seconds=90)
    assert count_outbox(scene.restart()) == {"new": (1, 90.0), "leased": (0, 0.0), "parked": (1, 90.0)}
    assert _count(scene, OutboxMessage) == 2


def test_open_alerts_are_counted_for_merchants_and_operator_apart(scene: Scene) -> None:
    begun = count_alerts(scene.restart())
    with scene.database.transaction() as session:
        raise_alert(session, "vanished_slug", "one", scene.clock.now(), merchant_id=1)
        raise_alert(session, "vanished_slug", "two", scene.clock.now(), merchant_id=1)
        raise_alert(session, "orphan_callback", "three", scene.clock.now())
    resolved = scene.clock.now()
    with scene.database.transaction() as session:
        resolve_alert(session, "vanished_slug", "two", resolved)
    assert count_alerts(scene.restart()) == {"merchant": begun["merchant"] + 1, "operator": begun["operator"] + 1}
