"""What one menu changes of another, row by row and cell by cell: what an import shows before it is applied."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.sheet.rows import Key, SheetRow, Writer, texts_in

PRICES = frozenset({"price"})


@dataclass(frozen=True)
class Cell:
    """A cell before and after, as it stands in a file."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """A row that is in both, otherwise."""

    before: SheetRow
    after: SheetRow
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Difference:
    """All of it. `reordered`: kinds whose rows stand in another order. `up`, `down`: prices that rose and fell."""

    added: tuple[SheetRow, ...] = ()
    removed: tuple[SheetRow, ...] = ()
    changed: tuple[Changed, ...] = ()
    reordered: tuple[str, ...] = ()
    up: int = 0
    down: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the two are the same."""
        return not (self.added or self.removed or self.changed or self.reordered)


def difference(before: Catalog | None, after: Catalog) -> Difference:
    """What `after` changes of `before`; everything is new where there was nothing."""
    both = [texts_in(one.model_dump(mode="json")) for one in (after, before) if one is not None]
    languages = list(dict.fromkeys(code for codes in both for code in codes))
    old = {row.key: row for row in Writer(before, languages).rows()} if before else {}
    new = {row.key: row for row in Writer(after, languages).rows()}
    changed = tuple(_changed(old, new))
    prices = [cell for one in changed for cell in one.cells if cell.column in PRICES and cell.before and cell.after]
    up = sum(float(cell.after) > float(cell.before) for cell in prices)
    return Difference(
        added=tuple(row for key, row in new.items() if key not in old),
        removed=tuple(row for key, row in old.items() if key not in new),
        changed=changed,
        reordered=_reordered(list(old), list(new)),
        up=up,
        down=len(prices) - up,
    )


def _changed(old: dict[Key, SheetRow], new: dict[Key, SheetRow]) -> Iterator[Changed]:
    for key, after in new.items():
        before = old.get(key)
        if before is None or (before.cells == after.cells and before.parent == after.parent):
            continue
        cells = [
            Cell(name, before.cells.get(name, ""), cell)
            for name, cell in after.cells.items()
            if before.cells.get(name, "") != cell
        ]
        if before.parent != after.parent:
            cells.insert(0, Cell("parent", before.parent, after.parent))
        yield Changed(before, after, tuple(cells))


def _reordered(old: list[Key], new: list[Key]) -> tuple[str, ...]:
    both = set(old) & set(new)
    kinds = dict.fromkeys(key[0] for key in new)
    return tuple(
        kind
        for kind in kinds
        if [key for key in old if key in both and key[0] == kind]
        != [key for key in new if key in both and key[0] == kind]
    )
