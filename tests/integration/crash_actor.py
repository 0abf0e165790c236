"""One use case in a process of its own that dies by SIGKILL at a chosen step; started through a clean fork server."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.integration.scene import wiring_at
from tests.payment_peer import API_KEY, SECRETS
from tests.peers import TOKEN, peer_at, pongo_at
from webapp.ground.clock import FixedClock
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.ports.loyalty.port import LoyaltyProgram
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_back import give_back
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.notice import take_notice
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.checkout.place import place_order
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.payments import OneForAll
from webapp.usecases.promotion.lock import lock_rewards, release_locks
from webapp.usecases.wiring import Wiring
from webapp.wire import Connected


@dataclass(frozen=True)
class World:
    """Where everything is, and when."""

    database_url: str
    payment_url: str
    loyalty_api: str
    moment: datetime
    vault_key: str  # the café's secrets were sealed by the test's process


@dataclass(frozen=True)
class Step:
    """A use case and what it is about."""

    name: str
    about: Any


def wiring_of(world: World) -> Wiring:
    """A process that has just started."""
    bare = wiring_at(
        Database(world.database_url), {TOKEN: world.loyalty_api}, FixedClock(world.moment), patience_s=10.0
    )

    def pongo(token: str) -> LoyaltyProgram:
        return pongo_at(world.loyalty_api, token, bare.clock)

    programs = Connected(bare.db, Vault([world.vault_key]), {"pongo": pongo})
    http = peer_at(world.payment_url)
    provider = SandboxPayment(http, api_key=API_KEY, webhook_secrets=SECRETS, page_origin=world.payment_url)
    return replace(bare, payments=OneForAll(provider), programs=programs)


def _call_back(wiring: Wiring, body: bytes) -> None:
    stamp = int(wiring.clock.now().timestamp())
    take_notice(wiring, "sandbox", {SIGNATURE_HEADER: signature(SECRETS, stamp, body)}, body)


def _fall(_wiring: Wiring, _about: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)  # it has the bytes, and has read none of them


STEPS: dict[str, Callable[[Wiring, Any], object]] = {
    "place": lambda wiring, about: place_order(wiring, language="fr", **about),
    "start": start_payment,
    "return": lambda wiring, reference: refresh(wiring, reference, "return"),
    "cancel": lambda wiring, reference: give_up(wiring, reference, "cancelled", "payer"),
    "callback": _call_back,
    "receive": _fall,
    "lock": lock_rewards,
    "unlock": lambda wiring, _: release_locks(wiring),
    "give back": give_back,
    "reconcile": lambda wiring, _: reconcile(wiring),
    "deliver": work_lane,
}


def take(wiring: Wiring, step: Step) -> None:
    """Do it."""
    STEPS[step.name](wiring, step.about)


def _arm(database: Database, fatal: int) -> None:
    """Die at the `fatal`-th moment just before or just after a commit; 0 never."""
    passed = 0

    def moment(_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "commit", moment)
    event.listen(Session, "after_commit", moment)


def _live(world: World, step: Step, fatal: int) -> None:
    wiring = wiring_of(world)
    _arm(wiring.db, fatal)
    take(wiring, step)
    wiring.db.close()


def begin(world: World, step: Step, fatal: int = 0) -> ForkServerProcess:
    """Start the process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_live, args=(world, step, fatal))
    process.start()
    return process
