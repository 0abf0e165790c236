"""Single changes of a menu document, on its JSON value: whatever they do not name stays as it is.

The result is a proposal: whoever publishes it has it checked first.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from webapp.nouns.catalog.sheet.columns import Row, own_name
from webapp.nouns.catalog.sheet.rows import INSIDE, LISTS

PARTS = {"option": "group", "course": "set_menu"}
KINDS = (*LISTS, *PARTS)
Data = dict[str, Any]


class NoSuchRow(LookupError):
    """The row is not in the menu, or not any more."""


class NameTaken(ValueError):
    """A row of that name is there already."""


@dataclass(frozen=True)
class Spot:
    """A row of the menu: its kind (`KINDS`), its SKU or id, and for an option or a course what it lies in."""

    kind: str
    name: str
    parent: str = ""

    @property
    def holder(self) -> "Spot | None":
        """What it lies in."""
        return Spot(PARTS[self.kind], self.parent) if self.kind in PARTS else None


def _rows(data: Data, spot: Spot) -> list[Row]:
    """The list a row lies in, made anew on the way, so that the document it came from stays what it was."""
    if spot.holder is None:
        data[LISTS[spot.kind]] = rows = list(data[LISTS[spot.kind]])
        return rows
    above = _rows(data, spot.holder)
    at = _place(above, spot.holder)
    above[at] = row = copy(above[at])
    lies = INSIDE[spot.holder.kind][0]
    row[lies] = inside = list(row[lies])
    return inside


def _place(rows: list[Row], spot: Spot) -> int:
    field = own_name(spot.kind)
    for at, row in enumerate(rows):
        if row[field] == spot.name:
            return at
    raise NoSuchRow(spot)


def row_at(data: Data, spot: Spot) -> Row:
    """The row.

    Raises:
        NoSuchRow: it is not there.
    """
    rows: list[Row] = data[LISTS[spot.kind]] if spot.holder is None else row_at(data, spot.holder)[_lies(spot)]
    return rows[_place(rows, spot)]


def _lies(spot: Spot) -> str:
    return INSIDE[PARTS[spot.kind]][0]


def replace(spot: Spot, row: Row) -> Callable[[Data], None]:
    """Put `row` where the spot's row is."""

    def edit(data: Data) -> None:
        rows = _rows(data, spot)
        rows[_place(rows, spot)] = row

    return edit


def add(spot: Spot, row: Row) -> Callable[[Data], None]:
    """Put `row` last.

    Raises (when called):
        NameTaken: another has its name.
    """

    def edit(data: Data) -> None:
        rows = _rows(data, spot)
        if any(one[own_name(spot.kind)] == spot.name for one in rows):
            raise NameTaken(spot.name)
        rows.append(row)

    return edit


def remove(spot: Spot) -> Callable[[Data], None]:
    """Take the row out."""

    def edit(data: Data) -> None:
        rows = _rows(data, spot)
        del rows[_place(rows, spot)]

    return edit


def move(spot: Spot, step: int) -> Callable[[Data], None]:
    """Change places with the next row of its own category (`step` 1) or the one before (-1); at the end, with none."""

    def edit(data: Data) -> None:
        rows = _rows(data, spot)
        at = _place(rows, spot)
        other = at + step
        while 0 <= other < len(rows) and rows[other].get("category") != rows[at].get("category"):
            other += step
        if 0 <= other < len(rows):
            rows[at], rows[other] = rows[other], rows[at]

    return edit
