"""`reconcile`: ask the payment provider about every order whose turn it is, once, now; the worker does so by itself."""

from argparse import ArgumentParser, Namespace

from webapp.ground.config import Settings
from webapp.usecases.checkout.reconcile import reconcile
from webapp.wire import build_wiring

ROUNDS = 100


def arguments(parser: ArgumentParser) -> None:
    """No options."""
    del parser


def command(settings: Settings, chosen: Namespace) -> int:
    """Rounds until nothing is due any more."""
    del chosen
    wiring = build_wiring(settings)
    looked_at = 0
    try:
        for _ in range(ROUNDS):
            found = reconcile(wiring)
            looked_at += found
            if not found:
                break
    finally:
        wiring.db.close()
    print(f"Looked at {looked_at} things.")
    return 0
