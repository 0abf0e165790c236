"""Sentences in the reader's language: gettext files read once at start, kept in memory.

The sentences in code and templates are English and are their own keys; other languages are `translations/<code>.po`.
"""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from babel import localedata
from babel.core import get_global
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

DIRECTORY = Path(__file__).resolve().parent.parent / "translations"
SOURCE = "en"
# What Babel reads of the world's and of each language's customs, and no sentence or sum of ours ever asks for: it
# guesses scripts for languages that have no file, and writes units and short numbers.
WORLD_UNASKED: Final = ("likely_subtags", "territory_languages")
UNASKED = (
    "unit_patterns", "unit_display_names", "compound_unit_patterns",
    "compact_currency_formats", "compact_decimal_formats",
)  # fmt: skip


class Translator(NamedTuple):
    """The two functions a template or a door calls; also what Jinja's i18n extension installs."""

    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]


def read_catalog(path: Path, language: str) -> Catalog:
    """The gettext file at `path`, raising on a syntax error rather than guessing."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages the interface speaks, English first."""
    return (SOURCE, *sorted(path.stem for path in DIRECTORY.glob("*.po")))


def _compiled(language: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, read_catalog(DIRECTORY / f"{language}.po", language))
    compiled.seek(0)
    return Translations(compiled)


@cache
def translator(language: str) -> Translator:
    """The functions for `language`; an unknown one gets English, an untranslated sentence stays English."""
    speaks = _compiled(language) if language in languages() and language != SOURCE else NullTranslations()
    return Translator(speaks.gettext, speaks.ngettext)


def speak() -> None:
    """Read every language now, and give back what is never asked of them (3 MB): before a server forks."""
    for part in WORLD_UNASKED:
        world = get_global(part)
        if isinstance(world, dict):
            world.clear()
    for language in languages():
        customs = localedata.load(language)
        for name in UNASKED:
            customs.pop(name, None)
        translator(language)
