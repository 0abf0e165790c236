"""One line of a quote: whether it can be sold, and for how much."""

from collections.abc import Iterator, Mapping, Sequence

from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.pricing.configuration import CourseChoice
from webapp.nouns.pricing.parts import QuoteLine, Wanted
from webapp.nouns.pricing.problem import Problem, ProblemCode, is_quantity
from webapp.nouns.pricing.rules import Chosen


class LinePricer:
    """Prices lines of one menu in one mode at one local minute of the day (None: the hour does not matter)."""

    def __init__(self, menu: Menu, mode: str, at_minutes: int | None) -> None:
        """`mode`: "table" or "collect"; `at_minutes`: minutes since local midnight, 0 to 1439."""
        self._menu = menu
        self._mode = mode
        self._at = at_minutes

    def price(self, wanted: Wanted) -> tuple[QuoteLine | None, list[Problem]]:
        """The priced line and no problem, or None and every problem found."""
        problems: list[Problem] = []
        if not is_quantity(wanted.quantity):
            problems.append(Problem(wanted.line_id, "quantity_out_of_range"))
        item = self._menu.item(wanted.sku)
        if item is None:
            code: ProblemCode = "not_sold_here" if wanted.sku in self._menu.sold_elsewhere else "unknown_product"
            return None, [*problems, Problem(wanted.line_id, code, {"sku": wanted.sku})]
        problems += self._availability(wanted.line_id, item)
        chosen = Chosen(wanted.line_id)
        chosen.options(item.groups, wanted.configuration.options, None)
        self._courses(chosen, item, wanted.configuration.courses)
        problems += chosen.problems
        if problems:
            return None, problems
        unit = item.price + sum(detail.unit_price * detail.quantity for detail in chosen.details)
        rate = item.vat[self._mode]
        return QuoteLine(
            wanted.line_id,
            wanted.sku,
            item.name,
            tuple(chosen.details),
            wanted.quantity,
            unit,
            unit * wanted.quantity,
            rate,
            item.price,
        ), []

    def _availability(self, line_id: str, item: MenuItem) -> Iterator[Problem]:
        where: Mapping[str, str | int] = {"sku": item.sku}
        if item.sold_out:
            yield Problem(line_id, "sold_out", where)
        if self._mode not in item.vat:
            yield Problem(line_id, "not_in_this_mode", where)
        if self._at is not None and not item.served_at(self._at):
            yield Problem(line_id, "not_at_this_hour", where)

    def _courses(self, chosen: Chosen, item: MenuItem, picks: Sequence[CourseChoice]) -> None:
        asked: dict[str, list[CourseChoice]] = {}
        for pick in picks:
            asked.setdefault(pick.course_id, []).append(pick)
        for course in item.courses:
            dishes = asked.pop(course.id, [])
            if not dishes:
                chosen.refuse("course_missing", course=course.id)
                continue
            choice = course.choice(dishes[0].sku)
            if len(dishes) > 1 or choice is None:
                chosen.refuse("course_choice_unknown", course=course.id)
                continue
            chosen.dish(choice, dishes[0])
        for course_id in asked:
            chosen.refuse("course_choice_unknown", course=course_id)
