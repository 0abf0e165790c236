"""Forgetting: the visit on the server, the cookie's content, what the page may have stored."""

from flask import g, session

from webapp.doors.shop.desk import browser, desk
from webapp.usecases.kiosk.leave import forget


def leave() -> None:
    """Whoever was here is gone: the session begins empty, and the old cookie, should anybody keep it, opens nothing."""
    known = browser()
    if known:
        forget(desk().wiring, known)
    session.clear()
    g.pop("language", None)
    g.pop("csrf_token", None)
