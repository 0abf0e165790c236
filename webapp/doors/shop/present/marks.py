"""Allergens and diets in words."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from webapp.doors.food_words import allergen_names, diet_names
from webapp.doors.shop.frame import language


@lru_cache(maxsize=32)
def _allergen_names(_language: str) -> Mapping[str, str]:
    """All of them in the language of this answer, which is the one named: a menu asks hundreds of times."""
    return allergen_names()


def allergens(codes: Iterable[str] | None) -> str | None:
    """None: not declared. "": declared free. Else "Gluten, milk"."""
    if codes is None:
        return None
    names = _allergen_names(language())
    listed = ", ".join(sorted(names.get(code, code) for code in codes))
    return listed[:1].upper() + listed[1:]


@lru_cache(maxsize=32)
def _diet_names(_language: str) -> Mapping[str, str]:
    return diet_names()


def diets(codes: Iterable[str]) -> list[dict[str, Any]]:
    """Diet marks for the marks component."""
    names = _diet_names(language())
    return [{"code": str(code), "label": names.get(code, code)} for code in codes]
