"""Prices beside choices: what a dish starts at, "+ €1.50", "included"."""

from webapp.doors.shop.frame import _, money
from webapp.nouns.catalog.item import MenuGroup, MenuItem


def added(amount: int, currency: str) -> str:
    """What a choice adds, in words; nothing is said of a choice that costs nothing."""
    return f"+ {money(amount, currency)}" if amount else ""


def supplement(amount: int, currency: str) -> str:
    """What a dish of a set menu adds: "included" spelled out."""
    return added(amount, currency) or _("included")


def _least_of_group(group: MenuGroup) -> int:
    charged = max(0, group.minimum - group.included)
    prices = sorted(price for option in group.options for price in [option.price] * option.max_each)
    return sum(prices[:charged])


def _varies(group: MenuGroup) -> bool:
    return group.minimum > group.included and len({option.price for option in group.options}) > 1


def least(item: MenuItem) -> int:
    """The least this dish can cost with everything it requires, in minor units."""
    courses = sum(min(choice.supplement + _groups(choice.item) for choice in course.choices) for course in item.courses)
    return item.price + _groups(item) + courses


def _groups(item: MenuItem) -> int:
    return sum(_least_of_group(group) for group in item.groups)


def starts_at(item: MenuItem) -> bool:
    """Whether a required choice decides the price, so that it is only the least of several."""
    if any(_varies(group) for group in item.groups):
        return True
    return any(
        len({choice.supplement for choice in course.choices}) > 1
        or any(_varies(group) for choice in course.choices for group in choice.item.groups)
        for course in item.courses
    )
