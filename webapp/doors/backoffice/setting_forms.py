"""Reading a page of settings from its form: each field as the merchant document writes it, or what cannot be read."""

from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.nouns.merchant.hours import DAYS
from webapp.nouns.merchant.hours_text import parse_spans, written

Form = MultiDict[str, str]
MOST_ROWS = 400


class Unreadable(Exception):
    """A field that cannot be read. `field`: its name in the form; `code`: `hours`, `number`."""

    def __init__(self, field: str, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.field, self.code = field, code


def _text(name: str) -> Callable[[Form], str]:
    return lambda form: form.get(name, "").replace("\r\n", "\n")


def _number(name: str) -> Callable[[Form], int]:
    def read(form: Form) -> int:
        typed = form.get(name, "").strip()
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= 6):
            raise Unreadable(name, "number")
        return int(typed)

    return read


def _ticked(name: str) -> Callable[[Form], list[str]]:
    return lambda form: list(dict.fromkeys(form.getlist(name)))


def _texts(name: str) -> Callable[[Form], dict[str, str]]:
    """One text a language, `terms_fr`; those left empty are left out."""

    def read(form: Form) -> dict[str, str]:
        found = {key.removeprefix(f"{name}_"): form.get(key, "") for key in form if key.startswith(f"{name}_")}
        return {lang: text.replace("\r\n", "\n") for lang, text in found.items() if text.strip()}

    return read


def _spans(form: Form, field: str) -> list[list[str]]:
    spans = parse_spans(form.get(field, ""))
    if spans is None:
        raise Unreadable(field, "hours")
    return spans


def _week(form: Form) -> dict[str, Any]:
    return {day: _spans(form, day) for day in DAYS}


def _percents(form: Form) -> list[int]:
    return [_number(f"percent_{place}")(form) for place in range(1, 4)]


def _days(form: Form) -> list[dict[str, Any]]:
    """Rows `date_0`, `hours_0`, `note_0_fr` …; a row without a date is left out, one without hours is closed."""
    rows = []
    for place in range(MOST_ROWS):
        date = form.get(f"date_{place}", "").strip()
        if not date:
            continue
        spans = _spans(form, f"hours_{place}")
        row = {"date": date, "closed": not spans, "note": _texts(f"note_{place}")(form)}
        rows.append({**row, "hours": spans or None})
    return sorted(rows, key=lambda row: str(row["date"]))


READERS: dict[str, Callable[[Form], Any]] = {
    **{name: _text(name) for name in ("name", "street", "postcode", "city", "country", "phone", "timezone")},
    **{name: _text(name) for name in ("default_language", "accent", "legal_name", "vat_number")},
    **{name: _text(name) for name in ("loyalty_display", "spend_proof")},
    **{name: _number(name) for name in ("prep_minutes", "slot_minutes", "slot_items", "hold_above")},
    **{name: _ticked(name) for name in ("modes", "languages", "counter_modes")},
    **{name: _texts(name) for name in ("terms", "legal_notice", "privacy")},
    "hours": _week,
    "exceptions": _days,
    "tips_on": lambda form: "tips_on" in form,
    "tip_percents": _percents,
}


def read(form: Form, fields: tuple[str, ...]) -> dict[str, Any]:
    """The values of these fields.

    Raises:
        Unreadable: the first that cannot be read.
    """
    return {name: READERS[name](form) for name in fields}


def fill(values: dict[str, Any]) -> Form:
    """The form that reads back as these values."""
    form: Form = MultiDict()
    for name, value in values.items():
        if name == "hours":
            form.update({day: written(value.get(day) or ()) for day in DAYS})
        elif name == "exceptions":
            _fill_days(form, value)
        elif name == "tip_percents":
            form.update({f"percent_{place}": str(percent) for place, percent in enumerate(value, 1)})
        elif isinstance(value, bool):
            form.update({name: "1"} if value else {})
        elif isinstance(value, dict):
            form.update({f"{name}_{lang}": text for lang, text in value.items()})
        elif isinstance(value, list):
            form.setlist(name, value)
        else:
            form[name] = str(value)
    return form


def _fill_days(form: Form, rows: list[dict[str, Any]]) -> None:
    for place, row in enumerate(rows):
        form[f"date_{place}"] = row["date"]
        form[f"hours_{place}"] = "" if row.get("closed") else written(row.get("hours") or ())
        form.update({f"note_{place}_{lang}": text for lang, text in (row.get("note") or {}).items()})
