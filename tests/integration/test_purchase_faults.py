"""Every call about a reward cut before, during and after acting: the debits are the copies shown, within 3 minutes."""

import time

import pytest
from sqlalchemy import select

from tests.integration.buyer import LONGER, Buyer, buyer
from tests.integration.scene import Scene
from tests.peers import ADA_ID, TOKEN, pongo_at
from webapp.nouns.order.models import Alert
from webapp.usecases.rewards import buy, rows
from webapp.usecases.rewards.settle import LEASE, settle_due
from webapp.usecases.upkeep.erasure import erase

BEFORE = ["hang_before", "reset_before", "error_before", "html_before", "malformed_before", "wrong_shape_before"]
MORE_BEFORE = ["huge_before", "empty_before", "drip_before"]
AFTER = [kind.replace("before", "after") for kind in BEFORE + MORE_BEFORE]
THREE_MINUTES = 180
READS = ["customers.read", "customers.by_phone", "rewards.owned", "rewards.list"]


@pytest.fixture
def ada(scene: Scene) -> Buyer:
    """Ada, who has 400 points and nothing yet."""
    return buyer(scene)


def _agrees(ada: Buyer) -> None:
    """R1 and R3 at this very moment."""
    view = ada.panel()
    truth = ada.scene.peer.customer(ada.phone)["points"]
    assert view.points is None or view.points <= truth
    open_costs = sum(row.cost or 0 for row in ada.rows() if row.state in {"sent", "unknown"})
    assert view.points is None or view.points <= 400 - open_costs


@pytest.mark.parametrize("kind", BEFORE + MORE_BEFORE)
def test_cut_before_acting_nothing_is_spent_and_the_diner_is_told(ada: Buyer, kind: str) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind=kind, seconds=LONGER)
    assert ada.get().code == "checking"
    _agrees(ada)
    assert ada.settles_within(THREE_MINUTES) == ["void"]
    assert ada.debits() == []
    assert ada.panel().points == 400


@pytest.mark.parametrize("kind", AFTER)
def test_cut_after_acting_the_copy_is_theirs(ada: Buyer, kind: str) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind=kind, seconds=LONGER)
    assert ada.get().code == "checking"
    _agrees(ada)
    assert ada.settles_within(10) == ["owned"]
    assert ada.debits() == [50]
    assert [one.owned_id for one in ada.panel().owned or ()] == ada.copies()


@pytest.mark.parametrize("kind", ["reset_after", "error_after"])
def test_the_diner_who_looks_at_the_panel_need_not_wait_for_the_worker(ada: Buyer, kind: str) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind=kind)
    assert ada.get().code == "checking"
    view = ada.panel()
    assert (view.points, len(view.owned or ()), view.checking) == (350, 1, None)
    assert ada.states() == ["owned"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
def test_a_clear_no_is_taken_for_one(ada: Buyer, status: int) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="error", status=status)
    assert ada.get().code == "refused"
    assert ada.debits() == []


def test_a_request_that_acts_late_is_still_found(ada: Buyer) -> None:
    """Our patience ends first, then the programme acts."""
    ada.scene.peer.fault(route="rewards.buy", kind="slow", seconds=LONGER)
    assert ada.get().code == "checking"
    ada.scene.later(seconds=6)
    settle_due(ada.restart())
    until = time.monotonic() + 20
    while not ada.debits() and time.monotonic() < until:
        time.sleep(0.1)
    assert ada.settles_within(20) == ["owned"]
    assert ada.debits() == [50]


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize("kind", ["hang_before", "reset_before", "html_before", "wrong_shape_before"])
def test_settling_survives_reads_that_fail(ada: Buyer, route: str, kind: str) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_after")
    assert ada.get().code == "checking"
    ada.scene.peer.fault(route=route, kind=kind, seconds=LONGER, count=1)
    assert ada.settles_within(THREE_MINUTES) == ["owned"]
    assert ada.debits() == [50]


@pytest.mark.parametrize("acted", [True, False])
def test_a_programme_down_for_an_hour_is_waited_for(ada: Buyer, *, acted: bool) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_after" if acted else "reset_before")
    ada.get()
    ada.scene.peer.fault(route="*", kind="error", status=503, count=10_000)
    ada.pass_time(240)
    assert ada.states() == ["unknown"]
    assert _alerts(ada.scene) == ["purchase_unsettled"]
    ada.scene.later(hours=1)
    ada.scene.peer.behave()
    assert ada.settles_within(THREE_MINUTES) == (["owned"] if acted else ["void"])
    assert ada.debits() == ([50] if acted else [])
    assert _alerts(ada.scene) == []


def _alerts(scene: Scene) -> list[str]:
    with scene.database.reading() as session:
        return list(session.scalars(select(Alert.kind).where(Alert.resolved_at.is_(None)).order_by(Alert.id)))


def test_killed_before_sending(ada: Buyer) -> None:
    """C4: the intent is there, nothing was sent."""
    wiring = ada.restart()
    wish = ada.wish()
    ada.scene.database.run(lambda session: buy._intend(session, wiring, wish))
    assert ada.get("rew_1").code in {"busy", "checking"}
    assert ada.settles_within(30) == ["void"]
    assert ada.debits() == []
    assert ada.get().code == "owned"


@pytest.mark.parametrize("reached", [True, False])
def test_killed_with_the_request_on_the_wire(ada: Buyer, *, reached: bool) -> None:
    """C5 and C6: "sent" is committed; whether the programme heard it, nobody here knows."""
    _die_after_sending(ada, reached=reached)
    assert ada.states() == ["sent"]
    assert ada.settles_within(THREE_MINUTES) == (["owned"] if reached else ["void"])
    assert ada.debits() == ([50] if reached else [])


def _die_after_sending(ada: Buyer, *, reached: bool) -> None:
    wiring = ada.restart()
    wish = ada.wish()
    row = ada.scene.database.run(lambda session: buy._intend(session, wiring, wish))
    program = wiring.programs.of(ada.scene.connection)
    assert not isinstance(row, buy.Answered)
    assert program is not None
    read = buy._read(wiring, program, wish, row)
    assert not isinstance(read, str)
    offer = buy._offer(read.wallet, wish)
    assert not isinstance(offer, str)
    assert ada.scene.database.run(lambda session: buy._send(session, wiring, row, read, offer))
    if reached:
        program.buy_reward("rew_1", member_id=read.member_id, store_slug="demo-republique", deadline_s=2)


def test_a_process_stopped_too_long_sends_nothing(ada: Buyer) -> None:
    wiring = ada.restart()
    wish = ada.wish()
    row = ada.scene.database.run(lambda session: buy._intend(session, wiring, wish))
    program = wiring.programs.of(ada.scene.connection)
    assert not isinstance(row, buy.Answered)
    assert program is not None
    read = buy._read(wiring, program, wish, row)
    assert not isinstance(read, str)
    offer = buy._offer(read.wallet, wish)
    assert not isinstance(offer, str)
    ada.scene.later(seconds=16)
    assert not ada.scene.database.run(lambda session: buy._send(session, wiring, row, read, offer))
    assert ada.settles_within(30) == ["void"]


def test_a_worker_killed_while_looking_is_followed_by_another(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_after")
    ada.get()
    ada.scene.later(seconds=6)
    [row] = ada.rows()
    until = ada.scene.clock.now() + LEASE
    assert ada.scene.database.run(lambda session: rows.look_later(session, row, until))  # and here it dies
    assert settle_due(ada.restart()) == 0
    assert ada.settles_within(25) == ["owned"]


def test_points_gone_without_a_copy_are_told_to_a_person(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_before")
    ada.get("rew_2")
    pongo = pongo_at(ada.scene.peer.api, TOKEN)
    pongo.buy_reward("rew_4", member_id=ADA_ID, store_slug="demo-republique", deadline_s=2)
    assert ada.settles_within(THREE_MINUTES) == ["void"]
    assert _alerts(ada.scene) == ["purchase_unclear"]


def test_a_person_forgotten_meanwhile_holds_nobody_up(ada: Buyer) -> None:
    ada.scene.peer.fault(route="rewards.buy", kind="reset_before")
    assert ada.get().code == "checking"
    with ada.scene.database.transaction() as session:
        erase(session, ada.store.merchant.id, ada.phone)
    assert ada.settles_within(10) == ["void"]
