"""Keeping open boards up to date: a line each as long as there are some, else a cheap question twice a second.

A message names the feed's number up to which it tells, so that whoever was cut off goes on exactly there: the browser
sends it back as `Last-Event-ID`, the polling board as `after`. A line ends after half a minute: it is a thread of the
server's, and a restart waits for it. A message holds cards, but never a form's token: the same is sent to every board.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from webapp.doors.backoffice.board.telling import CARD, Asking, drawn, message, read_after
from webapp.doors.backoffice.board.watch import BELIEVED_S, Boards, Mark
from webapp.doors.backoffice.guard import guarded, passes_still
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import office, wiring
from webapp.doors.quick import Answer, Shortcut, shortcuts
from webapp.doors.speech import language
from webapp.ground import logs
from webapp.nouns.order import feed
from webapp.usecases.wiring import Wiring

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LINE_S = 30.0
LOOK_AGAIN_S = 0.3
SIGN_OF_LIFE_S = 5.0
EXTENSION = "passe_plat_boards"
FEED = "/board/feed"
ROUTE = "/desk/<merchant>/s/<store>/board/feed"


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
        current_app.jinja_env.get_template(CARD)  # read now, not while the first order is waited for
        shortcuts(current_app)[FEED] = Shortcut(ROUTE, partial(quick, found, wiring()))
    return cast("Boards", found)


def listen(store_id: int) -> None:
    """A board was opened: written down at most every ten seconds."""
    if boards().beat_due(store_id):
        moment = wiring().clock.now()
        wiring().db.run(lambda session: feed.hear(session, store_id, moment))


def hear_aside(shared: Boards, wired: Wiring, store_id: int) -> None:
    """The same for a board that asks or listens on; in a thread of its own, since nobody is to wait for a writer."""
    if not shared.beat_due(store_id):
        return
    moment = wired.clock.now()

    def work() -> None:
        try:
            wired.db.run(lambda session: feed.hear(session, store_id, moment))
        except DBAPIError:
            logs.get().warning("an open board could not be written down", step="board", row=store_id)

    threading.Thread(target=work, daemon=True).start()


@guarded("staff")
def board_stream(merchant: str, store: str) -> ResponseReturnValue:
    """Server-sent events for half a minute; 204 when every line is taken, upon which the board polls."""
    del merchant, store
    after = read_after(request.headers.get("Last-Event-ID", "") or request.args.get("after", ""))
    if after is None or not boards().admit():
        return Response(status=204)
    answer = Response(stream_with_context(_events(after)), mimetype="text/event-stream")
    answer.call_on_close(boards().leave)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _events(after: Mark) -> Iterator[str]:
    """Until the line's time is over, or the guard would let this browser pass no more."""
    yield "retry: 500\n\n"
    shared, wired, store = boards(), wiring(), chosen_store()
    began = quiet_since = asked = shared.now()
    while (moment := shared.now()) < began + LINE_S:
        if moment - asked > BELIEVED_S:
            if not passes_still():
                return
            asked, store = moment, chosen_store()
        hear_aside(shared, wired, store.id)
        mark = shared.mark(wired.db, store.id, after[0])
        if mark != after:
            text = str(message(shared, wired.db, Asking(store, language(), after), mark, drawn))
            told = text.split('"', 4)[3]
            yield f"id: {told}\ndata: {text}\n\n"
            after = read_after(told) or mark
            quiet_since = moment
        elif moment - quiet_since > SIGN_OF_LIFE_S:
            yield ": \n\n"
            quiet_since = moment
        time.sleep(LOOK_AGAIN_S)


@guarded("staff")
def board_feed(merchant: str, store: str) -> ResponseReturnValue:
    """The same as one answer, 304 while nothing changed."""
    del merchant, store
    here, shared, database = chosen_store(), boards(), wiring().db
    shared.believe(_browser(request.environ), here, language())
    hear_aside(shared, wiring(), here.id)
    had = read_after(request.args.get("after", ""))
    mark = shared.mark(database, here.id, had[0] if had else 0)
    after = had or mark
    if after == mark:
        answer = Response(status=304)
    else:
        text = message(shared, database, Asking(here, language(), after), mark, drawn)
        answer = Response(text, mimetype="application/json")
    answer.headers.update(_heads(mark))
    return answer


def _heads(mark: Mark) -> dict[str, str]:
    return {"ETag": f'"{mark[0]}.{mark[1]}"', "Cache-Control": "private, no-cache"}


def _browser(environ: "WSGIEnvironment") -> bytes:
    """A digest of everything the guard's and the language's answer hang on."""
    told = (environ.get(name, "") for name in ("PATH_INFO", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE"))
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).digest()


def quick(shared: Boards, wired: Wiring, environ: "WSGIEnvironment") -> Answer | None:
    """What `board_feed` would say to a browser the guard let pass a moment ago; None when the view is to be asked."""
    known = shared.believed(_browser(environ))
    asked = environ.get("QUERY_STRING", "")
    after = read_after(asked.removeprefix("after="))
    if known is None or after is None:
        return None
    try:
        hear_aside(shared, wired, known.store.id)
        mark = shared.mark(wired.db, known.store.id, after[0])
        if mark == after:
            return "304 NOT MODIFIED", list(_heads(mark).items()), b""
        text = message(shared, wired.db, Asking(known.store, known.language, after), mark, None)
    except DBAPIError:
        return None  # Flask will meet it again, and has a page for it
    if text is None:
        return None
    body = text.encode()
    heads = {"Content-Type": "application/json", "Content-Length": str(len(body)), "X-Robots-Tag": "noindex"}
    return "200 OK", [*(_heads(mark) | heads | {"Vary": "Cookie"}).items()], body
