"""Every sentence the code and the templates can say, and what is wrong with a translation of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from webapp.ground.i18n import DIRECTORY, read_catalog

ROOT = DIRECTORY.parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
JINJA = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)  # always the same, so that a file changes only when a sentence does
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def sentences(root: Path = ROOT) -> Catalog:
    """What `webapp/**/*.py` and `templates/**/*.html` under `root` say through `_`, `gettext` and `ngettext`."""
    found = Catalog(project="Passe-plat", copyright_holder="Passe-plat contributors", fuzzy=False)
    methods = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
    for room in ("webapp", "templates"):
        extracted = extract_from_dir(root / room, methods, {"**.html": JINJA}, keywords=KEYWORDS)
        for _file, _line, message, _comments, _context in extracted:
            found.add(message)
    return found


def _texts(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _holes(text: str) -> set[str]:
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def _fault(message: Message) -> str | None:
    wanted, given = _texts(message.id), _texts(message.string)
    if message.fuzzy:
        return "not sure (fuzzy)"
    if not given or not all(given):
        return "missing"
    # "1 point" may leave the number out; the form for many must hold it.
    if _holes(given[-1]) != _holes(wanted[-1]) or any(_holes(text) - _holes(wanted[-1]) for text in given):
        return "placeholders differ"
    return None


def faults(spoken: Catalog, translated: Catalog) -> Iterator[str]:
    """One line for each sentence of `spoken` that `translated` lacks or spoils, and each it has in vain."""
    for message in spoken:
        if not message.id:
            continue
        translation = translated.get(message.id)
        if translation is None:
            yield f"missing: {message.id!r}"
        elif fault := _fault(translation):
            yield f"{fault}: {message.id!r}"
    gone = [message.id for message in translated if message.id and spoken.get(message.id) is None]
    yield from (f"no longer said: {key!r}" for key in [*gone, *translated.obsolete])


def update(path: Path, language: str, spoken: Catalog) -> None:
    """Rewrite the gettext file at `path`: new sentences come in untranslated, unsaid ones go, the rest stays."""
    catalog = read_catalog(path, language) if path.exists() else Catalog(locale=language)
    catalog.update(spoken, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.project, catalog.version, catalog.msgid_bugs_address = "Passe-plat", "1", ""
    catalog.last_translator = catalog.language_team = "Passe-plat contributors"
    catalog.header_comment = "# Passe-plat, MIT licence. Keys are the English sentences; see webapp/translations."
    catalog.creation_date = catalog.revision_date = UNDATED
    with path.open("wb") as file:
        write_po(file, catalog, width=110, no_location=True, sort_output=True, omit_header=False)
