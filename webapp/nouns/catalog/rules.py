"""What must hold between the rows of a menu document: each rule looks at the whole document and yields problems."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from babel.numbers import list_currencies

from webapp.nouns.catalog.document import Catalog, OptionGroup, Product, SetMenu
from webapp.nouns.catalog.report import FILE, Problem
from webapp.nouns.catalog.usual_vat import USUAL_VAT


def _place(kind: str, number: int, name: str) -> str:
    return f'{kind}[{number}] "{name}"'


def _sellable(document: Catalog) -> Iterator[tuple[str, Product | SetMenu]]:
    for number, product in enumerate(document.products):
        yield _place("products", number, product.sku), product
    for number, menu in enumerate(document.set_menus):
        yield _place("set_menus", number, menu.sku), menu


def _groups(document: Catalog) -> Iterator[tuple[str, OptionGroup]]:
    for number, group in enumerate(document.option_groups):
        yield _place("option_groups", number, group.id), group


def duplicate_skus(document: Catalog) -> Iterator[Problem]:
    """Products and set menus share one name space."""
    first: dict[str, str] = {}
    for row, item in _sellable(document):
        if item.sku in first:
            yield Problem(row, "duplicate_sku", {"sku": item.sku, "other": first[item.sku]})
        first.setdefault(item.sku, row)


def _repeated(kind: str, ids: Sequence[str], within: str = "") -> Iterator[Problem]:
    first: dict[str, str] = {}
    for number, name in enumerate(ids):
        row = f"{within}{_place(kind, number, name)}"
        if name in first:
            yield Problem(row, "duplicate_id", {"id": name, "other": first[name]})
        first.setdefault(name, row)


def duplicate_ids(document: Catalog) -> Iterator[Problem]:
    """Categories, groups, options of a group, courses of a set menu."""
    yield from _repeated("categories", [category.id for category in document.categories])
    yield from _repeated("option_groups", [group.id for group in document.option_groups])
    for row, group in _groups(document):
        yield from _repeated("options", [option.id for option in group.options], f"{row}, ")
    for row, item in _sellable(document):
        if isinstance(item, SetMenu):
            yield from _repeated("courses", [course.id for course in item.courses], f"{row}, ")


def unknown_references(document: Catalog) -> Iterator[Problem]:
    """Every category and option group named must exist, once."""
    categories = {category.id for category in document.categories}
    groups = {group.id for group in document.option_groups}
    for row, item in _sellable(document):
        if item.category not in categories:
            yield Problem(row, "unknown_category", {"id": item.category})
        for name in item.option_groups if isinstance(item, Product) else ():
            if name not in groups:
                yield Problem(row, "unknown_group", {"id": name})
            if isinstance(item, Product) and item.option_groups.count(name) > 1:
                yield Problem(row, "listed_twice", {"field": "option_groups", "id": name})


def course_choices(document: Catalog) -> Iterator[Problem]:
    """A course offers products, each once, that can be had in every mode of the set menu."""
    products = {product.sku: product for product in document.products}
    menus = {menu.sku for menu in document.set_menus}
    for number, menu in enumerate(document.set_menus):
        row = _place("set_menus", number, menu.sku)
        for course in menu.courses:
            for sku, times in Counter(choice.sku for choice in course.choices).items():
                named = {"course": course.id, "sku": sku}
                if times > 1:
                    yield Problem(row, "listed_twice", {"field": f"courses.{course.id}", "id": sku})
                if sku in menus:
                    yield Problem(row, "circular_set_menu", named)
                elif sku not in products:
                    yield Problem(row, "unknown_choice", named)
                else:
                    missing = [mode for mode in menu.modes if mode not in products[sku].modes]
                    for mode in missing:
                        yield Problem(row, "choice_not_in_mode", {"mode": mode, "sku": sku}, "warning")


def option_counts(document: Catalog) -> Iterator[Problem]:
    """A group can be satisfied, and its numbers agree with each other."""
    for row, group in _groups(document):
        minimum = max(group.min, 1) if group.required else group.min
        possible = sum(option.max_each for option in group.options)
        if group.required is False and group.min > 0:
            yield Problem(row, "required_false_with_min", {"min": group.min})
        if minimum > group.max:
            yield Problem(row, "min_above_max", {"min": minimum, "max": group.max})
        if group.included > group.max:
            yield Problem(row, "included_above_max", {"included": group.included, "max": group.max})
        if possible < minimum:
            yield Problem(row, "required_without_options", {"min": minimum, "available": possible})
        elif not group.options:
            yield Problem(row, "no_options", {}, "warning")


def vat_rates(document: Catalog) -> Iterator[Problem]:
    """A rate for every mode an item is sold in."""
    for row, item in _sellable(document):
        rates = {"table": item.vat.table, "collect": item.vat.collect}
        for mode in item.modes:
            if rates[mode] is None:
                yield Problem(row, "missing_vat", {"mode": mode})


def unusual_vat(document: Catalog) -> Iterator[Problem]:
    """Each rate that is allowed but charged nowhere the menu's currency is paid in: once, at the first row with it."""
    usual = USUAL_VAT.get(document.currency)
    if usual is None:
        return
    told: set[tuple[str, int]] = set()
    for row, item in _sellable(document):
        for mode in item.modes:
            rate = {"table": item.vat.table, "collect": item.vat.collect}[mode]
            if rate is not None and rate not in usual and (mode, rate) not in told:
                told.add((mode, rate))
                named = {"rate": f"{rate / 100:g}", "mode": mode, "currency": document.currency}
                yield Problem(row, "unusual_vat", named, "warning")


def _texts(document: Catalog) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for number, category in enumerate(document.categories):
        row = _place("categories", number, category.id)
        yield row, "name", category.name
        if category.description is not None:
            yield row, "description", category.description
    for row, group in _groups(document):
        yield row, "name", group.name
        for number, option in enumerate(group.options):
            yield f"{row}, {_place('options', number, option.id)}", "name", option.name
    for row, item in _sellable(document):
        yield row, "name", item.name
        if item.description is not None:
            yield row, "description", item.description
        for number, course in enumerate(item.courses if isinstance(item, SetMenu) else ()):
            yield f"{row}, {_place('courses', number, course.id)}", "name", course.name


def languages(document: Catalog) -> Iterator[Problem]:
    """Every text in every language of the menu."""
    wanted = document.languages
    for row, field, texts in _texts(document):
        for language in wanted:
            if language not in texts:
                yield Problem(row, "missing_language", {"field": field, "language": language})
        for language in texts:
            if language not in wanted:
                yield Problem(row, "extra_language", {"field": field, "language": language}, "warning")


def currency(document: Catalog) -> Iterator[Problem]:
    """A currency that exists."""
    if document.currency not in list_currencies():
        yield Problem(FILE, "unknown_currency", {"currency": document.currency})


def empty_categories(document: Catalog) -> Iterator[Problem]:
    """A heading with nothing below it is likely a slip."""
    used = {item.category for _, item in _sellable(document)}
    for number, category in enumerate(document.categories):
        if category.id not in used:
            yield Problem(_place("categories", number, category.id), "empty_category", {}, "warning")


def undeclared_allergens(document: Catalog) -> Iterator[Problem]:
    """How much is not declared: legal to sell unpacked only with the answer at hand."""
    declared = [product.allergens for product in document.products]
    declared += [option.allergens for group in document.option_groups for option in group.options]
    missing = declared.count(None)
    if missing:
        yield Problem(FILE, "allergens_not_declared", {"count": missing, "total": len(declared)}, "warning")


RULES: tuple[Callable[[Catalog], Iterator[Problem]], ...] = (
    currency,
    duplicate_skus,
    duplicate_ids,
    unknown_references,
    course_choices,
    option_counts,
    vat_rates,
    unusual_vat,
    languages,
    empty_categories,
    undeclared_allergens,
)


def missing_pictures(document: Catalog, pictures: Collection[str]) -> Iterator[Problem]:
    """Pictures named in the menu that are not among the files at hand."""
    for row, item in _sellable(document):
        if item.picture is not None and item.picture not in pictures:
            yield Problem(row, "missing_picture", {"picture": item.picture}, "warning")
