"""How much a proved number may spend, and the programme's PIN (section 3, "Limits")."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.carrier import Carrier, carrier
from tests.integration.proof_scene import ProofScene, open_scene
from webapp.ground.db import Database
from webapp.ground.throttle import LONGEST_WINDOW_S, ThrottleMark
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import lock_spending, proof_of, prove
from webapp.nouns.merchant.models import Merchant
from webapp.usecases.proof import pin, reach
from webapp.usecases.proof.limits import RULES, held_until, may_spend, may_use

ABOVE = 500  # points: what a merchant who has said nothing lets go at once


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def scene(database: Database, running: Carrier) -> ProofScene:
    running.forget()
    return open_scene(database, running)


def proved(scene: ProofScene, browser: str = "browser") -> None:
    scene.database.run(lambda session: prove(session, browser, scene.customer_id, "sms", scene.clock.now()))


def spend(scene: ProofScene, cost: int | None = 100) -> str:
    with scene.database.reading() as session:
        return may_spend(session, scene.customer(), scene.clock.now(), browser="browser", cost=cost)


def use(scene: ProofScene, in_order: int = 0, cost: int | None = None) -> str:
    with scene.database.reading() as session:
        now = scene.clock.now()
        return may_use(session, scene.customer(), now, in_order=in_order, browser="browser", cost=cost)


def test_three_rewards_are_bought_in_a_day_and_refused_ones_do_not_count(scene: ProofScene) -> None:
    proved(scene)
    for state in ("owned", "refused", "void", "owned", "unknown"):
        assert spend(scene) == ""
        scene.later(seconds=1)
        scene.bought(100, state)
    assert spend(scene) == "day_limit"
    scene.later(hours=24, minutes=1)
    assert spend(scene) == ""


def test_many_points_a_day_ask_for_proof_once_more(scene: ProofScene) -> None:
    proved(scene)
    scene.later(minutes=30)
    assert spend(scene, 5000) == ""  # something may always be spent on a fresh proof
    scene.bought(RULES.points_per_proof - 100)
    scene.later(minutes=1)
    assert spend(scene, 100) == ""
    assert spend(scene, 101) == "prove_again"
    proved(scene)
    assert spend(scene, 101) == ""


def test_a_dear_reward_waits_a_quarter_of_an_hour_on_a_new_browser_only(scene: ProofScene) -> None:
    proved(scene)
    assert (spend(scene, ABOVE), use(scene, cost=ABOVE)) == ("", "")
    assert (spend(scene, ABOVE + 1), use(scene, cost=ABOVE + 1)) == ("hold", "hold")
    with scene.database.reading() as session:
        until = held_until(session, scene.customer(), "browser", scene.clock.now())
    assert until == scene.clock.now() + timedelta(minutes=15)
    scene.later(minutes=15)
    assert (spend(scene, ABOVE + 1), use(scene, cost=ABOVE + 1)) == ("", "")
    proved(scene)
    assert spend(scene, ABOVE + 1) == "", "a proof renewed is no new browser"


@pytest.mark.parametrize(("above", "of_100", "of_5000"), [(99, "hold", "hold"), (4999, "", "hold"), (0, "", "")])
def test_the_merchant_says_what_waits_on_a_new_browser(
    scene: ProofScene, above: int, of_100: str, of_5000: str
) -> None:
    with scene.database.transaction() as session:
        session.execute(update(Merchant).values(hold_above=above))
    proved(scene)
    assert (spend(scene, 100), spend(scene, 5000)) == (of_100, of_5000)
    assert (use(scene, cost=100), use(scene, cost=5000)) == (of_100, of_5000)
    assert (spend(scene, None), use(scene, cost=None)) == ("", ""), "nobody knows what it costs"


def test_with_a_pin_a_browser_is_new_since_it_gave_the_number(scene: ProofScene) -> None:
    now = scene.clock.now()
    for minutes, said in ((0, "hold"), (14, "hold"), (15, "")):
        with scene.database.reading() as session:
            given_at = now - timedelta(minutes=minutes)
            assert may_spend(session, scene.customer(), now, browser="b", cost=ABOVE + 1, given_at=given_at) == said


def test_a_locked_number_spends_and_uses_nothing_until_a_code_proves_it(scene: ProofScene) -> None:
    proved(scene)
    scene.database.run(lambda session: lock_spending(session, scene.customer_id, scene.clock.now()))
    assert (spend(scene), use(scene)) == ("locked", "locked")
    scene.database.run(lambda session: prove(session, "browser", scene.customer_id, "pin", scene.clock.now()))
    assert spend(scene) == "locked"
    proved(scene)
    assert (spend(scene), use(scene)) == ("", "")


def test_one_reward_an_order_and_three_a_day_are_used(scene: ProofScene) -> None:
    assert (use(scene), use(scene, in_order=1)) == ("", "order_limit")
    for state in ("used", "released", "held", "used"):
        assert use(scene) == ""
        scene.later(seconds=1)
        scene.used(state)
    assert use(scene) == "day_limit"
    scene.later(days=1, minutes=1)
    assert use(scene) == ""


@pytest.mark.parametrize("typed", ["", "123", "12345", "12a4", "١٢٣x", "1234 5"])
def test_what_is_no_pin_is_not_counted(scene: ProofScene, typed: str) -> None:
    with pytest.raises(pin.PinRefused) as refusal:
        pin.take_pin(scene.wiring(), scene.throttle, scene.customer(), typed)
    assert refusal.value.code == "format"
    with scene.database.reading() as session:
        assert session.scalars(select(ThrottleMark)).all() == []


def test_a_pin_is_tried_five_times_a_day_by_everybody_together_and_never_kept(scene: ProofScene) -> None:
    wiring, customer = scene.wiring(), scene.customer()

    def guess(number: int) -> str:
        try:
            return pin.take_pin(wiring, scene.throttle, customer, f" {number:02d} 12 ")
        except pin.PinRefused as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as crowd:
        said = list(crowd.map(guess, range(10, 34)))
    assert said.count("over") == 19
    with scene.database.reading() as session:
        kept = [f"{mark.subject}{mark.value}" for mark in session.scalars(select(ThrottleMark))]
    assert len(kept) == 5
    scene.later(days=1, minutes=1)
    assert guess(10) == "1012"


def test_a_member_known_by_a_card_too_has_no_further_tries_of_the_pin(scene: ProofScene) -> None:
    with scene.database.transaction() as session:
        known = session.get_one(Customer, scene.customer_id)
        known.member_id = "member-1"
        card = {"phone": "~cabcdefghijklmnopqr", "created_at": scene.clock.now(), "member_id": "member-1"}
        session.add(Customer(merchant_id=known.merchant_id, **card))
    with scene.database.reading() as session:
        both = list(session.scalars(select(Customer).where(Customer.member_id == "member-1")))
    for number in range(5):
        pin.take_pin(scene.wiring(), scene.throttle, both[number % 2], f"000{number}")
    for one in both:
        with pytest.raises(pin.PinRefused, match="over"):
            pin.take_pin(scene.wiring(), scene.throttle, one, "0009")


def test_an_accepted_pin_proves_the_browser(scene: ProofScene) -> None:
    pin.accept_pin(scene.wiring(), browser="browser", customer_id=scene.customer_id)
    with scene.database.reading() as session:
        found = proof_of(session, "browser", scene.customer_id, scene.clock.now())
    assert found is not None
    assert found.method == "pin"


def test_no_limit_outlives_the_marks_it_counts() -> None:
    ours = (reach.TO_NUMBER, reach.FROM_ADDRESS, reach.IN_BLOCK, pin.PER_NUMBER)
    assert max(limit.window_s for limit in ours) <= LONGEST_WINDOW_S


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.77", "192.0.2.77"),
        ("::ffff:192.0.2.77", "192.0.2.77"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_a_household_is_one_address(address: str, counted: str) -> None:
    assert reach.origin(address) == counted
