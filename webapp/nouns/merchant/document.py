"""The merchant document: who sells, where and when, in one JSON file beside the menu (README, "Your own menu")."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from webapp.nouns.catalog.document import Mode, Picture, Row, Slug, Span, VatRate
from webapp.nouns.catalog.texts import Language, Name, Names, one_line, several_lines

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("unknown_timezone", "unknown time zone", {"given": ascii(value)[1:-1]}) from error
    return value


Zone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_zone)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=32), AfterValidator(one_line)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(one_line)]
Telephone = Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 .()-]{3,30})?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
LegalText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(several_lines)
]
LegalTexts = dict[Language, LegalText]
Spans = Annotated[tuple[Span, ...], Field(max_length=12)]
Percents = Annotated[tuple[Annotated[int, Field(ge=1, le=30)], ...], Field(min_length=3, max_length=3)]


class Merchant(Row):
    """The company: one menu, one brand, one or more stores."""

    slug: Slug
    name: Name
    legal_name: Name | None = None
    vat_number: Word = ""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)]
    default_language: Language
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#7a4b2a"
    logo: Picture | None = None
    loyalty_display: Literal["open", "strict"] = "open"
    spend_proof: Literal["sms", "pin", "counter"] = "sms"
    hold_above: Annotated[int, Field(ge=0, le=999_999)] = 500
    terms: LegalTexts = Field(default_factory=dict)
    legal_notice: LegalTexts = Field(default_factory=dict)
    privacy: LegalTexts = Field(default_factory=dict)


class Week(Row):
    """Opening hours per day; a day left out or empty is closed. The last span of a day may pass midnight."""

    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()


class DayException(Row):
    """A day that differs from its week: closed, or other hours; `note` is shown to diners."""

    date: date
    closed: bool = False
    hours: Spans | None = None
    note: Names = Field(default_factory=dict)


class Store(Row):
    """A place that sells. `slot_items`: items the kitchen can hand over per slot. `vat_map`: basis points → here."""

    slug: Slug
    name: Name
    street: Name
    postcode: Word
    city: Name
    country: Country = "FR"
    phone: Telephone = ""
    timezone: Zone
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = (Mode.TABLE, Mode.COLLECT)
    hours: Week
    exceptions: Annotated[tuple[DayException, ...], Field(max_length=400)] = ()
    prep_minutes: Annotated[int, Field(ge=0, le=240)] = 15
    slot_minutes: Annotated[int, Field(ge=5, le=120)] = 15
    slot_items: Annotated[int, Field(ge=1, le=1000)] = 20
    tips_on: bool = False
    tip_percents: Percents = (5, 10, 15)
    counter_modes: tuple[Mode, ...] = ()
    vat_map: dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")], VatRate] = Field(default_factory=dict)
    tables: Annotated[tuple[Label, ...], Field(max_length=500)] = ()
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None

    @property
    def vat_rates(self) -> dict[int, int]:
        """The map with its rates as numbers, as `compile_menu` takes it."""
        return {int(stated): here for stated, here in self.vat_map.items()}


class MerchantFile(Row):
    """The whole document."""

    merchant: Merchant
    stores: Annotated[tuple[Store, ...], Field(min_length=1, max_length=500)]
