"""What an open board is told: the cards that changed since what it has, as JSON, drawn once for all boards."""

import json
from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from flask import render_template, url_for

from webapp.doors.backoffice.board.cards import card
from webapp.doors.backoffice.board.watch import Boards, Kept, Mark
from webapp.doors.backoffice.office import wiring
from webapp.ground.db import Database
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.board import tickets_of

CARD = "backoffice/board_card.html"
Draw = Callable[[StoreFacts, Mapping[int, Hashable]], Mapping[Hashable, Kept]]


def read_after(text: str) -> Mark | None:
    """Feed number and menu stamp a board has, as it sends them back ("42.7"); None for anything else."""
    last, _dot, stamp = text.partition(".")
    sound = len(text) < 24 and text.isascii() and last.isdecimal() and stamp.isdecimal()
    return (int(last), int(stamp)) if sound else None


class Asking(NamedTuple):
    """A board: of which store, in which language, and what it has."""

    store: StoreFacts
    language: str
    after: Mark


def message(shared: Boards, database: Database, asking: Asking, mark: Mark, draw: Draw | None) -> str | None:
    """What a board must be told, as JSON; every event is drawn once in this process, however many boards are told.

    `reread`: the page itself is to be read again, because something beside its cards changed (an order to accept among
    it), or because it holds numbers this feed never gave out (a database put back from a backup).

    Args:
        shared: what this process keeps.
        database: where the feed is.
        asking: the board.
        mark: how far the feed is.
        draw: makes missing cards; without it the answer is None when one is missing.
    """
    store, after = asking.store, asking.after
    last, changed = shared.since(database, store.id, after[0])
    keys: dict[int, Hashable] = {order: (store.id, asking.language, number) for order, number in changed.items()}
    known = shared.kept(keys.values())
    if len(known) < len(keys):
        with shared.drawing:  # whoever comes while another one draws finds the cards made
            known = shared.kept(keys.values())
            missing = {order: key for order, key in keys.items() if key not in known}
            if missing and draw is None:
                return None
            made = draw(store, missing) if draw is not None and missing else {}
            shared.keep(made)
        known.update(made)
    cards = [known[key] for key in keys.values() if key in known]
    behind = after[0] > mark[0]
    reread = behind or after[1] != mark[1] or any(one.strip for one in cards)
    told = f"{mark[0] if behind else last}.{mark[1]}"
    inside = ",".join(one.json for one in cards)
    return f'{{"after": "{told}", "reread": {json.dumps(reread)}, "cards": [{inside}]}}'


def drawn(store: StoreFacts, wanted: Mapping[int, Hashable]) -> Mapping[Hashable, Kept]:
    """These orders' cards, as JSON: the same goes to every board, so they hold no form's token."""
    made: dict[Hashable, Kept] = {}
    moment = wiring().clock.now()
    base = url_for("desk.board", merchant=store.merchant.slug, store=store.slug)
    with wiring().db.reading() as database:
        tickets = tickets_of(database, store.id, list(wanted))
    for ticket in tickets:
        one = card(ticket, store, moment)
        html = render_template(CARD, card=one, base=base)
        text = json.dumps({"id": one["id"], "column": one["column"], "html": html})
        made[wanted[one["id"]]] = Kept(text, ticket.order.state in {"pending", "cancelled", "expired"})
    return made
