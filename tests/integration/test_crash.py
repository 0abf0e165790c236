"""kill -9 at every step of every use case; a restart alone makes everything right (C8 to C26, M11, O2)."""

import pytest

from tests.integration.checkout_cast import Cast
from tests.integration.kills import HEALED_WITHIN_S, POINTS, Point, kill_at, offer_a_crepe
from tests.integration.stands import (
    Stand,
    calling_back,
    cancelling,
    delivering,
    dies,
    expiring,
    giving_back,
    heal,
    killed_on_the_wire,
    placing,
    refunding,
    refunding_for_staff,
    returning,
    starting,
    wait_out,
    withdrawing,
)
from tests.integration.truth import broken
from webapp.usecases.checkout.pay import CannotPay, start_payment

MOST_STEPS = 30
ALONE = ["C9", "C13", "C14", "C22"]  # the others are what the tests below go through step by step


@pytest.mark.parametrize(
    "stand",
    [
        giving_back,
        refunding_for_staff,
        withdrawing,
        placing,
        starting,
        calling_back,
        returning,
        cancelling,
        expiring,
        refunding,
        delivering,
    ],
)
def test_a_kill_before_or_after_any_commit_is_healed_by_restart_alone(cast: Cast, stand: Stand) -> None:
    for fatal in range(1, MOST_STEPS):
        _, step = stand(cast)
        if not dies(cast, step, fatal):
            break
        heal(cast)
        wait_out(cast)
        assert broken(cast) == [], (stand.__name__, fatal)
        cast.payment.settings(capture="exact")
    assert fatal > 2, "nothing was ever committed"
    assert fatal < MOST_STEPS - 1, "it never came to its end"


WIRE: list[tuple[Stand, str, str]] = [
    (starting, "payment", "sessions.create"),
    (calling_back, "payment", "sessions.get"),
    (returning, "payment", "sessions.get"),
    (cancelling, "payment", "sessions.expire"),
    (expiring, "payment", "sessions.expire"),
    (refunding, "payment", "refunds.create"),
    (refunding_for_staff, "payment", "refunds.create"),
    (withdrawing, "loyalty", "orders.status"),
    (delivering, "loyalty", "orders.create"),
]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("stand", "peer", "route"), WIRE)
def test_a_kill_while_a_call_is_on_the_wire_is_healed_by_restart_alone(
    cast: Cast, stand: Stand, peer: str, route: str, moment: str
) -> None:
    _, step = stand(cast)
    killed_on_the_wire(cast, step, peer, route, moment)
    heal(cast)
    wait_out(cast)
    assert broken(cast) == []


@pytest.mark.parametrize("fatal", range(1, 5))
def test_after_a_kill_the_diner_presses_again_and_pays_once(cast: Cast, fatal: int) -> None:
    order, step = starting(cast)
    dies(cast, step, fatal)
    assert start_payment(cast.wiring, order.reference)
    assert len(cast.payment.ledger()["sessions"]) == 1
    cast.paid_at_provider(order)
    heal(cast)
    assert (cast.state(order), broken(cast)) == ("paid", [])


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_kill_during_the_start_the_same_key_gives_the_same_page(cast: Cast, moment: str) -> None:
    order, step = starting(cast)
    killed_on_the_wire(cast, step, "payment", "sessions.create", moment)
    try:
        start_payment(cast.wiring, order.reference)
    except CannotPay:  # the hung request may hold the provider for a moment
        start_payment(cast.wiring, order.reference)
    assert len(cast.payment.ledger()["sessions"]) == 1
    cast.paid_at_provider(order)
    heal(cast)
    assert (cast.state(order), broken(cast)) == ("paid", [])


@pytest.mark.parametrize("fatal", range(1, 7))
def test_a_callback_that_got_no_answer_comes_again_and_counts_once(cast: Cast, fatal: int) -> None:
    order, step = calling_back(cast)
    dies(cast, step, fatal)
    cast.call_back(step.about)
    heal(cast)
    assert (cast.state(order), broken(cast)) == ("paid", [])
    assert len(cast.notices()) == 1


@pytest.mark.parametrize("point", [point for point in POINTS if point.name in ALONE], ids=ALONE)
def test_a_kill_at_a_crash_point_is_healed_within_a_minute_of_the_restart(cast: Cast, point: Point) -> None:
    offer_a_crepe(cast)
    for way in point.ways[:2]:
        found = kill_at(cast, way)
        assert (found.wrong, found.healed_s <= HEALED_WITHIN_S) == ([], True), way
