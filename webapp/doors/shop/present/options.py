"""Option groups and courses of the dish page."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from webapp.doors.shop.frame import _, language, ngettext
from webapp.doors.shop.present import marks
from webapp.doors.shop.present.prices import added, supplement
from webapp.nouns.catalog.item import MenuChoice, MenuCourse, MenuGroup, MenuItem
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.pricing import Choice, Configuration

Errors = Mapping[str, str]


def rule(group: MenuGroup) -> str:
    """The rule of a group, said first: "Choose 1", "Up to 3, first one included"."""
    least, most = group.minimum, group.maximum
    if least == most:
        said = _("Choose %(count)s", count=least)
    elif least:
        said = _("Choose %(least)s to %(most)s", least=least, most=most)
    else:
        said = _("Up to %(most)s, if you like", most=most)
    if not group.included or not any(option.price for option in group.options):
        return said
    free = ngettext("the first one is included", "the first %(num)d are included", group.included)
    return f"{said}, {free}"


def nested(field: str, sku: str) -> str:
    """What the fields of one dish within a course begin with: two dishes may share a group, a page no field."""
    return f"{field}-{quote(sku, safe='')}-"


def _chosen(choices: tuple[Choice, ...], group: MenuGroup) -> dict[str, int]:
    return {choice.option_id: choice.quantity for choice in choices if choice.group_id == group.id}


def _group(menu: Menu, group: MenuGroup, choices: tuple[Choice, ...], prefix: str, errors: Errors) -> dict[str, Any]:
    field = f"{prefix}option-{group.id}"
    chosen = _chosen(choices, group)
    return {
        "name": menu.text(group.name, language()),
        "rule": rule(group),
        "field": field,
        "one": group.maximum == 1,
        "must": group.minimum > 0,
        "included": group.included,
        "error": errors.get(field),
        "options": [
            {
                "id": option.id,
                "name": menu.text(option.name, language()),
                "price": added(option.price, menu.currency),
                "cost": option.price,
                "allergens": marks.allergens(option.allergens),
                "off": _("Sold out") if option.sold_out else None,
                "chosen": chosen.get(option.id, 0),
                "max_each": min(option.max_each, group.maximum),
            }
            for option in group.options
        ],
    }


def groups(menu: Menu, item: MenuItem, configuration: Configuration, errors: Errors) -> list[dict[str, Any]]:
    """The option groups of a dish as they are chosen in `configuration`; `errors`: field → sentence."""
    return [_group(menu, group, configuration.options, "", errors) for group in item.groups]


def courses(menu: Menu, item: MenuItem, configuration: Configuration, errors: Errors) -> list[dict[str, Any]]:
    """The courses of a set menu, likewise."""
    return [_course(menu, course, configuration, errors) for course in item.courses]


def _course(menu: Menu, course: MenuCourse, configuration: Configuration, errors: Errors) -> dict[str, Any]:
    field = f"course-{course.id}"
    made = next((choice for choice in configuration.courses if choice.course_id == course.id), None)
    return {
        "name": menu.text(course.name, language()),
        "rule": _("Choose %(count)s", count=1),
        "field": field,
        "error": errors.get(field),
        "choices": [
            _choice(menu, field, choice, made.options if made and made.sku == choice.sku else None, errors)
            for choice in course.choices
        ],
    }


def _choice(
    menu: Menu, field: str, choice: MenuChoice, options: tuple[Choice, ...] | None, errors: Errors
) -> dict[str, Any]:
    dish = choice.item
    return {
        "sku": dish.sku,
        "name": menu.text(dish.name, language()),
        "price": supplement(choice.supplement, menu.currency),
        "cost": choice.supplement,
        "allergens": marks.allergens(dish.allergens),
        "off": _("Sold out") if dish.sold_out else None,
        "chosen": options is not None,
        "groups": [_group(menu, group, options or (), nested(field, dish.sku), errors) for group in dish.groups],
    }
