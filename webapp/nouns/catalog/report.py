"""Reading a JSON document somebody else wrote: either a whole document, or every reason why not (C30).

A problem is a code with parameters, so that a page can say it in any language; `Problem.sentence` is the English of
the command line.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from webapp.nouns.catalog.sentences import SENTENCES, WRITTEN

MAX_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_KEYS = 1_000
MAX_PROBLEMS = 50_000
FILE = "file"
NAMED_BY = ("sku", "id", "slug", "date")
# Pydantic's own names of an error, and ours.
CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "int_type": "not_whole_number",
    "int_from_float": "not_whole_number",
    "int_parsing_size": "not_whole_number",
    "float_type": "not_number",
    "finite_number": "not_number",
    "bool_type": "not_true_or_false",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "dict_type": "not_object",
    "model_type": "not_object",
    "tuple_type": "not_list",
    "enum": "not_one_of",
    "literal_error": "not_one_of",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "too_short": "too_few",
    "too_long": "too_many",
    "string_pattern_mismatch": "malformed",
    "date_parsing": "bad_date",
    "date_from_datetime_parsing": "bad_date",
    "date_from_datetime_inexact": "bad_date",
    "date_type": "bad_date",
}

D_co = TypeVar("D_co", covariant=True)
M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One reason. `row`: which row, by place and name; `code`: a key of `SENTENCES`, whose blanks `params` fill."""

    row: str
    code: str
    params: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    severity: Literal["error", "warning"] = "error"

    @property
    def sentence(self) -> str:
        """The problem in English, on one line: `products[12] "SKU-1": price must be a whole number …`."""
        return f"{self.row}: {SENTENCES[self.code].format_map(self.params)}"


@dataclass(frozen=True)
class Report(Generic[D_co]):
    """What came of reading: a document when no problem is an error, and everything found."""

    document: D_co | None
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that reject the document."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems worth a look that reject nothing."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


class Rejected(Exception):
    """The file cannot be read at all; `problem` says why."""

    def __init__(self, code: str, **params: str | int) -> None:
        """`code`: a key of `SENTENCES`."""
        super().__init__(code)
        self.problem = Problem(FILE, code, params)


def printable(value: object) -> str:
    """A value from outside, safe to print: one line, no control characters, at most 64 characters."""
    text = str(value)
    return "".join(character if character.isprintable() else "�" for character in text[:64])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Refused while reading: a file made of a million wrong rows would cost gigabytes once each became an error.
    found = dict(pairs)
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        raise Rejected("duplicate_key", key=printable(names.most_common(1)[0][0]))
    if len(found) > MAX_KEYS:
        raise Rejected("too_many_keys", count=len(found), limit=MAX_KEYS)
    for name, value in pairs:
        if isinstance(value, list) and len(value) > MAX_ENTRIES:
            raise Rejected("too_many_entries", key=printable(name), count=len(value), limit=MAX_ENTRIES)
    return found


def _constant(name: str) -> Any:
    raise Rejected("not_json", detail=f"{name} is not a number", line=1, column=1)


def read_json(raw: bytes) -> Any:
    """The JSON value in `raw`.

    Raises:
        Rejected: too big, byte order mark, not UTF-8, not JSON, a key twice in one object, nested too deeply.
    """
    if len(raw) > MAX_BYTES:
        raise Rejected("too_big", size=len(raw), limit=MAX_BYTES // 1024 // 1024)
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Rejected("byte_order_mark")
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise Rejected("not_utf8", offset=error.start) from error
    except json.JSONDecodeError as error:
        raise Rejected("not_json", detail=error.msg, line=error.lineno, column=error.colno) from error
    except (ValueError, RecursionError) as error:
        raise Rejected("unreadable_value") from error


def row_name(data: Any, place: Sequence[str | int]) -> tuple[str, str]:
    """A place in the data as people say it: (`option_groups[3] "size", options[0] "large"`, `price`)."""
    rows: list[str] = []
    path = ""
    for step in place:
        if step == "[key]":
            continue
        data = _below(data, step)
        path += f"[{step}]" if isinstance(step, int) else f".{printable(step)}" if path else printable(step)
        if isinstance(step, int) and isinstance(data, dict):
            name = next((data[key] for key in NAMED_BY if isinstance(data.get(key), str)), None)
            rows.append(path if name is None else f'{path} "{printable(name)}"')
            path = ""
    return ", ".join(rows) or FILE, path


def _below(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _at(data: Any, place: Sequence[str | int]) -> Any:
    for step in place:
        data = _below(data, step)
    return data


def _problem(data: Any, error: ErrorDetails) -> Problem | None:
    place = error["loc"]
    context = error.get("ctx", {})
    if error["type"] == "too_short" and _at(data, place):
        return None  # Pydantic counts only what passed: the rows themselves are already reported.
    code = CODES.get(error["type"], error["type"])
    row, path = row_name(data, place)
    params: dict[str, str | int] = {
        key: value if isinstance(value, str | int) else f"{value:g}"
        for key, value in context.items()
        if isinstance(value, str | int | float)
    }
    params["field"] = path or ("the whole" if row == FILE else "this row")
    if code == "not_whole_number" and path.endswith("price"):
        code = "price_not_whole"
    if code == "malformed":
        params["expected"] = WRITTEN.get(str(context.get("pattern")), "written otherwise")
        params["given"] = printable(_at(data, place)) if "[key]" not in place else printable(place[-2])
    if code not in SENTENCES:
        code, params["detail"] = "wrong", error["msg"]
    return Problem(row, code, params)


def read_rows(model: type[M], data: Any) -> tuple[M | None, list[Problem]]:
    """`data` as `model`, or every row that does not fit and why."""
    try:
        return model.model_validate_json(json.dumps(data, ensure_ascii=True)), []
    except ValidationError as error:
        if error.error_count() > MAX_PROBLEMS:
            return None, [Problem(FILE, "too_many_problems", {"limit": MAX_PROBLEMS})]
        details = error.errors(include_url=False, include_input=False)
        found = [_problem(data, detail) for detail in details]
        return None, [problem for problem in found if problem is not None]
