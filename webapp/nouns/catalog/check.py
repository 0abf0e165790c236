"""From bytes to a menu document that can be sold, or to every reason why not: all or nothing (C30, X2)."""

from collections.abc import Collection, Mapping
from typing import Any

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.report import Problem, Rejected, Report, read_json, read_rows
from webapp.nouns.catalog.rules import RULES, missing_pictures


def read_catalog(raw: bytes, *, pictures: Collection[str] | None = None) -> Report[Catalog]:
    """The menu document in `raw`.

    Args:
        raw: the file's bytes, UTF-8 JSON of `format` 1.
        pictures: names of the picture files at hand; None looks for none.
    """
    try:
        data = read_json(raw)
    except Rejected as rejected:
        return Report(None, (rejected.problem,), {})
    return check_catalog(data, pictures=pictures)


def check_catalog(data: Any, *, pictures: Collection[str] | None = None) -> Report[Catalog]:
    """As `read_catalog`, for a JSON value already read (a menu inside a larger document)."""
    document, problems = read_rows(Catalog, data)
    if document is None:
        return Report(None, tuple(problems), {})
    problems += [problem for rule in RULES for problem in rule(document)]
    if pictures is not None:
        problems += missing_pictures(document, pictures)
    return report_of(document, problems)


def report_of(document: Catalog, problems: list[Problem]) -> Report[Catalog]:
    """The report: the document only when nothing is wrong."""
    rejected = any(problem.severity == "error" for problem in problems)
    return Report(None if rejected else document, tuple(problems), counts_of(document))


def counts_of(document: Catalog) -> Mapping[str, int]:
    """How many of each kind the document holds."""
    return {
        "categories": len(document.categories),
        "products": len(document.products),
        "option_groups": len(document.option_groups),
        "options": sum(len(group.options) for group in document.option_groups),
        "set_menus": len(document.set_menus),
        "languages": len(document.languages),
    }
