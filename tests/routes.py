"""Addresses compiled once in a process, for every application the tests make in it."""

from collections.abc import Callable

from werkzeug.routing import Rule

_BUILDERS: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class SharedRule(Rule):
    """A rule that builds its addresses with a function which another application has compiled from the same words.

    Werkzeug compiles two for each of some hundred rules: half of what a new application costs. They hold nothing of
    their rule, which they are given with each call.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 -- Werkzeug's words
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]
