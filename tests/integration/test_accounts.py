"""Stores not mapped, re-mapped and shared; accounts that die, break and are replaced (L7 to L9, L11)."""

import pytest
from sqlalchemy import select

from tests.integration.scene import MAPPED, VAULT_KEY, Scene, open_cafe, wiring_at
from tests.peers import BOB, TOKEN
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import LoyaltyConnection, Store
from webapp.nouns.order.models import Alert
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.setup.loyalty import Access, NotDone, connect, map_store


def _map(scene: Scene, store: str, slug: str, *, shared: bool = False) -> int:
    with scene.database.transaction() as session:
        return map_store(session, scene.slug, store, slug, scene.clock.now(), shared=shared)


def _reconnect(scene: Scene, client: str, token: str = TOKEN) -> int:
    with scene.database.transaction() as session:
        access = Access("pongo", client, "secret", token)
        return connect(session, Vault([VAULT_KEY]), scene.slug, access, scene.clock.now())


def test_a_store_not_mapped_sells_and_its_orders_wait_until_it_is(scene: Scene) -> None:
    waiting = []
    for _ in range(3):
        waiting.append(scene.pay("three"))
        scene.later(minutes=1)
    assert {(row.state, row.reason) for row in map(scene.message, waiting)} == {("parked", box.NOT_MAPPED)}
    assert scene.deliver() == 0
    assert _map(scene, "three", "demo-bastille", shared=True) == 3
    waiting.append(scene.pay("three"))  # whoever pays now is told after those who waited
    scene.deliver()
    told = [order["order_id"] for order in scene.effects()]
    assert told == [scene.order(order_id).reference for order_id in waiting]
    assert {order["store_slug"] for order in scene.effects()} == {"demo-bastille"}


def test_a_waiting_row_cannot_be_forced_out_before_its_store_is_mapped(scene: Scene) -> None:
    row = scene.message(scene.pay("three"))
    with scene.database.transaction() as session:
        assert not box.unpark(session, row.id, scene.clock.now())


def test_a_mapping_lost_between_payment_and_delivery_parks_the_order_until_it_is_back(scene: Scene) -> None:
    order_id = scene.pay()
    _reconnect(scene, "another-client")  # no mapping of this account yet
    assert (scene.message(order_id).state, scene.message(order_id).reason) == ("parked", box.NOT_MAPPED)
    assert _map(scene, "one", "demo-republique") == 1
    assert scene.message(order_id).connection_id != scene.connection


def test_two_stores_under_one_name_need_a_confirmation(scene: Scene) -> None:
    with pytest.raises(NotDone) as refused:
        _map(scene, "three", "demo-bastille")
    assert (refused.value.code, refused.value.by) == ("slug_taken", "two")
    _map(scene, "three", "demo-bastille", shared=True)
    both = [scene.pay("two"), scene.pay("three")]
    scene.deliver()
    assert [scene.message(order_id).state for order_id in both] == ["done", "done"]
    assert [told["times"] for told in scene.effects()] == [1, 1]


def test_mapping_a_store_makes_its_kept_pages_out_of_date(scene: Scene) -> None:
    def stamp() -> int:
        with scene.database.reading() as session:
            return session.get_one(Store, scene.store_id("three")).menu_stamp

    before = stamp()
    _map(scene, "three", "demo-bastille", shared=True)
    assert stamp() > before


def test_mapping_anew_moves_no_order_that_was_ever_attempted(scene: Scene) -> None:
    attempted = scene.pay()
    scene.peer.fault(route="orders.create", kind="reset_before")
    scene.deliver()
    bytes_before = scene.message(attempted).body
    _map(scene, "one", "demo-bastille", shared=True)
    fresh = scene.pay(phone=BOB)
    scene.later(minutes=1)
    scene.deliver()
    assert scene.message(attempted).body == bytes_before
    slugs = {told["order_id"]: told["store_slug"] for told in scene.effects()}
    assert slugs[scene.order(attempted).reference] == "demo-republique"
    assert slugs[scene.order(fresh).reference] == "demo-bastille"


def test_another_account_gets_only_what_was_never_attempted(scene: Scene) -> None:
    attempted, fresh = scene.pay(), None
    scene.peer.fault(route="orders.create", kind="reset_before")
    scene.deliver()
    fresh = scene.pay(phone=BOB)
    other = _reconnect(scene, "another-client")
    assert other != scene.connection
    _map(scene, "one", "demo-bastille")
    scene.later(minutes=1)
    scene.deliver()
    kept = scene.message(attempted)
    assert (kept.state, kept.connection_id, kept.slug) == ("done", scene.connection, "demo-republique")
    assert [told["order_id"] for told in scene.effects()] == [scene.order(attempted).reference]
    work_lane(scene.restart(), other)
    assert [told["order_id"] for told in scene.effects()][1:] == [scene.order(fresh).reference]


def test_an_account_that_was_replaced_and_refuses_us_leaves_its_orders_to_a_person(scene: Scene) -> None:
    attempted = scene.pay()
    scene.peer.fault(route="orders.create", kind="error_before", status=401)
    scene.deliver()
    _reconnect(scene, "another-client")
    scene.peer.fault(route="orders.create", kind="error_before", status=401)
    scene.later(minutes=6)
    scene.deliver()
    kept = scene.message(attempted)
    assert (kept.state, kept.connection_id, "replaced" in kept.reason) == ("parked", scene.connection, True)
    with scene.database.reading() as session:
        assert "delivery_parked" in session.scalars(select(Alert.kind)).all()


def test_the_same_account_with_a_new_token_goes_on_where_it_was(scene: Scene) -> None:
    order_id = scene.pay()
    assert _reconnect(scene, f"client-{TOKEN}") == scene.connection
    scene.deliver()
    assert scene.message(order_id).state == "done"


def test_a_dead_token_waits_for_the_merchant_and_touches_nobody_else(scene: Scene) -> None:
    dead = open_cafe(scene.database, "dead", "revoked-token", scene.clock.now(), MAPPED)
    assert dead != scene.connection
    scene.pay()
    mine = scene.pay()
    with scene.database.transaction() as session:
        row = session.get_one(OutboxMessage, scene.message(mine).id)
        row.connection_id = dead
        row.store_id = session.scalars(select(Store.id).order_by(Store.id.desc())).all()[2]
        session.flush()
    wiring = scene.restart()
    work_lane(wiring, dead)
    row = scene.message(mine)
    assert (row.state, row.reason) == ("new", "disconnected")
    with scene.database.reading() as session:
        assert session.get_one(LoyaltyConnection, dead).state == "needs_reconnect"
        assert session.scalars(select(Alert.kind)).all() == ["loyalty_disconnected"]
    assert scene.due() == [scene.connection]
    assert scene.deliver(wiring) == 1
    with scene.database.transaction() as session:
        access = Access("pongo", "client-revoked-token", "secret", TOKEN)
        assert connect(session, Vault([VAULT_KEY]), "dead", access, scene.clock.now()) == dead
    scene.later(minutes=6)
    work_lane(scene.restart(), dead)
    assert scene.message(mine).state == "done"


def test_a_token_that_works_again_by_itself_is_noticed(scene: Scene) -> None:
    order_id = scene.pay()
    scene.peer.fault(route="orders.create", kind="error", status=401)
    scene.deliver()
    assert scene.account().state == "needs_reconnect"
    assert scene.due() == []
    scene.later(minutes=6)
    assert scene.due() == [scene.connection]
    scene.deliver()
    assert (scene.message(order_id).state, scene.account().state) == ("done", "connected")


def test_three_failures_in_a_row_leave_the_programme_alone_for_a_while(scene: Scene) -> None:
    orders = [scene.pay() for _ in range(5)]
    scene.peer.fault(route="orders.create", kind="error", status=500, count=3)
    scene.deliver()
    assert [scene.message(order_id).attempts for order_id in orders] == [1, 1, 1, 0, 0]
    assert {scene.message(order_id).state for order_id in orders} == {"new"}
    assert scene.due() == []
    scene.later(seconds=31)
    assert scene.due() == [scene.connection]
    scene.deliver()
    assert {scene.message(order_id).state for order_id in orders} == {"done"}
    assert scene.account().failures == 0


def test_secrets_sealed_with_a_key_we_lost_stop_deliveries_and_lose_nothing(scene: Scene) -> None:
    order_id = scene.pay()
    with scene.database.transaction() as session:
        session.get_one(LoyaltyConnection, scene.connection).token_sealed = "gAAAA-nonsense"
        session.flush()
    assert scene.deliver() == 0
    assert scene.message(order_id).state == "new"
    assert scene.due() == []


def test_each_merchants_rows_leave_with_its_own_token(scene: Scene) -> None:
    wiring = wiring_at(scene.database, {TOKEN: scene.peer.api}, scene.clock)
    other = open_cafe(scene.database, "other", "not-a-token", scene.clock.now(), MAPPED)
    scene.pay()
    work_lane(wiring, other)
    assert scene.effects() == []
    work_lane(wiring, scene.connection)
    assert len(scene.effects()) == 1
