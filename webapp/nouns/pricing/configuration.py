"""What a diner asked for on one line: options and, for a set menu, one dish per course, in one canonical order."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from webapp.nouns.pricing.problem import MAX_QUANTITY, MIN_QUANTITY


class Malformed(ValueError):
    """Stored text that is not a configuration."""


@dataclass(frozen=True, slots=True, order=True)
class Choice:
    """`quantity` times one option of a group."""

    group_id: str
    option_id: str
    quantity: int = 1


def _canonical(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """One entry per option, sorted: the order of clicks never matters (P2)."""
    listed = tuple(choices)
    if len(listed) < 2:
        return listed
    sums: dict[tuple[str, str], int] = {}
    for choice in listed:
        place = (choice.group_id, choice.option_id)
        sums[place] = sums.get(place, 0) + choice.quantity
    return tuple(Choice(group, option, quantity) for (group, option), quantity in sorted(sums.items()))


@dataclass(frozen=True, slots=True)
class CourseChoice:
    """The dish chosen for one course of a set menu, with its own options."""

    course_id: str
    sku: str
    options: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        """Bring the options into canonical order."""
        object.__setattr__(self, "options", _canonical(self.options))


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything chosen on one line; two configurations of the same choices are equal whatever the order."""

    options: tuple[Choice, ...] = ()
    courses: tuple[CourseChoice, ...] = ()

    def __post_init__(self) -> None:
        """Bring options and courses into canonical order."""
        object.__setattr__(self, "options", _canonical(self.options))
        courses = sorted(self.courses, key=lambda course: (course.course_id, course.sku, course.options))
        object.__setattr__(self, "courses", tuple(courses))

    @property
    def key(self) -> str:
        """A stable digest: equal exactly when the choices are equal, so that same lines can be joined."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:32]

    def to_json(self) -> str:
        """Compact, canonical JSON, to be stored."""
        courses = [[course.course_id, course.sku, _written(course.options)] for course in self.courses]
        shape = {"options": _written(self.options), "courses": courses}
        return json.dumps(shape, separators=(",", ":"), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The configuration `to_json` wrote.

        Raises:
            Malformed: for anything else.
        """
        try:
            shape = json.loads(text)
            courses = tuple(
                CourseChoice(_text(course), _text(sku), _read(options)) for course, sku, options in shape["courses"]
            )
            return cls(_read(shape["options"]), courses)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Malformed("not a stored configuration") from error


def _written(choices: tuple[Choice, ...]) -> list[list[str | int]]:
    return [[choice.group_id, choice.option_id, choice.quantity] for choice in choices]


def _read(rows: Any) -> tuple[Choice, ...]:
    return tuple(Choice(_text(group), _text(option), _count(quantity)) for group, option, quantity in rows)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed("expected text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not MIN_QUANTITY <= value <= MAX_QUANTITY:
        raise Malformed("expected a quantity")
    return value
