"""The columns of each kind of row: how a cell is read from a row of the document and put into one.

What a column does not name stays as it is; putting every cell of a row back into it changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import get_currency_precision

from webapp.nouns.catalog.sheet import values
from webapp.nouns.catalog.sheet.values import Unreadable

Row = dict[str, Any]
MODES = ("table", "collect")
TYPES = ("menu", "category", "group", "option", "product", "set_menu", "course", "choice")
NAMED_BY_SKU = {"product", "set_menu", "choice"}
MISSING = "missing"


@dataclass(frozen=True)
class Column:
    """One column. `put` raises `Unreadable` when the text is none of its values."""

    name: str
    get: Callable[[Row], str]
    put: Callable[[Row, str], None]


@dataclass(frozen=True)
class Money:
    """How the menu's amounts are written: how many digits its currency has after the point."""

    precision: int = 2

    @classmethod
    def of(cls, currency: str) -> "Money":
        """Of a currency code."""
        return cls(get_currency_precision(currency))


def _text(field: str) -> Column:
    def put(row: Row, text: str) -> None:
        row[field] = text.strip() or None

    return Column(field, lambda row: row.get(field) or "", put)


def _needed(field: str) -> Column:
    def put(row: Row, text: str) -> None:
        row[field] = text.strip()

    return Column(field, lambda row: row.get(field) or "", put)


def _said(field: str, language: str) -> Column:
    def put(row: Row, text: str) -> None:
        texts = dict(row.get(field) or {})
        bare = text.replace("\r\n", "\n").strip()
        if bare:
            texts[language] = bare
        else:
            texts.pop(language, None)
        row[field] = texts or ({} if field == "name" else None)

    return Column(f"{field}.{language}", lambda row: (row.get(field) or {}).get(language, ""), put)


def _texts(field: str, languages: Sequence[str]) -> tuple[Column, ...]:
    return tuple(_said(field, language) for language in languages)


def _amount(field: str, money: Money, *, needed: bool, column: str = "price") -> Column:
    def put(row: Row, text: str) -> None:
        if needed and not text.strip():
            raise Unreadable(MISSING, text)
        row[field] = values.amount_of(text, money.precision) if text.strip() else 0

    return Column(column, lambda row: values.amount_text(row.get(field), money.precision), put)


def _rate(mode: str) -> Column:
    def put(row: Row, text: str) -> None:
        row["vat"] = {**dict.fromkeys(MODES), **(row.get("vat") or {}), mode: values.rate_of(text)}

    return Column(f"vat.{mode}", lambda row: values.rate_text((row.get("vat") or {}).get(mode)), put)


def _whole(field: str, otherwise: int) -> Column:
    def put(row: Row, text: str) -> None:
        row[field] = values.whole_of(text, otherwise)

    return Column(field, lambda row: str(row.get(field, otherwise)), put)


def _simple(field: str, write: Callable[[Any], str], read: Callable[[str], Any]) -> Column:
    def put(row: Row, text: str) -> None:
        row[field] = read(text)

    return Column(field, lambda row: write(row.get(field)), put)


def _listed(field: str) -> Column:
    return _simple(field, lambda found: values.words_text(found or ()), values.words_of)


def _modes() -> Column:
    return _simple(
        "modes", lambda found: values.words_text(found or MODES), lambda text: values.words_of(text) or [*MODES]
    )


def _stores(money: Money) -> Column:
    return _simple(
        "stores",
        lambda found: values.stores_text(found or {}, money.precision),
        lambda text: values.stores_of(text, money.precision),
    )


ALLERGENS = _simple("allergens", values.allergens_text, values.allergens_of)
HOURS = _simple("hours", values.hours_text, values.hours_of)


def _sold(languages: Sequence[str], money: Money, *between: Column) -> tuple[Column, ...]:
    return (
        *_texts("name", languages),
        *_texts("description", languages),
        _amount("price", money, needed=True),
        _rate("table"),
        _rate("collect"),
        *between,
        HOURS,
        _modes(),
        _stores(money),
        _text("picture"),
    )


def columns(kind: str, languages: Sequence[str], money: Money) -> tuple[Column, ...]:
    """The columns of a kind of row (`TYPES`), besides its type, its parent and its own name.

    Args:
        kind: one of `TYPES`.
        languages: of the texts, one column each.
        money: how amounts are written.
    """
    made: Mapping[str, Callable[[], tuple[Column, ...]]] = {
        "menu": lambda: (_needed("currency"), _listed("languages")),
        "category": lambda: (*_texts("name", languages), *_texts("description", languages), HOURS),
        "group": lambda: (
            *_texts("name", languages),
            _simple("required", values.yes_text, values.yes_of),
            _whole("min", 0),
            _whole("max", 1),
            _whole("included", 0),
        ),
        "option": lambda: (
            *_texts("name", languages),
            _amount("price", money, needed=False),
            ALLERGENS,
            _listed("diets"),
            _text("sku"),
            _whole("max_each", 1),
        ),
        "product": lambda: _sold(languages, money, ALLERGENS, _listed("diets"), _listed("option_groups")),
        "set_menu": lambda: _sold(languages, money),
        "course": lambda: _texts("name", languages),
        "choice": lambda: (_amount("supplement", money, needed=False),),
    }
    return made[kind]()


BLANK: Mapping[str, Row] = {
    "category": {"name": {}, "description": None, "hours": None},
    "group": {"name": {}, "required": None, "min": 0, "max": 1, "included": 0, "options": []},
    "option": {"name": {}, "price": 0, "allergens": None, "diets": [], "sku": None, "max_each": 1},
    "product": {
        "category": "", "name": {}, "description": None, "picture": None, "vat": {"table": None, "collect": None},
        "hours": None, "modes": [*MODES], "stores": {}, "allergens": None, "diets": [], "option_groups": [],
    },
    "set_menu": {
        "category": "", "name": {}, "description": None, "picture": None, "vat": {"table": None, "collect": None},
        "hours": None, "modes": [*MODES], "stores": {}, "courses": [],
    },
    "course": {"name": {}, "choices": []},
    "choice": {"supplement": 0},
}  # fmt: skip


def own_name(kind: str) -> str:
    """The field a row of this kind is named by: its SKU or its id."""
    return "sku" if kind in NAMED_BY_SKU else "id"
