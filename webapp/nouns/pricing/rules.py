"""The rules of options: how many, which ones, and which are included in the price."""

from collections.abc import Sequence

from webapp.nouns.catalog.item import MenuChoice, MenuGroup, MenuOption
from webapp.nouns.pricing.configuration import Choice, CourseChoice
from webapp.nouns.pricing.parts import QuoteDetail
from webapp.nouns.pricing.problem import Problem, ProblemCode, is_quantity


class Chosen:
    """Collects what one line's choices cost and every rule they break."""

    def __init__(self, line_id: str) -> None:
        """`line_id`: the line every problem will name."""
        self._line_id = line_id
        self.details: list[QuoteDetail] = []
        self.problems: list[Problem] = []

    def refuse(self, code: ProblemCode, **params: str | int | None) -> None:
        """Note one broken rule; `params` name the place."""
        shown = {name: value for name, value in params.items() if value is not None}
        self.problems.append(Problem(self._line_id, code, shown))

    def dish(self, choice: MenuChoice, pick: CourseChoice) -> None:
        """The dish of one course, with its supplement (minor units) and its own options."""
        dish = choice.item
        if dish.sold_out:
            self.refuse("sold_out", sku=dish.sku, course=pick.course_id)
        included = choice.supplement == 0
        self.details.append(QuoteDetail(dish.name, 1, choice.supplement, dish.sku, included, "dish", pick.course_id))
        self.options(dish.groups, pick.options, pick.course_id)

    def options(self, groups: Sequence[MenuGroup], choices: Sequence[Choice], course: str | None) -> None:
        """Check and charge `choices`; the first `included` of a group, in the order of its list, are free."""
        asked: dict[str, dict[str, int]] = {}
        for choice in choices:
            asked.setdefault(choice.group_id, {})[choice.option_id] = choice.quantity
        for group in groups:
            self._group(group, asked.pop(group.id, {}), course)
        for group_id in asked:
            self.refuse("option_unknown", group=group_id, course=course)

    def _group(self, group: MenuGroup, asked: dict[str, int], course: str | None) -> None:
        count = 0
        free = group.included
        for option in group.options:
            quantity = asked.pop(option.id, None)
            if quantity is None:
                continue
            if not is_quantity(quantity) or quantity > option.max_each:
                self.refuse(
                    "too_many_options" if is_quantity(quantity) else "quantity_out_of_range",
                    group=group.id,
                    option=option.id,
                    max=option.max_each,
                    course=course,
                )
                continue
            if option.sold_out:
                self.refuse("option_sold_out", group=group.id, option=option.id, course=course)
            count += quantity
            without_charge = min(free, quantity)
            free -= without_charge
            self._charge(option, without_charge, quantity - without_charge, course)
        for option_id in asked:
            self.refuse("option_unknown", group=group.id, option=option_id, course=course)
        self._count(group, count, course)

    def _charge(self, option: MenuOption, free: int, paid: int, course: str | None) -> None:
        if free:
            self.details.append(QuoteDetail(option.name, free, 0, option.sku, True, "option", course))
        if paid:
            self.details.append(QuoteDetail(option.name, paid, option.price, option.sku, False, "option", course))

    def _count(self, group: MenuGroup, count: int, course: str | None) -> None:
        if count > group.maximum:
            self.refuse("too_many_options", group=group.id, max=group.maximum, course=course)
        elif count < group.minimum:
            code: ProblemCode = "too_few_options" if count else "option_required"
            self.refuse(code, group=group.id, min=group.minimum, course=course)
