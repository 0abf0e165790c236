"""The menu document, `format` 1: everything one merchant sells, in one JSON file (README, "Your own menu").

The models say what one row may hold; what holds between rows (unknown category, duplicate SKU …) is in `rules`.
Prices are whole minor units with VAT inside; VAT rates are basis points (10 % = 1000).
"""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from webapp.nouns.catalog.texts import Language, Names, Texts, one_line

SKU_SEPARATORS = frozenset(",:/\\")


class Allergen(StrEnum):
    """The 14 allergens of Annex II of Regulation (EU) No 1169/2011."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOYBEANS = "soybeans"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


class Diet(StrEnum):
    """Marks shown beside a dish."""

    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    HALAL = "halal"
    KOSHER = "kosher"
    GLUTEN_FREE = "gluten_free"
    LACTOSE_FREE = "lactose_free"
    SPICY = "spicy"
    ORGANIC = "organic"
    HOMEMADE = "homemade"


class Mode(StrEnum):
    """Where the food is had: it decides the VAT rate."""

    TABLE = "table"
    COLLECT = "collect"


def _sku(value: str) -> str:
    if SKU_SEPARATORS & set(value) or value in {".", ".."}:
        raise PydanticCustomError("bad_sku", "a SKU without , : / or \\")
    return one_line(value)


def _span(value: tuple[str, str]) -> tuple[str, str]:
    if value[0] == value[1]:
        raise PydanticCustomError("empty_span", "opens and closes at the same minute")
    return value


Sku = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_sku)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
Picture = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}\.(svg|png|jpg|webp|avif)$")]
Price = Annotated[int, Field(ge=0, le=1_000_000)]
VatRate = Annotated[int, Field(ge=0, le=3000)]
Count = Annotated[int, Field(ge=0, le=99)]
From = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Until = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Span = Annotated[tuple[From, Until], AfterValidator(_span)]
Hours = Annotated[tuple[Span, ...], Field(min_length=1, max_length=12)]


class Row(BaseModel):
    """A row: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Category(Row):
    """A heading of the menu, in the order shown. `hours`: when its dishes are served, unless a dish says otherwise."""

    id: Id
    name: Names
    description: Texts | None = None
    hours: Hours | None = None


class Option(Row):
    """One choice of a group; `price` is added to the dish's. `allergens` null: not declared; []: free of the 14."""

    id: Id
    name: Names
    price: Price = 0
    allergens: tuple[Allergen, ...] | None = None
    diets: tuple[Diet, ...] = ()
    sku: Sku | None = None
    max_each: Annotated[int, Field(ge=1, le=99)] = 1


class OptionGroup(Row):
    """Choices made together: at least `min`, at most `max`, the first `included` without charge."""

    id: Id
    name: Names
    required: bool | None = None
    min: Count = 0
    max: Annotated[int, Field(ge=1, le=99)] = 1
    included: Count = 0
    options: Annotated[tuple[Option, ...], Field(max_length=200)]


class Vat(Row):
    """The rate per mode, in basis points; a mode the dish is sold in must have one."""

    table: VatRate | None = None
    collect: VatRate | None = None


class AtStore(Row):
    """What differs in one store: another price, or not sold at all."""

    price: Price | None = None
    sold: bool | None = None


class Sellable(Row):
    """What products and set menus have in common."""

    sku: Sku
    category: Id
    name: Names
    description: Texts | None = None
    price: Price
    picture: Picture | None = None
    vat: Vat
    hours: Hours | None = None
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = (Mode.TABLE, Mode.COLLECT)
    stores: dict[Slug, AtStore] = Field(default_factory=dict)


class Product(Sellable):
    """A dish or a drink. `allergens` null: not declared; []: declared free of the 14."""

    allergens: tuple[Allergen, ...] | None = None
    diets: tuple[Diet, ...] = ()
    option_groups: Annotated[tuple[Id, ...], Field(max_length=20)] = ()


class CourseChoice(Row):
    """A product that may be chosen for a course, and what it adds to the set menu's price."""

    sku: Sku
    supplement: Price = 0


class Course(Row):
    """A course: exactly one choice is made."""

    id: Id
    name: Names
    choices: Annotated[tuple[CourseChoice, ...], Field(min_length=1, max_length=500)]


class SetMenu(Sellable):
    """Several courses at one price, taxed as a whole at its own rate."""

    courses: Annotated[tuple[Course, ...], Field(min_length=1, max_length=20)]


class Catalog(Row):
    """The whole document."""

    format: Literal[1]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=200)]
    option_groups: Annotated[tuple[OptionGroup, ...], Field(max_length=2000)] = ()
    products: Annotated[tuple[Product, ...], Field(min_length=1, max_length=10_000)]
    set_menus: Annotated[tuple[SetMenu, ...], Field(max_length=1000)] = ()


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document, generated from these models."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Catalog.model_json_schema(),
        "title": "Passe-plat menu, format 1",
    }


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2, ensure_ascii=False))  # noqa: T201 -- the command is this very print
