"""A menu document as flat rows in order, each with its type, its parent, its name and its cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.sheet.columns import Column, Money, Row, columns, own_name

LISTS = {"category": "categories", "group": "option_groups", "product": "products", "set_menu": "set_menus"}
# A kind of row inside another: (the list it lies in, what it is).
INSIDE = {"group": ("options", "option"), "set_menu": ("courses", "course"), "course": ("choices", "choice")}
SEPARATOR = "/"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class SheetRow:
    """One row. `parent`: of a dish its category, of an option its group, of a choice `set menu/course`."""

    kind: str
    parent: str
    name: str
    cells: Mapping[str, str]

    @property
    def key(self) -> Key:
        """What makes it the same row in another version: a dish stays itself in another category."""
        return (self.kind, "" if self.kind in {"product", "set_menu"} else self.parent, self.name)


class Writer:
    """Rows of one document, with the columns its languages and its currency ask for."""

    def __init__(self, document: Catalog, languages: Sequence[str] | None = None) -> None:
        """`languages`: those of the columns; the document's own, and any more its texts are in, when not given."""
        self.data: Row = document.model_dump(mode="json")
        self.money = Money.of(document.currency)
        self.languages = tuple(languages or texts_in(self.data))
        self._columns = {
            kind: columns(kind, self.languages, self.money) for kind in (*LISTS, "option", "course", "choice")
        }

    def rows(self) -> Iterator[SheetRow]:
        """Every row, the whole menu's own first."""
        head: tuple[Column, ...] = columns("menu", (), self.money)
        yield SheetRow("menu", "", "", {one.name: one.get(self.data) for one in head})
        for kind, name in LISTS.items():
            for row in self.data[name]:
                yield from self._row(kind, row, row.get("category", ""), "")

    def _row(self, kind: str, row: Row, parent: str, path: str) -> Iterator[SheetRow]:
        name = row[own_name(kind)]
        yield SheetRow(kind, parent, name, {one.name: one.get(row) for one in self._columns[kind]})
        if kind in INSIDE:
            lies, inside = INSIDE[kind]
            below = f"{path}{SEPARATOR}{name}" if path else name
            for one in row[lies]:
                yield from self._row(inside, one, below, below)


def texts_in(data: Mapping[str, Any]) -> list[str]:
    """The document's languages, then any other one of its texts is in."""
    found = list(data["languages"])
    walk: Any = partial(_languages_below, found=found)
    for name in LISTS.values():
        walk(data[name])
    return found


def _languages_below(value: Any, found: list[str]) -> None:
    if isinstance(value, list):
        for one in value:
            _languages_below(one, found)
    elif isinstance(value, dict):
        for field, below in value.items():
            if field in {"name", "description"} and isinstance(below, dict):
                found.extend(language for language in below if language not in found)
            elif isinstance(below, list):
                _languages_below(below, found)
