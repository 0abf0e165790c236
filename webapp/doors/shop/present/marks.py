"""Allergens and diets in words."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from webapp.doors.shop.frame import _, language


def allergen_name(code: str) -> str:
    """One of the 14 allergens as it is read on a menu."""
    return _allergen_names(language()).get(code, code)


@lru_cache(maxsize=32)
def _allergen_names(_language: str) -> Mapping[str, str]:
    """All of them in the language of this answer, which is the one named: a menu asks hundreds of times."""
    return {
        "gluten": _("gluten"),
        "crustaceans": _("crustaceans"),
        "eggs": _("eggs"),
        "fish": _("fish"),
        "peanuts": _("peanuts"),
        "soybeans": _("soya"),
        "milk": _("milk"),
        "nuts": _("nuts"),
        "celery": _("celery"),
        "mustard": _("mustard"),
        "sesame": _("sesame"),
        "sulphites": _("sulphites"),
        "lupin": _("lupin"),
        "molluscs": _("molluscs"),
    }


def allergens(codes: Iterable[str] | None) -> str | None:
    """None: not declared. "": declared free. Else "Gluten, milk"."""
    if codes is None:
        return None
    listed = ", ".join(sorted(allergen_name(code) for code in codes))
    return listed[:1].upper() + listed[1:]


def diet_name(code: str) -> str:
    """A diet mark in words."""
    return _diet_names(language()).get(code, code)


@lru_cache(maxsize=32)
def _diet_names(_language: str) -> Mapping[str, str]:
    return {
        "vegetarian": _("Vegetarian"),
        "vegan": _("Vegan"),
        "halal": _("Halal"),
        "kosher": _("Kosher"),
        "gluten_free": _("Gluten-free"),
        "lactose_free": _("Lactose-free"),
        "spicy": _("Spicy"),
        "organic": _("Organic"),
        "homemade": _("Homemade"),
    }


def diets(codes: Iterable[str]) -> list[dict[str, Any]]:
    """Diet marks for the marks component."""
    return [{"code": str(code), "label": diet_name(code)} for code in codes]
