"""How a journey stands before the fatal step, that step, and what a restart does about it (section 2.10)."""

import time
from collections.abc import Callable
from typing import Any

from tests.integration import crash_actor
from tests.integration.checkout_cast import Cast, Guest
from tests.integration.crash_actor import Step, World
from tests.integration.promo_cast import Promos
from tests.integration.scene import VAULT_KEY
from webapp.nouns.order.models import Order
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.promotion.lock import lock_rewards

KILLED = -9


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
    about = {"browser": guest.browser, "store_id": guest.store_id, "shown": cast.shown(guest)}
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


def left_open(cast: Cast) -> tuple[Order, Step]:
    """C13: the payer's phone died after paying; the reconciler looks, and dies too."""
    order, _ = cast.opened(slot=cast.soon())
    cast.paid_at_provider(order)
    cast.later(seconds=61)
    return order, Step("reconcile", None)


def received(cast: Cast) -> tuple[Order, Step]:
    """C14: a callback has come in, nothing of it was read."""
    order, step = calling_back(cast)
    return order, Step("receive", step.about)


def reserving(cast: Cast) -> tuple[Order, Step]:
    """C9: the reward of an order about to be paid is reserved at the programme, or about to be."""
    cast.later(days=1)  # nobody spends more than three rewards a day
    promos = Promos(cast)
    guest, copy = promos.proved(slot=cast.soon()), promos.copy("free-crepe")
    promos.use(guest, copy, "CREPE")
    cast.choose(guest, "CIDER")
    order = cast.place(guest)
    return order, Step("lock", order.reference)


def letting_go(cast: Cast) -> tuple[Order, Step]:
    """C22: the programme knows the paid order, its reward is still reserved."""
    order, _ = reserving(cast)
    assert lock_rewards(cast.wiring, order.reference)
    start_payment(cast.wiring, order.reference)
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    cast.deliver()
    return order, Step("unlock", None)


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
