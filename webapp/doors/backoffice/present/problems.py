"""What is wrong with a menu, row by row, in the reader's language."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from webapp.doors.speech import _, language
from webapp.nouns.catalog.report import FILE, Problem

QUOTED = re.compile(r'"([^"]*)"')


def cell_words(code: str, given: str) -> str:
    """Why what was typed into one field cannot be read."""
    return {
        "missing": _("Fill this in."),
        "not_amount": _("“%(given)s” is not an amount such as 12.50.", given=given),
        "not_rate": _("“%(given)s” is not a VAT rate in percent such as 10 or 5.5.", given=given),
        "not_whole_cell": _("“%(given)s” is not a whole number.", given=given),
        "not_hours": _("“%(given)s” is not hours such as 11:30-14:30 18:00-22:00.", given=given),
        "not_stores": _("“%(given)s” is not a price such as 9.50.", given=given),
    }.get(code, _("This cannot be read."))


@lru_cache(maxsize=4)
def _whole(_language: str) -> Mapping[str, str]:
    """About a file as a whole."""
    return {
        "too_big": _("The file has %(size)s bytes; at most %(limit)s MB are read."),
        "byte_order_mark": _("The file is UTF-16 text; save it as UTF-8."),
        "not_utf8": _("The file is not UTF-8 text (byte %(offset)s); save it as UTF-8."),
        "not_json": _("The file is not JSON: line %(line)s, column %(column)s."),
        "unreadable_value": _("The file holds a number too long or objects too deeply nested to be read."),
        "duplicate_key": _("The file holds the key “%(key)s” twice in one object; only one can count."),
        "too_many_keys": _("The file has an object of %(count)s keys; at most %(limit)s are read."),
        "too_many_entries": _("The file has a list “%(key)s” of %(count)s entries; at most %(limit)s are read."),
        "too_many_problems": _("The file has more than %(limit)s mistakes: it is probably another kind of file."),
        "not_csv_text": _("The file is neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8."),
        "not_csv": _("A quotation mark is out of place in line %(line)s, or a cell is too long to be read."),
        "no_such_column": _("The file has no column %(name)s; its first line must name the columns."),
        "unknown_column": _("The file has the column “%(name)s”, which is not known."),
        "column_twice": _("The file has the column “%(name)s” twice."),
        "too_many_lines": _("The file has more than %(limit)s lines."),
        "whole_house": _(
            "The file holds a merchant with its stores; here only the menu is taken, the value of “menu”."
        ),
        "unknown_currency": _("“%(currency)s” is not a currency such as EUR."),
        "allergens_not_declared": _("%(count)s of %(total)s dishes and options do not declare their allergens."),
    }


@lru_cache(maxsize=4)
def _field(_language: str) -> Mapping[str, str]:
    """About one value of a row."""
    return {
        "missing": _("%(field)s is missing"),
        "unknown_field": _("%(field)s is not a known field"),
        "not_whole_number": _("%(field)s must be a whole number"),
        "price_not_whole": _("%(field)s must be a whole number of cents (1250 for 12.50)"),
        "not_number": _("%(field)s must be a number"),
        "not_true_or_false": _("%(field)s must be true or false"),
        "not_text": _("%(field)s must be text in quotes"),
        "not_object": _("%(field)s must be an object in braces"),
        "not_list": _("%(field)s must be a list in brackets"),
        "not_one_of": _("%(field)s must be %(expected)s"),
        "too_small": _("%(field)s must be at least %(ge)s"),
        "too_large": _("%(field)s must be at most %(le)s"),
        "empty": _("%(field)s must not be empty"),
        "too_long": _("%(field)s must be at most %(max_length)s characters"),
        "too_few": _("%(field)s must have at least %(min_length)s entries"),
        "too_many": _("%(field)s must have at most %(max_length)s entries"),
        "malformed": _("%(field)s “%(given)s” is not written as it must be"),
        "bad_sku": _("%(field)s must not hold , : / or \\ (they part SKUs in reward lists and addresses)"),
        "control_character": _("%(field)s holds the control character %(character)s"),
        "empty_span": _("%(field)s opens and closes at the same minute; write 00:00 to 24:00 for the whole day"),
        "not_amount": _("%(field)s “%(given)s” is not an amount such as 12.50"),
        "not_rate": _("%(field)s “%(given)s” is not a VAT rate in percent such as 10 or 5.5"),
        "not_whole_cell": _("%(field)s “%(given)s” is not a whole number"),
        "not_yes_or_no": _("%(field)s “%(given)s” must be yes, no or empty"),
        "not_hours": _("%(field)s “%(given)s” is not hours such as 11:30-14:30 18:00-22:00"),
        "not_stores": _(
            "%(field)s “%(given)s” is not a store with what differs there, such as paris=9.50 or paris=/no"
        ),
        "not_for_type": _("%(field)s must be empty in a row of type %(type)s"),
        "unknown_type": _("the type “%(given)s” is not known"),
        "no_parent": _("there is no %(type)s “%(given)s” in this file"),
        "cells_beyond": _("it has more cells than the first line has columns"),
    }


@lru_cache(maxsize=4)
def _between(_language: str) -> Mapping[str, str]:
    """About how rows fit together."""
    return {
        "duplicate_sku": _("the SKU “%(sku)s” is there twice"),
        "duplicate_id": _("“%(id)s” is there twice"),
        "listed_twice": _("%(field)s lists “%(id)s” twice"),
        "unknown_category": _("the category “%(id)s” does not exist"),
        "unknown_group": _("the option group “%(id)s” does not exist"),
        "unknown_choice": _("the course “%(course)s” offers “%(sku)s”, which is no dish of this menu"),
        "circular_set_menu": _(
            "the course “%(course)s” offers the set menu “%(sku)s”; a set menu cannot hold a set menu"
        ),
        "missing_language": _("%(field)s has no text in %(language)s"),
        "extra_language": _("%(field)s has a text in %(language)s, which is not among the menu's languages"),
        "min_above_max": _("the least number is %(min)s, above the most, %(max)s"),
        "included_above_max": _("%(included)s are included, above the most, %(max)s"),
        "required_without_options": _("%(min)s must be chosen but only %(available)s can be"),
        "required_false_with_min": _("it is not required, but the least number is %(min)s"),
        "no_options": _("it has no option"),
        "missing_vat": _("it has no VAT rate for %(mode)s, where it is sold"),
        "unusual_vat": _(
            "%(rate)s %% VAT for %(mode)s is charged in no country that pays in %(currency)s; is it meant?"
        ),
        "choice_not_in_mode": _("it is sold for %(mode)s, but its choice “%(sku)s” is not"),
        "missing_picture": _("the picture “%(picture)s” is not there"),
        "empty_category": _("it has no dish"),
    }


def problem_words(problem: Problem) -> str:
    """The sentence of a problem, without its row."""
    here = language()
    for known in (_whole, _field, _between):
        if problem.code in known(here):
            params: dict[str, Any] = {"field": row_words(problem.row), **problem.params}
            return known(here)[problem.code] % params
    return _("This cannot be read.")


def row_words(row: str) -> str:
    """A row as people name it: `option_groups[3] "size", options[0] "large"` → "size › large"."""
    names = QUOTED.findall(row)
    return " › ".join(names) if names else _("The file") if row == FILE else row


def field_of(problem: Problem) -> str:
    """The field of a form a problem belongs beside; "" for none."""
    named = str(problem.params.get("field", ""))
    first, _dot, second = named.partition(".")
    if problem.code in {"missing_language", "extra_language"}:
        return f"{first}.{problem.params['language']}"
    if problem.code == "missing_vat":
        return f"vat.{problem.params['mode']}"
    if problem.code in BESIDE:
        return BESIDE[problem.code]
    return f"{first}.{second}" if first in {"name", "description", "vat"} and second else re.split(r"[.\[]", named)[0]


BESIDE = {
    "unknown_category": "category",
    "unknown_group": "option_groups",
    "unknown_choice": "choices",
    "circular_set_menu": "choices",
    "listed_twice": "choices",
    "min_above_max": "max",
    "included_above_max": "included",
    "required_without_options": "min",
    "required_false_with_min": "required",
    "duplicate_sku": "id",
    "duplicate_id": "id",
    "bad_sku": "id",
}
