"""Joining is told to the programme in the end, once, with the answers given and no others (C2, C3, D1)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.integration.scene import Scene
from tests.peers import BOB
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.visits import customer_of
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.delivery.enrolment import TOPIC_ENROL, Enrolment
from webapp.usecases.setup.loyalty import map_store


def _ask(scene: Scene, consent: dict[str, bool], store: str = "one") -> int:
    now = scene.clock.now()
    mapped = store != "three"
    with scene.database.transaction() as session:
        customer = customer_of(session, 1, BOB, now)
        slug = "demo-republique" if mapped else ""
        wish = Enrolment(customer.id, slug, datetime(2026, 11, 20, tzinfo=UTC).isoformat(), BOB, consent=consent)
        message = box.Message(
            topic=TOPIC_ENROL,
            key=f"{customer.id}-x",
            merchant_id=1,
            store_id=scene.store_id(store),
            payload=wish.to_json(),
            connection_id=scene.connection if mapped else None,
        )
        box.put(session, message, now)
        return customer.id


def _row(scene: Scene) -> OutboxMessage:
    with scene.database.reading() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.topic == TOPIC_ENROL)).one()


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "hang_after", "error_before", "error_after"])
def test_joining_survives_a_programme_that_stumbles(scene: Scene, kind: str) -> None:
    customer_id = _ask(scene, {"sms": True})
    scene.peer.fault(route="customers.create", kind=kind, seconds=2)
    scene.deliver()
    scene.later(minutes=1)
    scene.deliver()
    assert _row(scene).state == "done"
    known = scene.peer.customer(BOB)
    with scene.database.reading() as session:
        customer = session.get_one(Customer, customer_id)
    assert (customer.member_id, customer.member_connection_id) == (known["public_id"], scene.connection)


def test_an_unanswered_question_is_not_answered_for_the_diner(scene: Scene) -> None:
    _ask(scene, {"email": False})
    scene.deliver()
    known = scene.peer.customer(BOB)
    assert known["has_optin_email"] is False
    assert known["has_optin_sms"] is None


def test_joining_in_a_store_not_mapped_waits_and_then_names_the_store(scene: Scene) -> None:
    _ask(scene, {}, "three")
    assert scene.deliver() == 0
    with scene.database.transaction() as session:
        map_store(session, "cafe", "three", "demo-bastille", scene.clock.now(), shared=True)
    scene.deliver()
    row = _row(scene)
    assert row.state == "done"
    assert row.body is not None
    assert b"demo-bastille" in row.body
