"""Prices: pure rules, facts in and a quote out; no database, no Flask, no clock (invariants P1 to P5)."""

from webapp.nouns.pricing.configuration import Choice, Configuration, CourseChoice, Malformed
from webapp.nouns.pricing.discount import Adjustment, Discount, LineShare
from webapp.nouns.pricing.form import PlainForm, parse_configuration, parse_quantity
from webapp.nouns.pricing.parts import QuoteDetail, QuoteLine, Wanted
from webapp.nouns.pricing.problem import MAX_QUANTITY, MIN_QUANTITY, Problem, ProblemCode
from webapp.nouns.pricing.quote import Quote, VatShare, quote

__all__ = [
    "MAX_QUANTITY",
    "MIN_QUANTITY",
    "Adjustment",
    "Choice",
    "Configuration",
    "CourseChoice",
    "Discount",
    "LineShare",
    "Malformed",
    "PlainForm",
    "Problem",
    "ProblemCode",
    "Quote",
    "QuoteDetail",
    "QuoteLine",
    "VatShare",
    "Wanted",
    "parse_configuration",
    "parse_quantity",
    "quote",
]
