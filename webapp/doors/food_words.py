"""Allergens and diets in words, for diners and for the staff."""

from collections.abc import Mapping

from webapp.doors.speech import _


def allergen_names() -> Mapping[str, str]:
    """The 14, in the order of the regulation."""
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


def diet_names() -> Mapping[str, str]:
    """The marks beside a dish."""
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
