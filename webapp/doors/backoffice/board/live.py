"""Keeping open boards up to date: a line each as long as there are some, else a cheap question every second.

A message names the feed's number up to which it tells, so that whoever was cut off goes on exactly there: the browser
sends it back as `Last-Event-ID`, the polling board as `after`. A line ends after half a minute: it is a thread of the
server's, and a restart waits for it. A message holds cards, but never a form's token: the same is sent to every board.
"""

import json
import time
from collections.abc import Hashable, Iterator, Mapping
from typing import cast

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.backoffice.board.cards import card
from webapp.doors.backoffice.board.watch import Boards, Kept
from webapp.doors.backoffice.guard import guarded
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import office, wiring
from webapp.doors.speech import language
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order import feed
from webapp.nouns.order.board import tickets_of

LINE_S = 30.0
LOOK_AGAIN_S = 0.3
SIGN_OF_LIFE_S = 5.0
EXTENSION = "passe_plat_boards"


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/board/stream", view_func=board_stream)
    door.add_url_rule("/<merchant>/s/<store>/board/feed", view_func=board_feed)


def boards() -> Boards:
    """What this application's boards share."""
    found = current_app.extensions.get(EXTENSION)
    if found is None:
        # Half of the threads: whoever keeps a line open must never keep diners out.
        found = current_app.extensions[EXTENSION] = Boards(office().settings.web_threads // 2)
    return cast("Boards", found)


def listen(store_id: int) -> None:
    """An open board was heard: written down at most every ten seconds."""
    if boards().beat_due(store_id):
        moment = wiring().clock.now()
        wiring().db.run(lambda session: feed.hear(session, store_id, moment))


def read_after(text: str) -> tuple[int, int] | None:
    """Feed number and menu stamp a board has, as it sends them back ("42.7"); None for anything else."""
    last, _dot, stamp = text.partition(".")
    sound = len(text) < 24 and text.isascii() and last.isdecimal() and stamp.isdecimal()
    return (int(last), int(stamp)) if sound else None


def message(store: StoreFacts, after: tuple[int, int], mark: tuple[int, int]) -> str:
    """What a board that has `after` must be told, as JSON.

    `reread`: the page itself is to be read again, because something beside its cards changed (an order to accept among
    it), or because it holds numbers this feed never gave out (a database put back from a backup).
    """
    with wiring().db.reading() as database:
        last, changed = feed.since(database, store.id, after[0])
        cards = _cards(database, store, changed)
    behind = after[0] > mark[0]
    reread = behind or after[1] != mark[1] or any(one.strip for one in cards)
    told = f"{mark[0] if behind else last}.{mark[1]}"
    inside = ",".join(one.json for one in cards)
    return f'{{"after": "{told}", "reread": {json.dumps(reread)}, "cards": [{inside}]}}'


def _cards(database: Session, store: StoreFacts, changed: Mapping[int, int]) -> list[Kept]:
    """A card for each changed order; every event is drawn once in this process, however many boards are told."""
    keys: dict[int, Hashable] = {order: (store.id, language(), number) for order, number in changed.items()}
    known = boards().kept(keys.values())
    missing = [order for order, key in keys.items() if key not in known]
    drawn: dict[Hashable, Kept] = {}
    if missing:
        moment = wiring().clock.now()
        base = url_for("desk.board", merchant=store.merchant.slug, store=store.slug)
        for ticket in tickets_of(database, store.id, missing):
            one = card(ticket, store, moment)
            html = render_template("backoffice/board_card.html", card=one, base=base)
            text = json.dumps({"id": one["id"], "column": one["column"], "html": html})
            drawn[keys[one["id"]]] = Kept(text, ticket.order.state in {"pending", "cancelled", "expired"})
        boards().keep(drawn)
    every = known | drawn
    return [every[key] for key in keys.values() if key in every]


@guarded("staff")
def board_stream(merchant: str, store: str) -> ResponseReturnValue:
    """Server-sent events for half a minute; 204 when every line is taken, upon which the board polls."""
    del merchant, store
    after = read_after(request.headers.get("Last-Event-ID", "") or request.args.get("after", ""))
    if after is None or not boards().admit():
        return Response(status=204)
    answer = Response(stream_with_context(_events(chosen_store(), after)), mimetype="text/event-stream")
    answer.call_on_close(boards().leave)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _events(store: StoreFacts, after: tuple[int, int]) -> Iterator[str]:
    yield "retry: 500\n\n"
    ends = time.monotonic() + LINE_S
    quiet_since = time.monotonic()
    while time.monotonic() < ends:
        listen(store.id)
        mark = boards().mark(wiring().db, store.id)
        if mark != after:
            text = message(store, after, mark)
            told = text.split('"', 4)[3]
            yield f"id: {told}\ndata: {text}\n\n"
            after = read_after(told) or mark
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > SIGN_OF_LIFE_S:
            yield ": \n\n"
            quiet_since = time.monotonic()
        time.sleep(LOOK_AGAIN_S)


@guarded("staff")
def board_feed(merchant: str, store: str) -> ResponseReturnValue:
    """The same as one answer, 304 while nothing changed."""
    del merchant, store
    here = chosen_store()
    listen(here.id)
    mark = boards().mark(wiring().db, here.id)
    after = read_after(request.args.get("after", "")) or mark
    if after == mark:
        answer = Response(status=304)
    else:
        answer = Response(message(here, after, mark), mimetype="application/json")
    answer.set_etag(f"{mark[0]}.{mark[1]}")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
