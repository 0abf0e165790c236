"""kill -9 at every step of every use case; a restart alone makes everything right (C8 to C21, C23 to C25, M11, O2)."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration import crash_actor
from tests.integration.checkout_cast import Cast, Guest
from tests.integration.crash_actor import Step, World
from tests.integration.scene import VAULT_KEY
from tests.integration.truth import broken
from webapp.nouns.order.models import Order
from webapp.usecases.checkout.pay import CannotPay, refresh, start_payment

KILLED = -9
MOST_STEPS = 30


def world(cast: Cast) -> World:
    """As the process that dies finds it."""
    url = cast.wiring.db.url.render_as_string(hide_password=False)
    return World(url, cast.payment.url, cast.loyalty.api, cast.clock.now(), VAULT_KEY)


def dies(cast: Cast, step: Step, fatal: int) -> bool:
    """Whether the process came as far as its `fatal`-th step, and was killed there."""
    process = crash_actor.begin(world(cast), step, fatal)
    process.join(30)
    assert process.exitcode in {0, KILLED}, process.exitcode
    return process.exitcode == KILLED


def heal(cast: Cast) -> None:
    """A restart: the reconciler and the worker go on by themselves; leases of the dead run out."""
    for _ in range(3):
        cast.rounds(seconds=61)
        cast.deliver()


def wait_out(cast: Cast) -> None:
    """Nobody comes back: every order meets its end."""
    cast.later(minutes=30)
    cast.rounds(3, minutes=1)
    cast.deliver()


# How a journey stands before the fatal step, and the step itself.
Stand = Callable[[Cast], tuple[Order | Guest, Step]]


def placing(cast: Cast) -> tuple[Guest, Step]:
    """C8: pending and hold committed, or not."""
    guest = cast.guest(slot=cast.soon())
    cast.choose(guest)
    about = {"visit_id": guest.visit_id, "store_id": guest.store_id, "shown": cast.shown(guest)}
    return guest, Step("place", about)


def starting(cast: Cast) -> tuple[Order, Step]:
    """C10 to C12: before the call, on the wire, before and after the id is stored."""
    order = cast.ordered(slot=cast.soon())
    return order, Step("start", order.reference)


def calling_back(cast: Cast) -> tuple[Order, Step]:
    """C14 to C17: stored or not, applied or not, answered or not."""
    order, _ = cast.opened(slot=cast.soon())
    cast.paid_at_provider(order)
    return order, Step("callback", cast.events(order)[-1])


def returning(cast: Cast) -> tuple[Order, Step]:
    """C18: the return page mid-way."""
    order, _ = cast.opened(slot=cast.soon())
    cast.paid_at_provider(order)
    return order, Step("return", order.reference)


def cancelling(cast: Cast) -> tuple[Order, Step]:
    """C23, C24: the provider has closed, we have not."""
    order, _ = cast.opened(slot=cast.soon())
    return order, Step("cancel", order.reference)


def expiring(cast: Cast) -> tuple[Order, Step]:
    """C23, C24 in the worker."""
    order, _ = cast.opened(slot=cast.soon())
    cast.later(minutes=30, seconds=1)
    return order, Step("reconcile", None)


def refunding(cast: Cast) -> tuple[Order, Step]:
    """C25: asked, not stored."""
    cast.payment.settings(capture="wrong_amount")
    order, _ = cast.opened(slot=cast.soon())
    cast.paid_at_provider(order)
    cast.later(seconds=61)
    return order, Step("reconcile", None)


def delivering(cast: Cast) -> tuple[Order, Step]:
    """C19 to C21: leased, sent, answered."""
    order, _ = cast.opened(slot=cast.soon())
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    return order, Step("deliver", cast.connection)


def giving_back(cast: Cast) -> tuple[Order, Step]:
    """C25, C26: the request committed or not, nothing asked and nobody told yet."""
    order = cast.paid(slot=cast.soon())
    cast.deliver()
    return order, Step("give back", cast.wish(order))


def refunding_for_staff(cast: Cast) -> tuple[Order, Step]:
    """C25: asked on behalf of staff, not stored."""
    order = cast.paid("CREPE", 2, slot=cast.soon())
    cast.give_back(order, {0: 1})
    cast.later(seconds=1)
    return order, Step("reconcile", None)


def withdrawing(cast: Cast) -> tuple[Order, Step]:
    """C26: the refund is stored, its cancellation under way."""
    order = cast.paid(slot=cast.soon())
    cast.deliver()
    cast.later(seconds=61)
    cast.give_back(order)
    return order, Step("deliver", cast.connection)


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


def killed_on_the_wire(cast: Cast, step: Step, peer: str, route: str, moment: str) -> None:
    """Kill the process while its request hangs, before or after the other side has acted."""
    fault: dict[str, Any] = {"route": route, "kind": f"hang_{moment}", "seconds": 1.5}
    getattr(cast, peer).fault(**fault)
    process = crash_actor.begin(world(cast), step)
    ends = time.monotonic() + 20
    while cast.faults_left(peer):
        assert time.monotonic() < ends, "it never called"
        time.sleep(0.02)
    time.sleep(0.05)  # let it act, where it is to act first
    process.kill()
    process.join()
    assert process.exitcode == KILLED


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
