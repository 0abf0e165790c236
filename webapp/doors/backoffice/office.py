"""What every desk reaches for: the wiring, the limits, the moment, and the back office's own plugs."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g, request

from webapp.ground.config import Settings
from webapp.ground.throttle import Throttle
from webapp.usecases.staff.access import Visitor
from webapp.usecases.wiring import BackOffice, Wiring

EXTENSION = "passe_plat_office"


@dataclass(frozen=True)
class Office:
    """Handed to the back office by `create_app`."""

    wiring: Wiring
    throttle: Throttle
    settings: Settings


def office() -> Office:
    """The office of this application."""
    return cast("Office", current_app.extensions[EXTENSION])


def wiring() -> Wiring:
    """The wiring of this application."""
    return office().wiring


def plugs() -> BackOffice:
    """What only the back office needs."""
    found = wiring().office
    if found is None:
        raise RuntimeError("the application was wired without a back office")
    return found


def now() -> datetime:
    """The present moment, the same throughout one request."""
    if "now" not in g:
        g.now = wiring().clock.now()
    return cast("datetime", g.now)


def visitor() -> Visitor:
    """Who knocks, for the limits; the network address as far as trusted proxies tell."""
    return Visitor(request.remote_addr or "unknown", office().throttle)
