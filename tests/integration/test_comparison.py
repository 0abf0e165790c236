"""Every night: what was paid against what the programme was told, per merchant and local day (L5, O5)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from tests.integration.scene import Scene
from webapp.nouns.order.alerts import open_alerts
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.compare import bounds
from webapp.nouns.outbox.models import DeliveryCheck, OutboxMessage
from webapp.usecases.delivery.comparison import DIFFERS, compare_day, compare_due

DAY = date(2026, 11, 20)


def check(scene: Scene, day: date = DAY) -> DeliveryCheck:
    found = compare_day(scene.restart(), scene.slug, day)
    assert found is not None
    return found


def alerts(scene: Scene) -> list[str]:
    with scene.database.reading() as session:
        merchant = session.scalars(select(Order.merchant_id)).first()
        return [one.detail for one in open_alerts(session, merchant) if one.kind == DIFFERS]


def change(scene: Scene, order_id: int, **values: object) -> None:
    with scene.database.transaction() as session:
        session.execute(update(Order).where(Order.id == order_id).values(**values))


def test_a_day_that_was_told_whole_is_said_to_be_whole(scene: Scene) -> None:
    scene.pay()
    scene.pay(phone=None, total=500)
    scene.deliver()
    found = check(scene)
    assert (found.paid, found.paid_total, found.guests, found.delivered, found.differs) == (2, 1500, 1, 1, 0)
    assert alerts(scene) == []


def test_what_is_missing_told_otherwise_or_no_longer_paid_raises_an_alert_until_it_is_right(scene: Scene) -> None:
    _told, other, back = scene.pay(), scene.pay(), scene.pay()
    scene.deliver()
    waiting = scene.pay("three")  # a store that is not mapped
    change(scene, other, total=999)
    change(scene, back, state="refunded")
    found = check(scene)
    assert (found.paid, found.delivered, found.missing, found.unequal, found.surplus) == (3, 2, 1, 1, 1)
    assert alerts(scene) == ["2026-11-20"]
    change(scene, other, total=1000)
    change(scene, back, state="paid")
    with scene.database.transaction() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.order_id == waiting).values(state="done"))
    assert check(scene).differs == 0
    assert alerts(scene) == []


def test_a_tip_and_an_order_whose_number_is_still_to_be_checked_are_no_difference(scene: Scene) -> None:
    tipped = scene.pay()
    scene.deliver()
    change(scene, tipped, total=1200, tip=200)
    change(scene, scene.pay(), number_check="wanted")
    found = check(scene)
    assert (found.paid, found.delivered, found.missing, found.unequal, found.differs) == (2, 1, 0, 0, 0)


def test_orders_of_a_merchant_without_a_programme_are_counted_and_no_difference(scene: Scene) -> None:
    order_id = scene.pay(phone=None)
    change(scene, order_id, phone="+33612345678")
    found = check(scene)
    assert (found.untold, found.differs) == (1, 0)


def test_a_day_begins_and_ends_at_the_stores_own_midnight(scene: Scene) -> None:
    for moment in (
        datetime(2026, 11, 19, 22, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
        datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC),
    ):
        change(scene, scene.pay(phone=None), paid_at=moment)
    assert [check(scene, day).paid for day in (date(2026, 11, 19), DAY, date(2026, 11, 21))] == [1, 2, 0]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_on_which_clocks_change_is_as_long_as_it_is(day: date, hours: int) -> None:
    starts, ends = bounds(day, ZoneInfo("Europe/Paris"))
    assert (ends - starts).total_seconds() == hours * 3600


def test_the_worker_compares_each_day_once_it_is_over_and_a_differing_one_again(scene: Scene) -> None:
    scene.pay("three")
    first = compare_due(scene.restart())
    assert first > 0  # the days before
    assert compare_due(scene.restart()) == 0
    scene.later(hours=13)  # past midnight in Paris, with its grace
    assert compare_due(scene.restart()) == 1
    assert alerts(scene) == ["2026-11-20"]
    assert compare_due(scene.restart()) == 0
    scene.later(hours=1)
    assert compare_due(scene.restart()) == 1
