"""Sessions opened at a programme are closed: after the order was told, and when a basket is left alone."""

from datetime import timedelta

from sqlalchemy import update

from tests.contract import menu_calls
from tests.integration.programmes import VAULT, House, house
from tests.peers import ADA
from webapp.ground.db import Database
from webapp.ground.throttle import Throttle
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.visits import keep_member, open_visit
from webapp.nouns.merchant.facts import store_by_id
from webapp.ports.loyalty.port import Identity
from webapp.usecases.membership.identify import Caller, identify
from webapp.usecases.membership.sessions import leave_abandoned


def _here(at: House) -> int:
    """Ada has said who she is in this store; her visit."""
    wiring = at.restart()
    with at.database.transaction() as session:
        store = store_by_id(session, at.store_id("one"))
        assert store is not None
        visit_id = open_visit(session, "browser", store.merchant.id, at.clock.now()).id
    caller = Caller("browser", "10.0.0.1")
    who = Identity.phone(ADA)
    found = identify(wiring, Throttle("key"), visit_id=visit_id, store=store, who=who, caller=caller)
    assert found.membership == "member"
    return visit_id


def _open(at: House) -> int:
    return int(at.books()["open_sessions"])


def test_a_basket_left_alone_closes_its_session_once_and_opens_another_when_they_come_back(database: Database) -> None:
    with house(database, "spoonity") as at:
        visit_id = _here(at)
        wiring = at.restart()
        assert (_open(at), leave_abandoned(wiring)) == (1, 0)
        at.later(hours=3)
        assert (leave_abandoned(wiring), _open(at), leave_abandoned(wiring)) == (1, 0, 0)
        at.later(minutes=1)
        with at.database.transaction() as session:
            session.execute(update(Visit).where(Visit.id == visit_id).values(seen_at=at.clock.now()))
            assert session.get_one(Visit, visit_id).customer_id is not None  # they are still known this evening
        at.later(hours=3)
        assert leave_abandoned(wiring) == 1


def test_a_farewell_nobody_hears_is_of_no_consequence(database: Database) -> None:
    with house(database, "spoonity") as at:
        _here(at)
        at.later(hours=3)
        at.fault("close", "reset")
        assert (leave_abandoned(at.restart()), leave_abandoned(at.restart())) == (1, 0)


def test_the_session_ends_once_the_order_is_told_and_its_points_are_seen(database: Database) -> None:
    with house(database, "spoonity") as at:
        order_id, wiring = at.bought("code", 0, total=2000), at.restart()
        for _ in range(2):
            at.deliver(wiring)
            at.later(minutes=1)
        assert (at.order(order_id).points_state, _open(at)) == ("credited", 0)


def test_the_token_of_a_browser_is_forgotten_with_its_evening(database: Database) -> None:
    with house(database, "menu") as at:
        with at.database.transaction() as session:
            store = store_by_id(session, at.store_id("one"))
            assert store is not None
            visit_id = open_visit(session, "browser", store.merchant.id, at.clock.now()).id
            keep_member(session, visit_id, VAULT.seal(menu_calls.SOMEBODY), at.connection)
            session.execute(update(Visit).where(Visit.id == visit_id).values(identified_at=at.clock.now()))
        for passed, kept in ((timedelta(hours=11), True), (timedelta(hours=2), False)):
            at.clock.set(at.clock.now() + passed)
            leave_abandoned(at.restart())
            with at.database.reading() as session:
                assert bool(session.get_one(Visit, visit_id).member_sealed) is kept
