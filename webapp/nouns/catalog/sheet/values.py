"""Values of the menu document as text in a cell, and back: exact both ways."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from webapp.nouns.catalog.report import printable

YES, NO = "yes", "no"
FREE = "none"
HUNDRED = Decimal(100)
HOUR = r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9]"
SPAN = re.compile(rf"^({HOUR})\s?[-–]\s?({HOUR})$")
AT_STORE = re.compile(r"^([^=\s]+)=([^/\s]*)(?:/(yes|no))?$")
FAR = Decimal(10) ** 12


class Unreadable(Exception):
    """A cell that cannot be read. `code`: a key of `SENTENCES`; `params`: its blanks besides the field."""

    def __init__(self, code: str, given: str) -> None:
        """`given`: what stands in the cell."""
        super().__init__(code)
        self.code = code
        self.given = printable(given)


def _decimal(text: str, code: str) -> Decimal:
    try:
        number = Decimal(text.strip().replace("\u202f", "").replace("\xa0", "").replace(",", "."))
    except InvalidOperation as error:
        raise Unreadable(code, text) from error
    if not number.is_finite() or abs(number) > FAR:
        raise Unreadable(code, text)
    return number


def amount_text(amount: int | None, precision: int) -> str:
    """Minor units as people write them, without a currency: 1250 → "12.50"; "" for none."""
    return "" if amount is None else str(Decimal(amount).scaleb(-precision))


def amount_of(text: str, precision: int) -> int:
    """Minor units of "12.50" or "12,50".

    Raises:
        Unreadable: no number, or smaller parts than the currency has.
    """
    minor = _decimal(text, "not_amount").scaleb(precision)
    if minor != minor.to_integral_value():
        raise Unreadable("not_amount", text)
    return int(minor)


def rate_text(rate: int | None) -> str:
    """Basis points in percent: 550 → "5.5"; "" for none."""
    return "" if rate is None else f"{Decimal(rate) / HUNDRED:f}"


def rate_of(text: str) -> int | None:
    """Basis points of "5.5", "5,5" or "5.5 %"; None for "".

    Raises:
        Unreadable: no rate.
    """
    bare = text.strip().removesuffix("%").strip()
    if not bare:
        return None
    points = _decimal(bare, "not_rate") * HUNDRED
    if points != points.to_integral_value():
        raise Unreadable("not_rate", text)
    return int(points)


def whole_of(text: str, otherwise: int) -> int:
    """A whole number; `otherwise` for "".

    Raises:
        Unreadable: anything else.
    """
    bare = text.strip()
    if not bare:
        return otherwise
    if not re.fullmatch(r"-?[0-9]{1,9}", bare):
        raise Unreadable("not_whole_cell", text)
    return int(bare)


def yes_text(value: bool | None) -> str:  # noqa: FBT001 -- the value is the point
    """True, false or not said."""
    return "" if value is None else YES if value else NO


def yes_of(text: str) -> bool | None:
    """See `yes_text`.

    Raises:
        Unreadable: another word.
    """
    known = {"": None, YES: True, NO: False, "oui": True, "non": False, "true": True, "false": False}
    word = text.strip().lower()
    if word not in known:
        raise Unreadable("not_yes_or_no", text)
    return known[word]


def words_text(words: Iterable[str]) -> str:
    """Words that hold no space."""
    return " ".join(words)


def words_of(text: str) -> list[str]:
    """See `words_text`; commas part words too."""
    return [word for word in re.split(r"[\s,|]+", text) if word]


def allergens_text(codes: Iterable[str] | None) -> str:
    """Codes as words; "" for not declared, "none" for declared free of the 14."""
    return "" if codes is None else words_text(codes) or FREE


def allergens_of(text: str) -> list[str] | None:
    """See `allergens_text`."""
    words = words_of(text)
    return None if not words else [] if words == [FREE] else words


def hours_text(hours: Iterable[Iterable[str]] | None) -> str:
    """Spans as "11:30-14:30 18:00-22:00"; "" for no hours of its own."""
    return "" if hours is None else " ".join("-".join(span) for span in hours)


def hours_of(text: str) -> list[list[str]] | None:
    """See `hours_text`.

    Raises:
        Unreadable: no hours.
    """
    bare = re.sub(r"\s*[-–]\s*", "-", text.strip())
    spans = [SPAN.match(word) for word in words_of(bare)]
    if not spans:
        return None
    found = [[_padded(span[1]), _padded(span[2])] for span in spans if span is not None]
    if len(found) < len(spans):
        raise Unreadable("not_hours", text)
    return found


def _padded(hour: str) -> str:
    return hour.zfill(5)


def stores_text(stores: dict[str, dict[str, Any]], precision: int) -> str:
    """What differs by store: "paris=9.50 lyon=/no nice=8.00/yes"."""
    parts = []
    for slug, here in stores.items():
        sold = f"/{yes_text(here.get('sold'))}" if here.get("sold") is not None else ""
        parts.append(f"{slug}={amount_text(here.get('price'), precision)}{sold}")
    return " ".join(parts)


def stores_of(text: str, precision: int) -> dict[str, dict[str, Any]]:
    """See `stores_text`.

    Raises:
        Unreadable: anything else.
    """
    stores: dict[str, dict[str, Any]] = {}
    for word in text.split():
        found = AT_STORE.match(word)
        if found is None or found[1] in stores:
            raise Unreadable("not_stores", word)
        price = amount_of(found[2], precision) if found[2] else None
        stores[found[1]] = {"price": price, "sold": yes_of(found[3] or "")}
    return stores
