"""Reading a posted dish form: only fields the item knows are looked at, nothing else can matter (P1).

Fields: `option-<group>-<option>` = quantity or "on"; `option-<group>` = option id (radio, or several boxes);
`course-<course>` = SKU; `course-<course>-option-<group>[-<option>]` likewise for the dish of that course.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from webapp.nouns.catalog.item import MenuGroup, MenuItem
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.pricing.configuration import Choice, Configuration, CourseChoice
from webapp.nouns.pricing.problem import MAX_QUANTITY, MIN_QUANTITY, Problem

MAX_ID = 200


class Posted(Protocol):
    """A posted form; Flask's `request.form` is one."""

    def getlist(self, key: str, /) -> list[str]:
        """Every value posted under `key`."""
        ...


class _Wrong(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class PlainForm:
    """A form made of a mapping, for tests and for callers without Flask."""

    def __init__(self, fields: Mapping[str, str | Sequence[str]]) -> None:
        """`fields`: one value or a list of values under each name."""
        self._fields = fields

    def getlist(self, key: str, /) -> list[str]:
        """Every value under `key`."""
        value = self._fields.get(key, ())
        return [value] if isinstance(value, str) else list(value)


def parse_quantity(text: str | None) -> int | Problem:
    """A quantity from 1 to 99 written in plain digits, or the problem `quantity_out_of_range` (P5)."""
    number = _digits(text or "")
    if number is None or not MIN_QUANTITY <= number <= MAX_QUANTITY:
        return Problem("", "quantity_out_of_range")
    return number


def parse_configuration(menu: Menu, sku: str, form: Posted) -> Configuration | Problem:
    """What the form chooses for `sku`, not yet checked against the rules (that is `quote`'s work).

    An absurd value gives a problem, never an exception; a field of no known group or course is not read.
    """
    item = menu.item(sku)
    if item is None:
        return Problem("", "unknown_product", {"sku": sku[:MAX_ID]})
    try:
        options = tuple(_choices(item.groups, form, ""))
        courses = tuple(_courses(item, form))
    except _Wrong as wrong:
        return wrong.problem
    return Configuration(options, courses)


def _digits(text: str) -> int | None:
    word = text.strip(" \t")
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 4 else None


def _choices(groups: Iterable[MenuGroup], form: Posted, prefix: str) -> Iterator[Choice]:
    for group in groups:
        name = f"{prefix}option-{group.id}"
        ticked = {value for value in form.getlist(name)[: MAX_QUANTITY + 1] if value}
        known = {option.id for option in group.options}
        if not ticked <= known:
            raise _Wrong(Problem("", "option_unknown", {"group": group.id}))
        for option in group.options:
            quantity = 1 if option.id in ticked else 0
            for value in form.getlist(f"{name}-{option.id}")[:1]:
                quantity += _option_quantity(value, group.id, option.id)
            if quantity:
                yield Choice(group.id, option.id, quantity)


def _option_quantity(value: str, group_id: str, option_id: str) -> int:
    if value == "on":
        return 1
    number = _digits(value) if value.strip(" \t") else 0
    if number is None or number > MAX_QUANTITY:
        raise _Wrong(Problem("", "quantity_out_of_range", {"group": group_id, "option": option_id}))
    return number


def _courses(item: MenuItem, form: Posted) -> Iterator[CourseChoice]:
    for course in item.courses:
        for sku in form.getlist(f"course-{course.id}")[:1]:
            if not sku:
                continue
            choice = course.choice(sku)
            if choice is None:
                raise _Wrong(Problem("", "course_choice_unknown", {"course": course.id}))
            yield CourseChoice(course.id, sku, tuple(_choices(choice.item.groups, form, f"course-{course.id}-")))
