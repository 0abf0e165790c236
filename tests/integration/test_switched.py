"""A merchant changes programme: what was begun at the old one is ended there, the rest goes to the new one (L9)."""

import pytest

from tests.contract import spoonity_calls
from tests.integration.programmes import House, house
from tests.integration.test_reports_sent_once import USED, rounds
from webapp.ground.db import Database
from webapp.nouns.outbox import box
from webapp.ports.loyalty.port import PaidOrder
from webapp.usecases.checkout.tell import take_back
from webapp.usecases.setup.loyalty import map_store

VENDORS = ("gonnaorder", "spoonity", "menu")


def _agreed(at: House) -> int:
    kind, off, reward_id, code = USED[at.kind.vendor]
    return at.agreed(kind, off, reward_id=reward_id, code=code, total=1000)


def _mapped_anew(at: House) -> None:
    with at.database.transaction() as session:
        map_store(session, at.slug, "one", at.kind.slug, at.clock.now())


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("paid_when", ["before", "after"])
def test_an_order_that_used_something_of_the_old_programme_is_told_to_it(
    database: Database, vendor: str, paid_when: str
) -> None:
    with house(database, vendor) as at:
        order_id = _agreed(at)
        if paid_when == "before":
            assert at.settle(order_id) == "paid"
        at.later(minutes=1)
        at.switch()
        _mapped_anew(at)
        if paid_when == "after":
            assert at.settle(order_id) == "paid"
        rounds(at)
        row = at.message(order_id)
        assert (row.state, row.connection_id, row.slug) == ("done", at.connection, at.kind.slug)
        assert len(at.reports()) == 1
        assert at.alerts() == []


@pytest.mark.parametrize("vendor", ["gonnaorder", "spoonity"])
def test_an_order_that_only_earns_waits_for_the_new_programme_without_the_old_ones_name_of_its_diner(
    database: Database, vendor: str
) -> None:
    with house(database, vendor) as at:
        order_id = at.bought("code", 0)
        assert PaidOrder.from_json(at.message(order_id).payload).member_id is not None
        other = at.switch()
        row = at.message(order_id)
        assert (row.state, row.reason, row.connection_id) == ("parked", box.NOT_MAPPED, None)
        told = PaidOrder.from_json(row.payload)
        assert (told.member_id, told.phone is None) == (None, False)
        _mapped_anew(at)
        assert at.message(order_id).connection_id == other


def test_a_refund_after_the_change_is_voided_where_the_order_was_told(database: Database) -> None:
    with house(database, "spoonity") as at:
        order_id = at.bought("taken", 900, reward_id=spoonity_calls.COFFEE, total=1000)
        rounds(at)
        at.switch()
        with at.database.transaction() as session:
            take_back(session, session.merge(at.order(order_id)), at.clock.now())
        rounds(at)
        [told] = at.reports()
        assert told["voided_at"] is not None
        assert at.order(order_id).points_state == "withdrawn"
