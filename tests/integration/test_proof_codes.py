"""Codes under crowds, restarts and kills, on both databases (section 3: 100 parallel guesses evaluate at most 5)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from tests.carrier import Carrier, carrier
from tests.integration.proof_scene import ProofScene, open_scene
from webapp.ground.db import Database
from webapp.nouns.customer import messages
from webapp.nouns.customer.codes import TRIES, live_code
from webapp.nouns.customer.proof import proof_of, prove, revoke
from webapp.nouns.customer.proof_models import ProvenBrowser
from webapp.usecases.proof.messages import send_one, send_waiting


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def scene(database: Database, running: Carrier) -> ProofScene:
    running.forget()
    return open_scene(database, running)


def others(code: str, count: int) -> list[str]:
    """Codes that are not the code."""
    return [f"{(int(code) + 1 + step) % 1_000_000:06d}" for step in range(count)]


def proved(scene: ProofScene, *browsers: str) -> None:
    """These browsers have just proved the number."""
    with scene.database.transaction() as session:
        for browser in browsers:
            prove(session, browser, scene.customer_id, "sms", scene.clock.now())


def test_of_a_hundred_guesses_at_once_five_are_looked_at(scene: ProofScene) -> None:
    assert scene.ask().code == "sent"
    wiring, code = scene.wiring(), scene.carrier.code()
    with ThreadPoolExecutor(16) as crowd:
        said = [one.code for one in crowd.map(lambda typed: scene.enter(typed, wiring=wiring), others(code, 100))]
    assert scene.codes()[0].tries == TRIES
    assert said.count("over") >= 95
    assert said.count("wrong") <= TRIES
    assert scene.enter(code).code == "over"


def test_the_right_code_typed_by_a_crowd_of_tabs_proves_once(scene: ProofScene) -> None:
    scene.ask()
    wiring, code = scene.wiring(), scene.carrier.code()
    with ThreadPoolExecutor(8) as crowd:
        said = [one.code for one in crowd.map(lambda _: scene.enter(code, wiring=wiring), range(16))]
    assert said.count("proved") == 1
    assert set(said) <= {"proved", "gone", "over"}
    with scene.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProvenBrowser)) == 1


def test_of_many_who_ask_at_once_three_are_texted(scene: ProofScene) -> None:
    wiring = scene.wiring()
    with ThreadPoolExecutor(8) as crowd:
        said = [one.code for one in crowd.map(lambda n: scene.ask(f"b{n}", f"192.0.{n}.1", wiring), range(16))]
    assert said.count("limited") == 13
    assert len(scene.carrier.messages()) == 3


def test_tries_and_limits_outlive_a_restart(scene: ProofScene, database_url: str) -> None:
    for browser in ("a", "b", "c"):
        scene.ask(browser)
    code = scene.carrier.code()
    for typed in others(code, 3):
        scene.enter(typed, "c")
    fresh = Database(database_url)
    wiring = scene.wiring(fresh)
    assert scene.ask("d", "203.0.113.1", wiring).code == "limited"
    assert [scene.enter(typed, "c", wiring).code for typed in others(code, 3)] == ["wrong", "over", "over"]
    assert scene.enter(code, "c", wiring).code == "over"
    fresh.close()


def test_two_workers_send_a_message_once(scene: ProofScene) -> None:
    scene.carrier.fault("reset_before")
    assert scene.ask().code == "later"
    scene.later(seconds=3)
    row_id, wiring = scene.messages()[0].id, scene.wiring()
    with ThreadPoolExecutor(8) as crowd:
        said = list(crowd.map(lambda _: send_one(wiring, row_id, 2), range(8)))
    assert sorted(said) == [""] * 7 + ["done"]
    assert len(scene.carrier.messages()) == 1


def test_a_worker_killed_before_sending_leaves_the_message_to_the_next(scene: ProofScene) -> None:
    scene.carrier.fault("reset_before")
    scene.ask()
    scene.later(seconds=3)
    row_id, now = scene.messages()[0].id, scene.clock.now()
    scene.database.run(lambda session: messages.lease(session, row_id, now, "dead"))
    assert send_waiting(scene.wiring()) == 0
    scene.later(seconds=41)
    assert send_waiting(scene.wiring()) == 1
    assert scene.enter(scene.carrier.code()).code == "proved"


def test_a_worker_killed_after_sending_is_repeated_with_the_same_key(scene: ProofScene) -> None:
    scene.carrier.fault("reset_before")
    scene.ask()
    scene.later(seconds=3)
    wiring, now = scene.wiring(), scene.clock.now()
    row_id = scene.messages()[0].id
    row = scene.database.run(lambda session: messages.lease(session, row_id, now, "dead"))
    assert row is not None
    assert wiring.texting is not None
    wiring.texting.sender.send(scene.customer().phone, wiring.texting.vault.open(row.text_sealed), row.key, 2)
    scene.later(seconds=41)
    assert send_waiting(scene.wiring()) == 1
    assert len(scene.carrier.messages()) == 1
    assert scene.messages()[0].state == "done"


def test_a_late_worker_cannot_undo_what_another_wrote(scene: ProofScene) -> None:
    scene.carrier.fault("reset_before")
    scene.ask()
    scene.later(seconds=3)
    row_id = scene.messages()[0].id
    slow = scene.database.run(lambda session: messages.lease(session, row_id, scene.clock.now(), "slow"))
    assert slow is not None
    scene.later(seconds=41)
    send_waiting(scene.wiring())
    assert not scene.database.run(lambda session: messages.later(session, slow, scene.clock.now(), "late"))
    assert scene.messages()[0].state == "done"


def test_a_lock_ends_proofs_and_codes_of_every_browser_and_a_renewal_keeps_its_age(scene: ProofScene) -> None:
    started = scene.clock.now()
    scene.ask("b")
    proved(scene, "a", "b")
    scene.later(hours=1)
    scene.database.run(lambda session: prove(session, "a", scene.customer_id, "pin", scene.clock.now()))
    with scene.database.reading() as session:
        kept = proof_of(session, "a", scene.customer_id, scene.clock.now())
    assert kept is not None
    assert (kept.known_since, kept.method) == (started, "pin")
    assert scene.database.run(lambda session: revoke(session, scene.customer_id, scene.clock.now())) == 2
    with scene.database.reading() as session:
        assert proof_of(session, "a", scene.customer_id, scene.clock.now()) is None
        assert live_code(session, "b", scene.customer_id, scene.clock.now()) is None
    scene.later(minutes=1)
    scene.database.run(lambda session: prove(session, "a", scene.customer_id, "sms", scene.clock.now()))
    with scene.database.reading() as session:
        anew = proof_of(session, "a", scene.customer_id, scene.clock.now())
    assert anew is not None
    assert anew.known_since == scene.clock.now()


def test_forgetting_a_number_in_one_browser_leaves_the_others_proved(scene: ProofScene) -> None:
    now = scene.clock.now()
    proved(scene, "a", "b")
    assert scene.database.run(lambda session: revoke(session, scene.customer_id, now, browser="a")) == 1
    with scene.database.reading() as session:
        assert proof_of(session, "a", scene.customer_id, now) is None
        assert proof_of(session, "b", scene.customer_id, now) is not None
