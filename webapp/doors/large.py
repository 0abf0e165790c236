"""Addresses that take more than a form: how much, written on the view."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge

View = TypeVar("View", bound=Callable[..., Any])
CHUNK = 64 * 1024
# A browser that is still sending shows the answer only once it was let finish; more than this is cut off.
DRAINED = 64 * 1024 * 1024


def takes(most: int) -> Callable[[View], View]:
    """Write on a view how many bytes a request to it may have."""

    def mark(view: View) -> View:
        cast("Any", view).takes = most
        return view

    return mark


class Sized(Request):
    """A request whose limit is that of its view; of every other view, the application's."""

    @property
    def max_content_length(self) -> int | None:
        """Bytes."""
        view = current_app.view_functions.get(self.endpoint or "") if current_app else None
        most: int | None = getattr(view, "takes", None)
        return most if most is not None else super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise NotImplementedError


def drain(request: Request, error: Exception) -> None:
    """Read away what a browser still sends to a view that takes files, so that it shows the page that says why not."""
    view = current_app.view_functions.get(request.endpoint or "")
    size = request.content_length or 0
    if not isinstance(error, RequestEntityTooLarge) or not hasattr(view, "takes") or size > DRAINED:
        return
    source, left = request.environ["wsgi.input"], size
    while left > 0 and (chunk := source.read(min(CHUNK, left))):
        left -= len(chunk)
