"""Many workers at one outbox: every row once (G8)."""

import threading
from collections import Counter

from sqlalchemy import insert, select

from tests.integration.scene import Scene
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage

ROWS = 200


def _fill(scene: Scene) -> None:
    now = scene.clock.now()
    rows = [
        {
            "topic": "t", "key": str(number), "merchant_id": 1, "store_id": 1, "connection_id": scene.connection,
            "payload": "{}", "state": "new", "not_before": now, "created_at": now,
        }
        for number in range(ROWS)
    ]  # fmt: skip
    with scene.database.transaction() as session:
        session.execute(insert(OutboxMessage), rows)


def test_every_row_is_handled_by_exactly_one_of_twenty_workers(scene: Scene) -> None:
    _fill(scene)
    handled: Counter[int] = Counter()
    fallen: list[BaseException] = []
    lock = threading.Lock()
    now = scene.clock.now()

    def work(name: str) -> None:
        try:
            while rows := scene.database.run(lambda session: box.lease(session, scene.connection, now, name, 5)):
                for row in rows:
                    done = scene.database.run(lambda session, row=row: box.done(session, row, now, {}))  # type: ignore[misc]
                    with lock:
                        handled[row.id] += done
        except BaseException as error:
            fallen.append(error)
            raise

    threads = [threading.Thread(target=work, args=(f"worker-{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fallen == []
    assert (len(handled), set(handled.values())) == (ROWS, {1})
    with scene.database.reading() as session:
        assert set(session.scalars(select(OutboxMessage.state))) == {"done"}


def test_the_oldest_go_first(scene: Scene) -> None:
    _fill(scene)
    with scene.database.transaction() as session:
        taken = box.lease(session, scene.connection, scene.clock.now(), "worker", 7)
    assert [row.key for row in taken] == [str(number) for number in range(7)]


def test_two_lanes_of_one_connection_deliver_every_order_once(scene: Scene) -> None:
    orders = [scene.pay() for _ in range(12)]
    wirings = [scene.restart() for _ in range(4)]
    threads = [threading.Thread(target=scene.deliver, args=(wiring,)) for wiring in wirings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scene.deliver()
    assert {scene.message(order_id).state for order_id in orders} == {"done"}
    assert Counter(told["times"] for told in scene.effects()) == {1: 12}
