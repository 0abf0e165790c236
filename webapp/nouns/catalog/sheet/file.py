"""The menu as a CSV file: written so that a spreadsheet runs nothing of it, read back the same (X2, C30)."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.report import FILE, Problem, Rejected, printable
from webapp.nouns.catalog.sheet.columns import BLANK, TYPES, Money, Row, columns, own_name
from webapp.nouns.catalog.sheet.rows import INSIDE, LISTS, SEPARATOR, SheetRow, Writer
from webapp.nouns.catalog.sheet.values import Unreadable

BOM = b"\xef\xbb\xbf"
LEAD = ("type", "parent", "id")
PLAIN = ("currency", "languages", "price", "vat.table", "vat.collect", "allergens", "diets", "option_groups", "hours",
         "modes", "stores", "picture", "sku", "required", "min", "max", "included", "max_each")  # fmt: skip
TEXT_COLUMN = re.compile(r"^(name|description)\.([a-z]{2})$")
# What a spreadsheet takes for a formula, however many apostrophes stand before it.
FORMULA = re.compile(r"^'*[=+\-@\t\r＝＋－＠]")
ESCAPED = re.compile(r"^'+[=+\-@\t\r＝＋－＠]")
MOST_ROWS = 100_000
# How deep a kind of row lies in others; the menu's own says in which currency the rest is.
DEPTH = {"menu": -1, **dict.fromkeys(LISTS, 0), "option": 1, "course": 1, "choice": 2}
UNIT_KIND = re.compile(r"^(\w+)\[(\d+)\](?:[^,]*, (\w+)\[(\d+)\])?")
Origin = tuple[str, int, str, int]


def harmless(text: str) -> str:
    """`text` as no spreadsheet takes it for a formula: an apostrophe before it (X2)."""
    return f"'{text}" if FORMULA.match(text) else text


def _restored(text: str) -> str:
    return text[1:] if ESCAPED.match(text) else text


def write(document: Catalog, *, delimiter: str = ",") -> bytes:
    """The whole menu as a CSV file: UTF-8 with a byte order mark, which spreadsheets ask for."""
    writer = Writer(document)
    texts = [f"{name}.{language}" for name in ("name", "description") for language in writer.languages]
    header = [*LEAD, *texts, *PLAIN]
    out = io.StringIO()
    lines = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    lines.writerow(header)
    for row in writer.rows():
        cells = {"type": row.kind, "parent": row.parent, "id": row.name, **row.cells}
        lines.writerow([harmless(cells.get(name, "")) for name in header])
    return BOM + out.getvalue().encode()


@dataclass
class Sheet:
    """What was read.

    Attributes:
        data: a menu document still to be checked.
        encoding: "utf-8" or "windows-1252".
        problems: what could not be read, `row` being `line N`.
        lines: where each row of `data` stands in the file.
    """

    data: Row
    encoding: str
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Origin, int] = field(default_factory=dict)

    def line_of(self, row: str) -> int | None:
        """The line of a row as `Problem.row` names it."""
        return line_in(self.lines, row)


def line_in(lines: Mapping[Origin, int], row: str) -> int | None:
    """The line of a row named as `products[3] "X", options[0] "Y"`, as near as it is known."""
    found = UNIT_KIND.match(row)
    if found is None:
        return None
    whole = (found[1], int(found[2]), found[3] or "", int(found[4] or 0))
    return lines.get(whole) or lines.get((whole[0], whole[1], "", 0))


def decoded(raw: bytes) -> tuple[str, str]:
    """The text, and the encoding it was in.

    Raises:
        Rejected: neither UTF-8 nor Windows-1252.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Rejected("not_csv_text")
    bare = raw.removeprefix(BOM)
    try:
        return bare.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return bare.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError as error:
        raise Rejected("not_csv_text") from error


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ROWS:
                raise Rejected("too_many_lines", limit=MOST_ROWS)
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Rejected("not_csv", line=max(line, reader.line_num)) from error


def _header(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if missing := [name for name in ("type", "id") if name not in names]:
        raise Rejected("no_such_column", name=missing[0])
    for name in names:
        if name and name not in LEAD and name not in PLAIN and not TEXT_COLUMN.match(name):
            raise Rejected("unknown_column", name=printable(name))
        if name and names.count(name) > 1:
            raise Rejected("column_twice", name=printable(name))
    return names


def read(raw: bytes, base: Catalog | None, currency: str = "EUR") -> Sheet:
    """The menu in a CSV file.

    Args:
        raw: UTF-8 with or without byte order mark, or Windows-1252; parted by comma, semicolon or tab.
        base: the menu on sale, from which columns the file does not have are taken.
        currency: of a file that does not say, without `base`.

    Raises:
        Rejected: no such file at all.
    """
    text, encoding = decoded(raw)
    lines = _lines(text)
    _, first = next(lines, (1, []))
    names = _header(first)
    languages = list(dict.fromkeys(found[2] for name in names if (found := TEXT_COLUMN.match(name))))
    return _Reader(names, languages, encoding, base, currency).read(lines)


class _Reader:
    """One run of `read`: the document as it grows."""

    def __init__(
        self, names: list[str], languages: list[str], encoding: str, base: Catalog | None, currency: str
    ) -> None:
        head: Row = base.model_dump(mode="json", include={"currency", "languages"}) if base else {
            "currency": currency, "languages": languages,
        }  # fmt: skip
        self.names = names
        self.texts = languages
        self.sheet = Sheet({"format": 1, **head, **{name: [] for name in LISTS.values()}}, encoding)
        self.known, self.seen = _known(base), set[tuple[str, str, str]]()
        self.parents: dict[tuple[str, str], tuple[Row, str, int]] = {}

    def read(self, lines: Iterator[tuple[int, list[str]]]) -> Sheet:
        """Every row, in whatever order they stand: what holds others is read before what lies in it."""
        rows: list[tuple[int, int, dict[str, str]]] = []
        for line, cells in lines:
            # Spreadsheets end a row early or late; what stands beyond the header must be nothing.
            found = dict(zip(self.names, (_restored(cell) for cell in cells), strict=False))
            if any(cell.strip() for cell in cells[len(self.names) :]):
                self._problem(line, "cells_beyond", {})
            else:
                rows.append((DEPTH.get(_kind(found), 0), line, found))
        for _depth, line, found in sorted(rows, key=lambda row: row[0]):
            self._row(line, found)
        self.sheet.problems.sort(key=lambda one: int(one.row.removeprefix("line ")))
        return self.sheet

    def _problem(self, line: int, code: str, params: Mapping[str, str | int]) -> None:
        self.sheet.problems.append(Problem(f"line {line}", code, params))

    def _row(self, line: int, cells: dict[str, str]) -> None:
        kind, name = _kind(cells), cells.get("id", "").strip()
        parent = cells.get("parent", "").strip()
        if kind not in TYPES:
            self._problem(line, "unknown_type", {"given": printable(kind)})
        elif kind == "menu":
            self._fill(line, "menu", self.sheet.data, cells)
        elif not name:
            self._problem(line, "missing", {"field": "id"})
        else:
            known = self.known.get((kind, parent if kind in {"option", "course", "choice"} else "", name))
            row = {own_name(kind): name, **deepcopy(known if known is not None else dict(BLANK[kind]))}
            if kind in {"product", "set_menu"} and ("parent" in self.names or known is None):
                row["category"] = parent
            self._fill(line, kind, row, cells)
            self._place(line, kind, name, parent, row)

    def _fill(self, line: int, kind: str, row: Row, cells: dict[str, str]) -> None:
        money = Money.of(str(self.sheet.data["currency"])[:3].upper())
        mine = columns(kind, self.texts, money)
        allowed = {one.name for one in mine} | set(LEAD)
        for one in mine:
            if one.name in self.names:
                try:
                    one.put(row, cells.get(one.name, ""))
                except Unreadable as error:
                    self._problem(line, error.code, {"field": one.name, "given": error.given})
        for name, cell in cells.items():
            if name and cell.strip() and name not in allowed:
                self._problem(line, "not_for_type", {"field": name, "type": kind})

    def _place(self, line: int, kind: str, name: str, parent: str, row: Row) -> None:
        if kind in LISTS:
            rows, origin = self.sheet.data[LISTS[kind]], (LISTS[kind], len(self.sheet.data[LISTS[kind]]), "", 0)
            path = name
        else:
            above = next(one for one, (_lies, inside) in INSIDE.items() if inside == kind)
            holder = self.parents.get((above, parent))
            if holder is None:
                self._problem(line, "no_parent", {"given": printable(parent), "type": above})
                return
            rows = holder[0][INSIDE[above][0]]
            origin = (holder[1], holder[2], INSIDE[above][0], len(rows))
            path = f"{parent}{SEPARATOR}{name}"
        rows.append(row)
        if kind == "choice":
            return
        self.sheet.lines[origin] = line
        if kind in INSIDE:
            row[INSIDE[kind][0]] = []
            self.parents.setdefault((kind, path if kind == "course" else name), (row, origin[0], origin[1]))


def _kind(cells: Mapping[str, str]) -> str:
    return cells.get("type", "").strip().lower()


def _known(base: Catalog | None) -> dict[tuple[str, str, str], Row]:
    if base is None:
        return {}
    found: dict[tuple[str, str, str], Row] = {}

    def note(kind: str, row: Row, parent: str) -> None:
        name = row[own_name(kind)]
        found[kind, parent, name] = {key: value for key, value in row.items() if key != own_name(kind)}
        if kind in INSIDE:
            lies, inside = INSIDE[kind]
            for one in row[lies]:
                note(inside, one, f"{parent}{SEPARATOR}{name}" if kind == "course" else name)

    data = base.model_dump(mode="json")
    for kind, lies in LISTS.items():
        for row in data[lies]:
            note(kind, row, "")
    return found


__all__ = ["FILE", "Sheet", "SheetRow", "decoded", "harmless", "line_in", "read", "write"]
