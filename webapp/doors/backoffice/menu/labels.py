"""What the menu desk calls the columns of a row."""

from collections.abc import Mapping

from webapp.doors.speech import NAMES, _


def mode_names() -> Mapping[str, str]:
    """Where the food is had."""
    return {"table": _("At the table"), "collect": _("To collect")}


def column_words(name: str, currency: str = "") -> str:
    """A column's name for people."""
    field, _dot, which = name.partition(".")
    plain = {
        "id": _("Identifier"),
        "parent": _("Belongs to"),
        "category": _("Category"),
        "name": _("Name"),
        "description": _("Description"),
        "price": _("Price"),
        "allergens": _("Allergens"),
        "diets": _("Marks"),
        "option_groups": _("Option groups"),
        "hours": _("Served at these hours only"),
        "modes": _("Sold"),
        "stores": _("In each store"),
        "picture": _("Picture"),
        "sku": _("SKU"),
        "required": _("Something must be chosen"),
        "min": _("At least"),
        "max": _("At most"),
        "included": _("How many are included in the price"),
        "max_each": _("How often the same"),
        "currency": _("Currency"),
        "languages": _("Languages"),
        "choices": _("Choices"),
    }
    if field == "vat":
        return _("VAT at the table, in percent") if which == "table" else _("VAT to collect, in percent")
    said = plain.get(field, name)
    if field == "price" and currency:
        return f"{said} ({currency})"
    return f"{said} ({NAMES.get(which, which)})" if which else said


def hint_words(name: str) -> str | None:
    """What helps to fill a field in."""
    return {
        "hours": _("Such as 11:30-14:30 18:00-22:00; empty for always."),
        "sku": _("Only if a reward of the programme is to name it."),
    }.get(name)
