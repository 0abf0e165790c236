"""The form of one row: its fields as the page shows them, and what was typed put back into the row.

Every field is one column of the menu's table (`nouns/catalog/sheet`): what a form does not hold stays as it is.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from webapp.doors.backoffice.menu.ground import OnSale
from webapp.doors.backoffice.menu.labels import column_words, hint_words, mode_names
from webapp.doors.backoffice.present.problems import cell_words
from webapp.doors.food_words import allergen_names, diet_names
from webapp.doors.speech import _
from webapp.nouns.catalog.edit import Spot
from webapp.nouns.catalog.sheet import values
from webapp.nouns.catalog.sheet.columns import MISSING, Column, Money, columns
from webapp.nouns.catalog.sheet.values import Unreadable
from webapp.nouns.merchant.facts import StoreFacts

ELSEWHERE = {"picture"}  # has a form of its own
LONG = {"description"}
TICKED = {"allergens", "diets", "option_groups", "modes", "stores"}
BLANKS = 3
Form = MultiDict[str, str]


@dataclass(frozen=True)
class Sheet:
    """The form of one row: what it is shown from and read into."""

    here: OnSale
    spot: Spot
    stores: list[StoreFacts]

    @property
    def money(self) -> Money:
        """How amounts are written."""
        return Money.of(self.here.menu.currency)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns this form has."""
        found = columns(self.spot.kind, self.here.menu.languages, self.money)
        return tuple(one for one in found if one.name not in ELSEWHERE)

    def cells(self, row: dict[str, Any]) -> dict[str, str]:
        """What the fields hold for a row as it is stored."""
        cells = {one.name: one.get(row) for one in self.columns}
        if "category" in row:
            cells["category"] = row["category"]
        if self.spot.kind == "course":
            for number, choice in enumerate(row["choices"]):
                cells[f"choice.{number}.sku"] = choice["sku"]
                cells[f"choice.{number}.supplement"] = values.amount_text(choice["supplement"], self.money.precision)
        return cells

    def typed(self, form: Form, row: dict[str, Any]) -> dict[str, str]:
        """What the fields hold as somebody sent them; a field that was not sent keeps the row's own."""
        cells = self.cells(row)
        for name in cells:
            if name in form and name not in TICKED:
                cells[name] = form[name]
        cells.update({name: form[name] for name in form if name.startswith("choice.")})
        if "allergens.declared" in form:
            codes = _in_order(values.words_of(cells["allergens"]), form.getlist("allergens"))
            cells["allergens"] = (
                (values.words_text(codes) or values.FREE) if form["allergens.declared"] == "yes" else ""
            )
        for name in ("diets", "option_groups", "modes"):
            if f"{name}.sent" in form:
                cells[name] = values.words_text(_in_order(values.words_of(cells[name]), form.getlist(name)))
        if "stores.sent" in form:
            cells["stores"] = self._stores_typed(form, row)
        return cells

    def _stores_typed(self, form: Form, row: dict[str, Any]) -> str:
        kept = {slug: values.stores_text({slug: one}, self.money.precision) for slug, one in row["stores"].items()}
        for store in self.stores:
            price = form.get(f"stores.{store.slug}.price", "").strip().replace(" ", "")
            was = row["stores"].get(store.slug, {}).get("sold")
            sold = values.yes_text(False if f"stores.{store.slug}.sold" not in form else was or None)
            kept[store.slug] = f"{store.slug}={price}" + (f"/{sold}" if sold else "")
            if not price and not sold and store.slug not in row["stores"]:
                del kept[store.slug]
        return " ".join(kept.values())

    def read(self, cells: Mapping[str, str], row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The row with the fields put into it, and a sentence for every field that cannot be read."""
        made, wrong = deepcopy(row), dict[str, str]()
        for one in self.columns:
            if one.name not in cells:
                continue
            if one.name == "modes" and not cells["modes"].strip():
                wrong["modes"] = _("Tick at least one.")
                continue
            try:
                one.put(made, cells[one.name])
            except Unreadable as error:
                wrong[one.name] = cell_words(error.code, error.given)
        if "category" in row:
            made["category"] = cells["category"]
        if self.spot.kind == "course":
            made["choices"] = self._choices(cells, wrong)
        return made, wrong

    def _choices(self, cells: Mapping[str, str], wrong: dict[str, str]) -> list[dict[str, Any]]:
        choices = []
        for number in _numbers(cells):
            sku, typed = (cells.get(f"choice.{number}.{name}", "").strip() for name in ("sku", "supplement"))
            if not sku:
                if typed.strip("0.,"):
                    wrong[f"choice.{number}.sku"] = cell_words(MISSING, "")
                continue
            try:
                supplement = values.amount_of(typed, self.money.precision) if typed else 0
            except Unreadable as error:
                supplement = 0
                wrong[f"choice.{number}.supplement"] = cell_words(error.code, error.given)
            choices.append({"sku": sku, "supplement": supplement})
        return choices

    def shown(self, cells: Mapping[str, str], wrong: Mapping[str, str]) -> list[dict[str, Any]]:
        """The fields for the page, in order."""
        fields = [self._field(one.name, cells, wrong) for one in self.columns]
        if "category" in cells:
            fields.insert(0, self._pick("category", self._categories(), cells, wrong))
        if self.spot.kind == "course":
            fields.append(self._choice_rows(cells, wrong))
        return fields

    def _field(self, name: str, cells: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
        base = {
            "name": name, "label": column_words(name, self.here.menu.currency), "hint": hint_words(name),
            "value": cells[name], "error": wrong.get(name), "kind": "text",
        }  # fmt: skip
        if name.partition(".")[0] in LONG:
            return {**base, "kind": "long"}
        if name == "allergens":
            chosen = values.allergens_of(cells[name])
            picks = _ticks(allergen_names(), chosen or ())
            return {**base, "kind": "allergens", "declared": chosen is not None, "picks": picks}
        if name in {"diets", "option_groups", "modes"}:
            return {**base, "kind": "ticks", "picks": _ticks(self._known(name), values.words_of(cells[name]))}
        if name == "required":
            return {
                **base,
                "kind": "pick",
                "picks": _ticks({"": _("as the least number says"), "yes": _("yes"), "no": _("no")}, [cells[name]]),
            }
        if name == "stores":
            return {**base, "kind": "stores", "picks": self._store_rows(cells[name], wrong)}
        return base

    def _pick(
        self, name: str, known: Mapping[str, str], cells: Mapping[str, str], wrong: Mapping[str, str]
    ) -> dict[str, Any]:
        label, error = column_words(name, self.here.menu.currency), wrong.get(name)
        return {
            "name": name,
            "label": label,
            "hint": None,
            "error": error,
            "kind": "pick",
            "picks": _ticks(known, [cells[name]]),
        }

    def _known(self, name: str) -> Mapping[str, str]:
        if name == "option_groups":
            return {group.id: self.here.name(group.name) for group in self.here.menu.option_groups}
        return diet_names() if name == "diets" else mode_names()

    def _categories(self) -> dict[str, str]:
        return {one.id: self.here.name(one.name) for one in self.here.menu.categories}

    def _store_rows(self, cell: str, wrong: Mapping[str, str]) -> list[dict[str, Any]]:
        parts = {word.partition("=")[0]: word.partition("=")[2] for word in cell.split()}
        rows = []
        for store in self.stores:
            price, _slash, sold = parts.get(store.slug, "").partition("/")
            rows.append(
                {
                    "code": store.slug,
                    "label": store.name,
                    "price": price,
                    "sold": sold != values.NO,
                    "wrong": "stores" in wrong,
                }
            )
        return rows

    def _choice_rows(self, cells: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
        numbers = _numbers(cells)
        fresh = range(max(numbers, default=-1) + 1, max(numbers, default=-1) + 1 + BLANKS)
        rows = [
            {
                "number": number,
                "sku": cells.get(f"choice.{number}.sku", ""),
                "supplement": cells.get(f"choice.{number}.supplement", ""),
                "error": wrong.get(f"choice.{number}.sku") or wrong.get(f"choice.{number}.supplement"),
            }
            for number in (*numbers, *fresh)
        ]
        known = [{"sku": one.sku, "name": self.here.name(one.name)} for one in self.here.menu.products]
        return {
            "name": "choices",
            "kind": "choices",
            "label": _("Choices"),
            "picks": rows,
            "known": known,
            "error": wrong.get("choices"),
        }


def _numbers(cells: Iterable[str]) -> list[int]:
    """The numbers of the choice rows there are, in order."""
    parts = [name.split(".") for name in cells if name.startswith("choice.") and name.endswith(".sku")]
    return sorted(int(one[1]) for one in parts if len(one) == 3 and one[1].isdecimal() and len(one[1]) < 4)


def _in_order(before: list[str], chosen: list[str]) -> list[str]:
    """What is still chosen where it stood, then what is new: ticking one box moves nothing else."""
    return [one for one in before if one in chosen] + [one for one in chosen if one not in before]


def _ticks(known: Mapping[str, str], chosen: Iterable[str]) -> list[dict[str, Any]]:
    """Every known code with its words, ticked or not; whatever else is chosen stays visible."""
    chosen = list(chosen)
    more = {code: code for code in chosen if code not in known}
    return [{"code": code, "label": label, "on": code in chosen} for code, label in {**known, **more}.items()]
