"""Owners hear of what was spent, once; their "not me" takes it out of every basket (section 3)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from tests.carrier import Carrier, carrier
from tests.integration.proof_scene import ProofScene, open_scene
from webapp.ground.db import Database
from webapp.ground.http import HttpPeer
from webapp.nouns.basket.lines import open_basket
from webapp.nouns.basket.models import BasketLine
from webapp.nouns.customer.visits import open_visit
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Alert
from webapp.nouns.promotion.models import BasketReward
from webapp.ports.sms.sandbox import SandboxSms
from webapp.usecases.proof.announce import announce_uses
from webapp.usecases.proof.messages import send_waiting
from webapp.usecases.proof.notice import lock
from webapp.usecases.upkeep.erasure import erase
from webapp.usecases.upkeep.retention import forget


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def scene(database: Database, running: Carrier) -> ProofScene:
    running.forget()
    return open_scene(database, running)


def signed(scene: ProofScene) -> str:
    """The signed word of the newest message's link."""
    return scene.carrier.link().removeprefix("/not-me/")


def test_a_reward_used_that_was_not_bought_here_is_announced_once(scene: ProofScene) -> None:
    for state in ("used", "held", "released"):
        scene.later(seconds=1)
        scene.used(state)
    assert announce_uses(scene.wiring()) == 1
    assert announce_uses(scene.wiring()) == 0
    send_waiting(scene.wiring())
    (message,) = scene.carrier.messages()
    assert "one of your rewards was just used" in message["text"]
    assert lock(scene.wiring(), signed(scene)) is not None
    assert scene.customer().spending_locked_at == scene.clock.now()


def test_a_reward_bought_here_was_announced_when_it_was_bought(scene: ProofScene) -> None:
    scene.bought(120, owned_id="copy-1")
    scene.used("used", owned_id="copy-1")
    assert announce_uses(scene.wiring()) == 0


def test_two_workers_announce_a_use_once(scene: ProofScene) -> None:
    scene.used("used")
    wiring = scene.wiring()
    with ThreadPoolExecutor(4) as crowd:
        told = list(crowd.map(lambda _: announce_uses(wiring), range(4)))
    assert sum(told) == 1
    assert len(scene.messages()) == 1


def test_what_was_used_long_ago_is_not_announced_any_more(scene: ProofScene) -> None:
    scene.used("used")
    scene.later(days=1, minutes=1)
    assert announce_uses(scene.wiring()) == 0


def test_the_lock_takes_the_rewards_out_of_every_basket(scene: ProofScene) -> None:
    now, customer = scene.clock.now(), scene.customer()
    with scene.database.transaction() as session:
        visit = open_visit(session, "thief", customer.merchant_id, now)
        store_id = session.scalars(select(Store.id).order_by(Store.id)).first() or 0
        basket_id = open_basket(session, visit.id, store_id, now)
        lines = [
            {"basket_id": basket_id, "line_key": key, "sku": key, "configuration": "{}", "quantity": 1}
            for key in ("bought", "free")
        ]
        ids = [session.execute(insert(BasketLine).values(one).returning(BasketLine.id)).scalar_one() for one in lines]
        reward = {
            "basket_id": basket_id, "customer_id": customer.id, "owned_id": "copy", "reward_id": "r",
            "kind": "free_product", "line_id": ids[1], "added_at": now,
        }  # fmt: skip
        session.execute(insert(BasketReward), [reward])
    scene.used("used")
    announce_uses(scene.wiring())
    send_waiting(scene.wiring())
    lock(scene.wiring(), signed(scene))
    with scene.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BasketReward)) == 0
        assert list(session.scalars(select(BasketLine.sku))) == ["bought"]


def test_a_person_who_is_forgotten_leaves_no_code_no_proof_and_no_message(scene: ProofScene) -> None:
    scene.ask()
    assert scene.enter(scene.carrier.code()).code == "proved"
    customer = scene.customer()
    with scene.database.transaction() as session:
        assert erase(session, customer.merchant_id, customer.phone) is not None
    assert (scene.codes(), scene.messages()) == ([], [])


def test_codes_go_after_a_day_and_messages_after_ninety(scene: ProofScene) -> None:
    scene.ask()
    scene.later(days=1, minutes=11)
    forget(scene.wiring())
    assert (len(scene.codes()), len(scene.messages())) == (0, 1)
    scene.later(days=90)
    forget(scene.wiring())
    assert scene.messages() == []


def test_a_carrier_that_refuses_us_is_told_to_the_site_and_to_whose_diners_get_no_code(scene: ProofScene) -> None:
    wiring = scene.wiring()
    assert wiring.texting is not None
    stranger = SandboxSms(HttpPeer(scene.carrier.url, allowed_hosts=frozenset({"127.0.0.1"})), api_key="not-ours")
    scene.ask(wiring=replace(wiring, texting=replace(wiring.texting, sender=stranger)))
    with scene.database.reading() as session:
        told = [(one.kind, one.merchant_id) for one in session.scalars(select(Alert).order_by(Alert.id))]
    assert told == [("sms_refused", None), ("sms_refused", scene.customer().merchant_id)]
