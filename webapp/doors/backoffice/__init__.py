"""The merchant's door: one module per desk, every address under `/desk/`, one guard in front of all of them.

A new desk is a module here with `register(door: Blueprint) -> None`, named in `ROOMS`; each of its views carries
`@guarded(…)`, without which the guard answers 404 and a test fails. Its line in the navigation stands in `nav.py`.
"""

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice import (
    account,
    board,
    consent,
    deed_log,
    deliveries,
    guard,
    kiosks,
    logo,
    loyalty,
    menu,
    overview,
    payment,
    people,
    programme_keys,
    reset,
    rewards,
    settings,
    sign_in,
    stores,
    table_sheets,
    tables,
)
from webapp.doors.backoffice.money import payments, refund

ROOMS = (
    sign_in,
    reset,
    account,
    overview,
    board,
    menu,
    payment,
    loyalty,
    programme_keys,
    stores,
    rewards,
    deliveries,
    people,
    deed_log,
    settings,
    consent,
    logo,
    tables,
    table_sheets,
    kiosks,
    refund,
    payments,
)


def blueprint() -> Blueprint:
    """Every address of the back office."""
    door = Blueprint("desk", __name__, url_prefix="/desk")
    door.before_request(guard.check)
    door.after_request(guard.head)
    for room in ROOMS:
        room.register(door)
    return door


def ask_before_files(app: Flask) -> None:
    """Let the guard ask who sends a file before its form, with the token in it, is read: a stranger's is never stored.

    To be called before the application's own check of form tokens is put in.
    """

    def ask() -> ResponseReturnValue | None:
        view = app.view_functions.get(request.endpoint or "")
        return guard.check() if request.blueprint == "desk" and hasattr(view, "takes") else None

    app.before_request(ask)
