"""Getting a reward: one click is one debit at most, and what was paid for is shown (R1, R2, G10)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from tests.http import CLIENT
from tests.integration.buyer import Buyer, buyer, customer_row
from tests.integration.scene import Scene
from tests.peers import ADA_ID, BOB, TOKEN, pongo_at
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import lock_spending
from webapp.usecases.rewards.buy import Answered, get_reward
from webapp.usecases.rewards.settle import settle_due
from webapp.usecases.wiring import Wiring

CLICKS = 100


@pytest.fixture
def ada(scene: Scene) -> Buyer:
    """Ada, who has 400 points and nothing yet."""
    return buyer(scene)


def test_a_reward_is_bought_once_and_shown(ada: Buyer) -> None:
    assert ada.get() == Answered("owned")
    assert ada.debits() == [50]
    view = ada.panel()
    assert (view.points, view.stale, view.checking) == (350, False, None)
    assert [(one.name, one.skus) for one in view.owned or ()] == [("Free coffee", ("SKU-COFFEE", "POS-4411"))]
    [row] = ada.rows()
    assert (row.owned_id, row.points_before, row.cost, row.name) == (ada.copies()[0], 400, 50, "Free coffee")


def test_the_same_button_again_is_the_same_purchase(ada: Buyer) -> None:
    wish = ada.wish()
    for _ in range(3):  # a double click, a refresh, the back button
        assert get_reward(ada.restart(), wish) == Answered("owned")
    assert ada.debits() == [50]


def test_two_tabs_opened_before_make_one_purchase(ada: Buyer) -> None:
    first, second, other = ada.wish(), ada.wish(), ada.wish("rew_2")
    wiring = ada.restart()
    assert get_reward(wiring, first).code == "owned"
    assert get_reward(wiring, second).code == "owned"
    assert get_reward(wiring, other) == Answered("stale")
    assert ada.debits() == [50]
    assert ada.get("rew_2").code == "owned"  # asked again with the points as they are now


def _click(wiring: Wiring, diner: Buyer, clicks: int) -> list[str]:
    wish = diner.wish()
    together = threading.Barrier(clicks)

    def press(_: int) -> str:
        together.wait()
        return get_reward(wiring, wish).code

    with ThreadPoolExecutor(clicks) as pool:
        return list(pool.map(press, range(clicks)))


def test_a_hundred_clicks_at_once_are_one_debit(ada: Buyer) -> None:
    codes = _click(ada.restart(), ada, CLICKS)
    assert set(codes) <= {"owned", "checking"}
    assert ada.debits() == [50]
    assert ada.states() == ["owned"]


def test_a_hundred_clicks_over_two_processes_and_four_rewards_are_one_debit_at_a_time(ada: Buyer) -> None:
    wirings = [ada.restart(), ada.restart()]
    wishes = [ada.wish(reward) for reward in ("rew_1", "rew_2", "rew_3", "rew_4")]
    with ThreadPoolExecutor(32) as pool:
        codes = list(pool.map(lambda place: get_reward(wirings[place % 2], wishes[place // 2 % 4]).code, range(CLICKS)))
    assert codes.count("owned") + codes.count("checking") > 0
    assert len(ada.debits()) == len(ada.copies()) == ada.states().count("owned") == 1


def test_another_cannot_be_begun_while_one_is_checked(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_before")
    assert ada.get("rew_2").code == "checking"
    assert ada.get("rew_1") == Answered("busy")
    assert ada.settles_within(180) == ["void"]
    assert ada.get("rew_1").code == "owned"


def test_not_enough_points(ada: Buyer) -> None:
    for reward in ("rew_3", "rew_3"):
        assert ada.get(reward).code == "owned"
    assert ada.panel().points == 100
    ada.scene.later(hours=25)
    ada = buyer(ada.scene)
    assert ada.get("rew_3") == Answered("refused", "points")
    assert ada.debits() == [150, 150]


@pytest.mark.parametrize("reward", ["rew_5", "rew_6"])
def test_what_is_for_others_or_for_another_store_cannot_be_had(ada: Buyer, reward: str) -> None:
    assert ada.get(reward) == Answered("refused", "gone")
    assert ada.debits() == []


def test_a_price_that_moved_is_asked_again(ada: Buyer) -> None:
    assert ada.get(cost=49) == Answered("refused", "changed")
    assert ada.debits() == []


def test_a_key_of_our_own_making_buys_nothing(ada: Buyer) -> None:
    assert ada.get(key="x" * 40) == Answered("stale")
    bob = buyer(ada.scene, phone=BOB, browser="b2")
    assert bob.get(key=ada.key()) == Answered("stale")
    assert ada.get().code == "owned"
    assert ada.debits() == [50]


def test_a_number_alone_spends_nothing(scene: Scene) -> None:
    thief = buyer(scene, proved=False, browser="thief")
    assert thief.get() == Answered("unproved")
    assert thief.get(pin="1234") == Answered("unproved")  # a PIN proves only where the programme insists on it
    assert thief.rows() == []
    assert thief.debits() == []


def test_another_browser_of_a_proved_number_spends_nothing(ada: Buyer) -> None:
    thief = buyer(ada.scene, proved=False, browser="thief")
    assert thief.get() == Answered("unproved")
    assert ada.debits() == []


def test_a_visit_that_has_moved_on_to_another_number_spends_nothing(ada: Buyer) -> None:
    wish = ada.wish()
    buyer(ada.scene, phone=BOB, browser="b1")
    assert get_reward(ada.restart(), wish) == Answered("stale")
    assert ada.debits() == []


def test_a_locked_number_spends_nothing(ada: Buyer) -> None:
    with ada.scene.database.transaction() as session:
        lock_spending(session, ada.customer_id, ada.scene.clock.now())
    assert ada.get() == Answered("unproved")
    with ada.scene.database.transaction() as session:
        session.execute(update(Customer).values(spending_locked_at=ada.scene.clock.now()))
    assert buyer(ada.scene, browser="b3").get().code == "owned"  # proved again by a code, which ends the lock
    with ada.scene.database.transaction() as session:
        session.execute(update(Customer).values(spending_locked_at=ada.scene.clock.now()))
    assert buyer(ada.scene, browser="b3", proved=False).get() == Answered("locked")


def test_three_rewards_a_day(ada: Buyer) -> None:
    for _ in range(3):
        assert ada.get("rew_4").code == "owned"
    assert ada.get("rew_4") == Answered("day_limit")
    assert ada.debits() == [10, 10, 10]


def test_nobody_there_is_told_so(scene: Scene) -> None:
    stranger = buyer(scene, phone="+33611111111")
    assert stranger.get() == Answered("refused", "no_member")


def test_a_programme_that_does_not_answer_spends_nothing_and_can_be_asked_again(ada: Buyer) -> None:
    ada.scene.peer.fault(route="customers.read", kind="error", status=503)
    ada.scene.peer.fault(route="customers.by_phone", kind="error", status=503)
    assert ada.get() == Answered("refused", "unavailable")
    ada.scene.peer.behave()
    assert ada.get().code == "owned"


def test_without_the_list_of_copies_nothing_is_bought(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.owned", kind="html")
    assert ada.get() == Answered("refused", "unavailable")
    assert ada.debits() == []


def test_a_connection_that_was_revoked_is_noticed(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="error", status=401)
    assert ada.get() == Answered("refused", "disconnected")
    assert ada.scene.account().state == "needs_reconnect"


def test_the_members_id_is_learned_once(ada: Buyer) -> None:
    ada.get()
    known = customer_row(ada.scene, ada.customer_id)
    assert (known.member_id, known.member_connection_id) == (ADA_ID, ada.scene.connection)


def test_a_copy_bought_elsewhere_meanwhile_is_not_taken_for_ours(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_before")
    assert ada.get("rew_2").code == "checking"
    pongo_at(ada.scene.peer.api, TOKEN).buy_reward(
        "rew_4", member_id=ADA_ID, store_slug="demo-republique", deadline_s=2
    )
    assert ada.settles_within(180) == ["void"]
    assert len(ada.panel().owned or ()) == 1


def test_points_earned_meanwhile_do_not_hide_that_nothing_was_bought(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_before")
    assert ada.get().code == "checking"
    order_id = ada.scene.pay(total=5000)
    ada.scene.deliver()
    assert ada.scene.order(order_id).points_state == "sent"
    assert ada.settles_within(180) == ["void"]


def test_settling_looks_and_never_buys(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="error_before", status=500)
    assert ada.get().code == "checking"
    ada.scene.peer.fault(route="rewards.buy", kind="error", count=100)
    assert ada.settles_within(180) == ["void"]
    [waiting] = CLIENT.get(f"{ada.scene.peer.url}/_faults").json()["faults"]
    assert waiting["count"] == 100  # nobody asked again


def test_two_workers_settle_a_purchase_once(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_after")
    assert ada.get().code == "checking"
    ada.scene.later(seconds=6)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(settle_due, [ada.restart(), ada.restart()]))
    assert sum(found) >= 1
    assert ada.states() == ["owned"]
