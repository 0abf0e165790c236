"""Why a line cannot be sold as asked: codes for the doors to put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

MIN_QUANTITY = 1
MAX_QUANTITY = 99

ProblemCode = Literal[
    "unknown_product",
    "not_sold_here",
    "sold_out",
    "not_at_this_hour",
    "not_in_this_mode",
    "option_unknown",
    "option_sold_out",
    "option_required",
    "too_many_options",
    "too_few_options",
    "course_missing",
    "course_choice_unknown",
    "quantity_out_of_range",
]
CODES: tuple[str, ...] = get_args(ProblemCode)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a line is not priced.

    `params` names the place: `sku`, `group`, `option`, `course`, `min`, `max`, as far as the code needs them.
    """

    line_id: str
    code: ProblemCode
    params: Mapping[str, str | int] = field(default_factory=dict)


def is_quantity(value: object) -> bool:
    """Whether `value` is a whole number from 1 to 99; True, 1.0 and "1" are not (P5)."""
    return type(value) is int and MIN_QUANTITY <= value <= MAX_QUANTITY
