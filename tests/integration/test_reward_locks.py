"""A reward is reserved at the programme while an order of ours is being paid, and never longer (G11, R4, C9, C22)."""

import time
from dataclasses import replace

import pytest

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import Promos
from tests.peers import ADA_ID
from webapp.nouns.order.models import Alert, Order
from webapp.nouns.promotion.models import RewardLock
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.promotion.lock import lock_rewards, release_locks
from webapp.usecases.promotion.rewards import drop_spent


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """A café whose programme offers a crêpe."""
    made = Promos(cast)
    made.reward("free-crepe", "free_product", external_id="CREPE")
    return made


def _placed(promos: Promos) -> tuple[Guest, Order]:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.use(guest, copy, "CREPE")
    promos.cast.choose(guest, "CIDER")
    return guest, promos.cast.place(guest)


def _lock(promos: Promos, order: Order) -> bool:
    return lock_rewards(promos.cast.wiring, order.reference)


def _sweep(promos: Promos, *, later_s: int = 0) -> int:
    promos.cast.later(seconds=later_s)
    return release_locks(promos.cast.wiring)


def _reserved(promos: Promos) -> list[bool]:
    """Which copies the programme holds as reserved."""
    program = promos.cast.wiring.programs.of(promos.cast.connection)
    assert program is not None
    owned = program.wallet(ADA_ID, store_slug="demo-republique", deadline_s=5).owned or ()
    return [one.locked for one in owned]


def _states(promos: Promos) -> list[str]:
    return [row.state for row in promos.cast.rows(RewardLock)]


def test_it_is_reserved_before_the_payment_and_let_go_when_the_programme_knows_the_paid_order(promos: Promos) -> None:
    _guest, order = _placed(promos)
    assert _lock(promos, order)
    assert (_reserved(promos), _states(promos)) == ([True], ["locked"])
    assert _sweep(promos) == 0, "the order is still being paid"
    start_payment(promos.cast.wiring, order.reference)
    promos.pay(order)
    assert _sweep(promos) == 0, "until the programme was told, the copy is not used up there"
    promos.cast.deliver()
    assert promos.used_at_programme() == [True]
    assert _sweep(promos) == 1
    assert (_reserved(promos), _states(promos)) == ([False], ["released"])
    assert {row.member_id for row in promos.cast.rows(RewardLock)} == {""}


@pytest.mark.parametrize("ends", ["cancelled", "expired"])
def test_it_is_let_go_when_the_order_ends_unpaid(promos: Promos, ends: str) -> None:
    _guest, order = _placed(promos)
    _lock(promos, order)
    give_up(promos.cast.wiring, order.reference, ends, "test")
    assert (_sweep(promos), _reserved(promos), promos.used_at_programme()) == (1, [False], [False])
    assert _sweep(promos) == 0


def test_asking_again_asks_the_programme_nothing_more(promos: Promos) -> None:
    _guest, order = _placed(promos)
    assert [_lock(promos, order) for _ in range(3)] == [True, True, True]
    assert len(promos.cast.rows(RewardLock)) == 1
    assert _reserved(promos) == [True]


@pytest.mark.parametrize(
    "kind", ["error_before", "error_after", "reset_before", "reset_after", "html_after", "empty_before"]
)
def test_a_programme_that_fails_stops_no_sale_and_leaves_no_lock_behind(promos: Promos, kind: str) -> None:
    _guest, order = _placed(promos)
    promos.cast.loyalty.fault(route="rewards.lock", kind=kind, status=503)
    assert _lock(promos, order)
    give_up(promos.cast.wiring, order.reference, "cancelled", "test")
    _sweep(promos, later_s=91)
    assert _reserved(promos) == [False]
    assert not set(_states(promos)) & {"wanted", "locked", "unknown"}


def test_a_programme_that_hangs_costs_one_deadline_and_no_sale(promos: Promos) -> None:
    _guest, order = _placed(promos)
    promos.cast.loyalty.fault(route="rewards.lock", kind="hang", seconds=3)
    began = time.monotonic()
    assert lock_rewards(replace(promos.cast.wiring, page_seconds=0.4), order.reference)
    assert time.monotonic() - began < 2
    assert _states(promos) == ["unknown"]
    start_payment(promos.cast.wiring, order.reference)
    promos.pay(order)
    assert promos.cast.state(order) == "paid"


def test_a_process_that_dies_around_the_call_leaves_a_row_the_sweeper_finds(promos: Promos) -> None:
    _guest, order = _placed(promos)
    _lock(promos, order)
    with promos.cast.wiring.db.transaction() as session:
        session.query(RewardLock).update({"state": "wanted", "look_at": promos.cast.clock.now()})
    promos.cast.later(seconds=91)
    give_up(promos.cast.wiring, order.reference, "cancelled", "test")
    assert _sweep(promos) == 1
    assert (_reserved(promos), _states(promos)) == ([False], ["released"])


def test_what_another_device_has_reserved_ends_the_order_before_it_is_paid(promos: Promos) -> None:
    guest, order = _placed(promos)
    (discount,) = promos.discounts(order)
    program = promos.cast.wiring.programs.of(promos.cast.connection)
    assert program is not None
    program.lock_reward(discount.owned_id or "", member_id=ADA_ID, deadline_s=5)
    assert not _lock(promos, order)
    assert not _lock(promos, order)
    give_up(promos.cast.wiring, order.reference, "cancelled", "reward taken")
    assert _sweep(promos, later_s=100) == 0
    assert _reserved(promos) == [True], "the lock of somebody else is not ours to end"
    assert drop_spent(promos.cast.wiring, promos.asked(guest)) == ("free-crepe",)


def test_the_next_order_of_the_same_basket_takes_the_lock_over(promos: Promos) -> None:
    guest, order = _placed(promos)
    _lock(promos, order)
    give_up(promos.cast.wiring, order.reference, "cancelled", "replaced")
    assert drop_spent(promos.cast.wiring, promos.asked(guest)) == (), "our own lock is no reason to lose the reward"
    again = promos.cast.place(guest)
    assert _lock(promos, again)
    assert _states(promos) == ["released", "unknown"]
    give_up(promos.cast.wiring, again.reference, "cancelled", "test")
    _sweep(promos, later_s=91)
    assert _reserved(promos) == [False]


def test_a_lock_that_cannot_be_let_go_is_tried_again_and_somebody_is_told_after_a_quarter_of_an_hour(
    promos: Promos,
) -> None:
    _guest, order = _placed(promos)
    _lock(promos, order)
    give_up(promos.cast.wiring, order.reference, "cancelled", "test")
    promos.cast.loyalty.fault(route="rewards.unlock", kind="error", status=503, count=100)
    for _ in range(18):
        _sweep(promos, later_s=61)
    assert promos.cast.alerts() == ["reward_lock_stuck"]
    promos.cast.loyalty.behave()
    assert _sweep(promos, later_s=61) == 1
    assert (_reserved(promos), promos.cast.alerts()) == ([False], [])
    assert promos.cast.rows(Alert)


def test_a_programme_that_cannot_hold_is_not_asked(promos: Promos) -> None:
    order = promos.cast.ordered()
    assert _lock(promos, order)
    assert promos.cast.rows(RewardLock) == []
