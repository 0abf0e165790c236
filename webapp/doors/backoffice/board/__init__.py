"""The order board of a store: what the kitchen sees, says and hands over.

`screen` is the board and its taps, `live` keeps open boards up to date, `order` is one order and its printed ticket,
`controls` pauses and makes busy, `sold_out` takes things off sale, `counter` takes money. A further strip of cards is
another list in `screen.shown` and a section in `templates/backoffice/board.html`.
"""

from flask import Blueprint

from webapp.doors.backoffice.board import controls, counter, live, order, screen, sold_out


def register(door: Blueprint) -> None:
    """Add the addresses."""
    for room in (screen, live, order, controls, counter, sold_out):
        room.register(door)
