"""Answers given before Flask is asked, for addresses whose pages ask several times a second.

A shortcut, never a second truth: a door that was asked once puts a `Shortcut` under the end of its address into
`app.extensions`, and whatever that cannot answer goes on to the view. Requests are counted as Flask's are.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EXTENSION = "passe_plat_quick"
Answer = tuple[str, list[tuple[str, str]], bytes]


class Shortcut(NamedTuple):
    """`answer`: the status line, headers and body, None when the view is to be asked; `route`: as figures name it."""

    route: str
    answer: "Callable[[WSGIEnvironment], Answer | None]"


def shortcuts(app: Flask) -> dict[str, Shortcut]:
    """Those of this application, by the last two parts of their address ("/board/feed")."""
    return cast("dict[str, Shortcut]", app.extensions.setdefault(EXTENSION, {}))


class Quick:
    """A WSGI application in front of Flask's."""

    def __init__(
        self,
        app: Flask,
        inner: "WSGIApplication",
        headers: Mapping[str, str],
        count: Callable[[str, int, float], None],
    ) -> None:
        """`inner`: asked for everything else; `headers`: sent with every page; `count`: told of every answer."""
        self._known = shortcuts(app)
        self._inner = inner
        self._headers = headers
        self._count = count

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or let Flask do it."""
        path = environ.get("PATH_INFO", "")
        found = self._known.get(path[path.rfind("/", 0, max(path.rfind("/"), 0)) :])
        started = time.perf_counter()
        answer = found.answer(environ) if found and environ["REQUEST_METHOD"] == "GET" else None
        if found is None or answer is None:
            return self._inner(environ, start_response)
        status, headers, body = answer
        if not status.startswith("304"):  # the browser keeps the headers the page came with
            own = {name for name, _value in headers}
            headers += [(name, value) for name, value in self._headers.items() if name not in own]
        start_response(status, headers)
        self._count(found.route, int(status[:3]), time.perf_counter() - started)
        return [body]
