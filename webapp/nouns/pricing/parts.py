"""The parts of a quote: what was asked for, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from webapp.nouns.pricing.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Wanted:
    """A basket line as asked for; `note` is the diner's free text and never touches the price."""

    line_id: str
    sku: str
    quantity: int
    configuration: Configuration = field(default_factory=Configuration)
    note: str = ""


@dataclass(frozen=True, slots=True)
class QuoteDetail:
    """An option, or the dish of a course, per unit of the line.

    `unit_price` is what is charged for it (0 when `included`); `course` names the course it belongs to.
    """

    name: Mapping[str, str]
    quantity: int
    unit_price: int
    sku: str | None
    included: bool
    kind: Literal["option", "dish"] = "option"
    course: str | None = None


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A priced line: `unit_price` = `base_price` + its details, `total` = `unit_price` × `quantity`; minor units."""

    line_id: str
    sku: str
    name: Mapping[str, str]
    details: tuple[QuoteDetail, ...]
    quantity: int
    unit_price: int
    total: int
    vat_rate: int
    base_price: int
