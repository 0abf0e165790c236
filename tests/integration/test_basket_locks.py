"""On a device that many people use, a reward is reserved at the programme while a basket holds it (G11, R4)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import Promos
from tests.peers import ADA_ID
from webapp.nouns.basket.models import Basket
from webapp.nouns.pricing import Configuration, Wanted
from webapp.nouns.promotion.models import RewardLock
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.kiosk.leave import forget
from webapp.usecases.promotion.lock import lock_rewards, release_locks
from webapp.usecases.promotion.rewards import NotUsable, drop_spent, use


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """A café whose programme offers a crêpe."""
    made = Promos(cast)
    made.reward("free-crepe", "free_product", external_id="CREPE")
    return made


def _put(promos: Promos, guest: Guest, copy: str) -> str:
    """Put a reward in a kiosk's basket; why it was refused, "" when it lies there."""
    wanted = Wanted("", "CREPE", 1, Configuration(), "")
    try:
        use(promos.cast.wiring, promos.asked(guest), copy, wanted, seen=("CREPE", 0), reserve=True)
    except NotUsable as refusal:
        return refusal.code
    return ""


def _held(promos: Promos) -> tuple[Guest, str]:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    assert _put(promos, guest, copy) == ""
    promos.cast.choose(guest, "CIDER")
    return guest, copy


def _reserved(promos: Promos) -> list[bool]:
    """Which copies the programme holds as reserved."""
    program = promos.cast.wiring.programs.of(promos.cast.connection)
    assert program is not None
    owned = program.wallet(ADA_ID, store_slug="demo-republique", deadline_s=5).owned or ()
    return [one.locked for one in owned]


def _sweep(promos: Promos, *, later_s: int = 0) -> int:
    promos.cast.later(seconds=later_s)
    return release_locks(promos.cast.wiring)


def _states(promos: Promos) -> list[str]:
    return [row.state for row in promos.cast.rows(RewardLock)]


def _keep(promos: Promos, guest: Guest, copy: str) -> None:
    promos.take_out(guest, copy)


def _leave(promos: Promos, guest: Guest, _copy: str) -> None:
    forget(promos.cast.wiring, guest.browser)


def _purge(promos: Promos, guest: Guest, _copy: str) -> None:
    with promos.cast.wiring.db.transaction() as session:
        session.execute(delete(Basket).where(Basket.visit_id == guest.visit_id))


def _walk_away(promos: Promos, guest: Guest, _copy: str) -> None:
    with promos.cast.wiring.db.transaction() as session:
        late = promos.cast.clock.now() - timedelta(minutes=16)
        session.execute(update(Basket).where(Basket.visit_id == guest.visit_id).values(updated_at=late))


@pytest.mark.parametrize("ends", [_keep, _leave, _purge, _walk_away])
def test_it_is_reserved_while_the_basket_holds_it_and_let_go_afterwards(
    promos: Promos, ends: Callable[[Promos, Guest, str], None]
) -> None:
    guest, copy = _held(promos)
    assert (_reserved(promos), _states(promos), _sweep(promos)) == ([True], ["locked"], 0)
    ends(promos, guest, copy)
    assert (_sweep(promos), _reserved(promos), _states(promos)) == (1, [False], ["released"])
    assert {row.member_id for row in promos.cast.rows(RewardLock)} == {""}


def test_another_screen_of_the_same_person_is_refused_until_the_first_lets_go(promos: Promos) -> None:
    first, copy = _held(promos)
    second = promos.proved()
    assert _put(promos, second, copy) == "reserved"
    assert drop_spent(promos.cast.wiring, promos.asked(first)) == (), "the first one's own lock costs it nothing"
    promos.take_out(first, copy)
    assert _put(promos, second, copy) == "", "before any sweeper came: the lock passes on"
    assert (_reserved(promos), _sweep(promos)) == ([True], 0)
    promos.take_out(second, copy)
    assert _sweep(promos, later_s=91) == 1
    assert _reserved(promos) == [False]


def test_what_a_till_has_reserved_meanwhile_leaves_the_basket_again(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.cast.loyalty.fault(route="rewards.lock", kind="error_before", status=409)
    assert _put(promos, guest, copy) == "reserved"
    assert (promos.carried()[0], _states(promos), _sweep(promos)) == (0, ["lost"], 0)


@pytest.mark.parametrize("kind", ["error_before", "reset_after"])
def test_a_programme_that_fails_keeps_the_reward_in_the_basket_and_no_lock_for_ever(promos: Promos, kind: str) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.cast.loyalty.fault(route="rewards.lock", kind=kind, status=503)
    assert _put(promos, guest, copy) == ""
    promos.take_out(guest, copy)
    _sweep(promos, later_s=91)
    assert _reserved(promos) == [False]
    assert not set(_states(promos)) & {"wanted", "locked", "unknown"}


def test_the_order_of_the_basket_takes_the_lock_over_and_ends_it(promos: Promos) -> None:
    guest, _copy = _held(promos)
    order = promos.cast.place(guest)
    forget(promos.cast.wiring, guest.browser)
    assert _sweep(promos, later_s=1000) == 0, "it is being paid, on somebody's phone"
    assert lock_rewards(promos.cast.wiring, order.reference)
    assert _states(promos) == ["released", "unknown"]
    start_payment(promos.cast.wiring, order.reference)
    promos.pay(order)
    promos.cast.deliver()
    assert (_sweep(promos, later_s=91), promos.used_at_programme()) == (1, [True])


def test_an_order_given_up_before_it_was_opened_on_any_phone_leaves_no_lock(promos: Promos) -> None:
    guest, _copy = _held(promos)
    order = promos.cast.place(guest)
    forget(promos.cast.wiring, guest.browser)
    give_up(promos.cast.wiring, order.reference, "expired", "test")
    assert _sweep(promos, later_s=1000) == 1
    assert _reserved(promos) == [False]
