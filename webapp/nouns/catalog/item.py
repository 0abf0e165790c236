"""What stands on a compiled menu: items, their option groups and courses, and the allergens of a configuration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Spans = tuple[tuple[int, int], ...]


class ChosenOption(Protocol):
    """An option as somebody chose it (pricing's `Choice` fits)."""

    @property
    def group_id(self) -> str:
        """The group."""
        ...

    @property
    def option_id(self) -> str:
        """The option within it."""
        ...


class ChosenCourse(Protocol):
    """A course as somebody chose it (pricing's `CourseChoice` fits)."""

    @property
    def course_id(self) -> str:
        """The course."""
        ...

    @property
    def sku(self) -> str:
        """The product chosen for it."""
        ...

    @property
    def options(self) -> Iterable[ChosenOption]:
        """The options of that product."""
        ...


def option_key(group_id: str, option_id: str) -> str:
    """How an option is named in the set of what is sold out; no SKU can look like it (a SKU holds no colon)."""
    return f"{group_id}:{option_id}"


def within(spans: Spans | None, minute: int | None) -> bool:
    """Whether local `minute` of the day (0…1439) falls in a span; a span may pass midnight. None: no limit, no time."""
    if spans is None or minute is None:
        return True
    return any(start <= minute < end if start < end else minute >= start or minute < end for start, end in spans)


@dataclass(frozen=True, slots=True)
class MenuOption:
    """An option. `price`: minor units added. `allergens`: None when not declared."""

    id: str
    name: dict[str, str]
    price: int
    allergens: frozenset[str] | None
    diets: tuple[str, ...]
    sku: str | None
    max_each: int
    sold_out: bool


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """An option group: between `minimum` and `maximum` options in all, the first `included` without charge."""

    id: str
    name: dict[str, str]
    minimum: int
    maximum: int
    included: int
    options: tuple[MenuOption, ...]
    by_id: Mapping[str, MenuOption]

    @property
    def required(self) -> bool:
        """Whether something must be chosen."""
        return self.minimum > 0

    @property
    def exhausted(self) -> bool:
        """Whether too little is left to satisfy the group's minimum."""
        return sum(option.max_each for option in self.options if not option.sold_out) < self.minimum

    def option(self, option_id: str) -> MenuOption | None:
        """The option of that id, or None."""
        return self.by_id.get(option_id)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """What can be put in a basket: a product or a set menu.

    `price`: minor units at this store. `vat`: basis points per mode, only the modes it is sold in, after the store's
    map. `allergens`: of the dish without options; None when not declared. `hours`: its own, else its category's.
    """

    sku: str
    kind: Literal["product", "set_menu"]
    category_id: str
    name: dict[str, str]
    description: dict[str, str]
    price: int
    picture: str | None
    vat: Mapping[str, int]
    hours: Spans | None
    allergens: frozenset[str] | None
    diets: tuple[str, ...]
    groups: tuple[MenuGroup, ...]
    courses: tuple["MenuCourse", ...]
    sold_out: bool
    search: Mapping[str, str]

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes it is sold in, "table" before "collect"."""
        return tuple(self.vat)

    @property
    def configurable(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.groups or self.courses)

    def served_at(self, minute: int | None) -> bool:
        """Whether it is served at this local minute of the day; None asks nothing."""
        return within(self.hours, minute)

    def group(self, group_id: str) -> MenuGroup | None:
        """The option group of that id, or None."""
        return next((group for group in self.groups if group.id == group_id), None)

    def course(self, course_id: str) -> "MenuCourse | None":
        """The course of that id, or None."""
        return next((course for course in self.courses if course.id == course_id), None)

    def allergens_of(
        self, options: Iterable[ChosenOption] = (), courses: Iterable[ChosenCourse] = ()
    ) -> frozenset[str] | None:
        """Allergens of this very configuration; None when any part is not declared, unknown, or not chosen yet."""
        found: list[frozenset[str] | None] = [] if self.courses else [self.allergens]
        for chosen in options:
            group = self.group(chosen.group_id)
            option = group.option(chosen.option_id) if group else None
            found.append(option.allergens if option else None)
        made = {choice.course_id: choice for choice in courses}
        for course in self.courses:
            choice = made.get(course.id)
            dish = course.choice(choice.sku) if choice else None
            found.append(dish.item.allergens_of(choice.options) if dish and choice else None)
        declared = [part for part in found if part is not None]
        return frozenset().union(*declared) if len(declared) == len(found) else None


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """A product within a course; `supplement`: minor units added to the set menu's price."""

    item: MenuItem
    supplement: int

    @property
    def sku(self) -> str:
        """The product's SKU."""
        return self.item.sku


@dataclass(frozen=True, slots=True)
class MenuCourse:
    """A course of a set menu: exactly one choice."""

    id: str
    name: dict[str, str]
    choices: tuple[MenuChoice, ...]

    def choice(self, sku: str) -> MenuChoice | None:
        """The choice of that SKU, or None."""
        return next((choice for choice in self.choices if choice.sku == sku), None)
