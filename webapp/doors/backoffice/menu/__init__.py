"""The menu desk: what is sold, changed row by row or by file, with every version kept for a while."""

from flask import Blueprint

from webapp.doors.backoffice.menu import editing, history, importing, overview, picture

ROOMS = (overview, editing, picture, importing, history)


def register(door: Blueprint) -> None:
    """Add the addresses."""
    for room in ROOMS:
        room.register(door)
