"""What every door for people says and in which language: gettext, and the addresses of static files."""

from collections.abc import Callable
from typing import cast

from flask import current_app, g, request, session

from webapp.ground.i18n import Translator, languages, translator

LANGUAGE = "l"
NAMES = {"en": "English", "fr": "Français"}


def language() -> str:
    """The language of this answer: the reader's choice, else the browser's, else the first on offer (`g.offered`)."""
    known = g.get("language")
    if known is None:
        chosen = session.get(LANGUAGE)
        offered = [code for code in getattr(g, "offered", ()) if code in languages()] or list(languages())
        if chosen not in offered:
            chosen = request.accept_languages.best_match(offered) or offered[0]
        g.language = known = chosen
    return cast("str", known)


def words() -> Translator:
    """Gettext and ngettext in the language of this answer."""
    return translator(language())


def _(message: str, **values: object) -> str:
    """The sentence in the reader's language, with its `%(name)s` filled in."""
    said = words().gettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The sentence for `count`, with `%(num)d` and other names filled in."""
    return words().ngettext(one, many, count) % {"num": count, **values}


def asset(name: str) -> str:
    """The hashed address of a static file."""
    address = cast("Callable[[str], str]", current_app.jinja_env.globals["asset"])
    return address(name)


def table_words(label: str) -> str:
    """A table as people call it: "Table 12"; a label that is already a name ("Terrasse 3") is left alone."""
    return _("Table %(label)s", label=label) if label[:1].isdigit() else label
