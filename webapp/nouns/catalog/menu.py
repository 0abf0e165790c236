"""The compiled menu of one store: immutable, ready to be looked up by pages and by pricing.

Codes, not sentences; no database, no clock. Made from a checked document by `compile_menu`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from webapp.nouns.catalog.document import Catalog, Hours, OptionGroup, Product, Sellable, SetMenu
from webapp.nouns.catalog.item import (
    MenuChoice,
    MenuCourse,
    MenuGroup,
    MenuItem,
    MenuOption,
    Spans,
    option_key,
)
from webapp.nouns.catalog.texts import folded, said

__all__ = [
    "Menu",
    "MenuCategory",
    "MenuChoice",
    "MenuCourse",
    "MenuGroup",
    "MenuItem",
    "MenuOption",
    "compile_menu",
    "option_key",
]

DAY_MINUTES = 24 * 60
MODE_ORDER = ("table", "collect")


@dataclass(frozen=True, slots=True)
class MenuCategory:
    """A heading and its items in order: products as listed, then set menus."""

    id: str
    name: dict[str, str]
    description: dict[str, str]
    hours: Spans | None
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """Everything one store sells. `sold_elsewhere`: SKUs of this merchant that this store does not sell."""

    store: str
    currency: str
    languages: tuple[str, ...]
    categories: tuple[MenuCategory, ...]
    items: Mapping[str, MenuItem]
    sold_elsewhere: frozenset[str]
    sold_out: frozenset[str]

    def item(self, sku: str) -> MenuItem | None:
        """The product or set menu of that SKU, or None when this store does not sell it."""
        return self.items.get(sku)

    def product(self, sku: str) -> MenuItem | None:
        """As `item`, products only."""
        found = self.items.get(sku)
        return found if found is not None and found.kind == "product" else None

    def text(self, texts: Mapping[str, str], language: str) -> str:
        """The text in `language`, else in the menu's first language."""
        return said(texts, language, self.languages)


def minute_of(time: str) -> int:
    """`HH:MM` as a minute of the day, 0…1440."""
    return int(time[:2]) * 60 + int(time[3:])


def spans_of(hours: Hours | None) -> Spans | None:
    """Hours as pairs of minutes; a span whose end is not after its start passes midnight."""
    if hours is None:
        return None
    return tuple((minute_of(start), minute_of(end) if end != "24:00" else DAY_MINUTES) for start, end in hours)


def _group(group: OptionGroup, sold_out: frozenset[str]) -> MenuGroup:
    options = tuple(
        MenuOption(
            id=option.id,
            name=option.name,
            price=option.price,
            allergens=None if option.allergens is None else frozenset(option.allergens),
            diets=option.diets,
            sku=option.sku,
            max_each=option.max_each,
            sold_out=option_key(group.id, option.id) in sold_out,
        )
        for option in group.options
    )
    minimum = max(group.min, 1) if group.required else group.min
    by_id = MappingProxyType({option.id: option for option in options})
    return MenuGroup(group.id, group.name, minimum, group.max, group.included, options, by_id)


def _search(row: Sellable, languages: tuple[str, ...]) -> Mapping[str, str]:
    described = row.description or {}
    return {language: folded(f"{row.name.get(language, '')} {described.get(language, '')}") for language in languages}


class _Compiler:
    """One run of `compile_menu`: what every row needs, kept in one place."""

    def __init__(
        self,
        document: Catalog,
        store: str,
        sold_out: frozenset[str],
        vat_map: Mapping[int, int],
        unready: frozenset[str],
    ) -> None:
        self.document = document
        self.unready = unready
        self.store = store
        self.sold_out = sold_out
        self.vat_map = vat_map
        self.hours = {category.id: spans_of(category.hours) for category in document.categories}
        self.groups = {group.id: _group(group, sold_out) for group in document.option_groups}
        self.items: dict[str, MenuItem] = {}

    def _sold_here(self, row: Sellable) -> bool:
        here = row.stores.get(self.store)
        return here is None or here.sold is not False

    def _vat(self, row: Sellable) -> Mapping[str, int]:
        stated = {"table": row.vat.table, "collect": row.vat.collect}
        rates = {mode: stated[mode] for mode in MODE_ORDER if mode in row.modes}
        return {mode: self.vat_map.get(rate, rate) for mode, rate in rates.items() if rate is not None}

    def _item(
        self,
        row: Product | SetMenu,
        *,
        groups: tuple[MenuGroup, ...] = (),
        courses: tuple[MenuCourse, ...] = (),
        out: bool,
    ) -> MenuItem:
        here = row.stores.get(self.store)
        product = row if isinstance(row, Product) else None
        declared = product.allergens if product else None
        return MenuItem(
            sku=row.sku,
            kind="product" if product else "set_menu",
            category_id=row.category,
            name=row.name,
            description=row.description or {},
            price=row.price if here is None or here.price is None else here.price,
            picture=None if row.picture in self.unready else row.picture,
            vat=self._vat(row),
            hours=self.hours.get(row.category) if row.hours is None else spans_of(row.hours),
            allergens=None if declared is None else frozenset(declared),
            diets=product.diets if product else (),
            groups=groups,
            courses=courses,
            sold_out=out or row.sku in self.sold_out,
            search=_search(row, self.document.languages),
        )

    def _product(self, row: Product) -> MenuItem:
        groups = tuple(self.groups[group] for group in row.option_groups)
        return self._item(row, groups=groups, out=any(group.exhausted for group in groups))

    def _set_menu(self, row: SetMenu) -> MenuItem | None:
        courses = []
        for course in row.courses:
            sold = [(self.items.get(choice.sku), choice.supplement) for choice in course.choices]
            choices = tuple(MenuChoice(item, supplement) for item, supplement in sold if item is not None)
            courses.append(MenuCourse(course.id, course.name, choices))
        if not all(course.choices for course in courses):
            return None
        out = any(all(choice.item.sold_out for choice in course.choices) for course in courses)
        return self._item(row, courses=tuple(courses), out=out)

    def run(self) -> Menu:
        """The menu."""
        for product in self.document.products:
            if self._sold_here(product):
                self.items[product.sku] = self._product(product)
        whole = [(menu.sku, self._set_menu(menu)) for menu in self.document.set_menus if self._sold_here(menu)]
        self.items.update({sku: item for sku, item in whole if item is not None})
        shelves: dict[str, list[MenuItem]] = {category.id: [] for category in self.document.categories}
        for item in self.items.values():
            shelves[item.category_id].append(item)
        rows = (*self.document.products, *self.document.set_menus)
        return Menu(
            store=self.store,
            currency=self.document.currency,
            languages=self.document.languages,
            categories=tuple(
                MenuCategory(c.id, c.name, c.description or {}, self.hours[c.id], tuple(shelves[c.id]))
                for c in self.document.categories
                if shelves[c.id]
            ),
            items=MappingProxyType(self.items),
            sold_elsewhere=frozenset(row.sku for row in rows) - self.items.keys(),
            sold_out=self.sold_out,
        )


def compile_menu(
    document: Catalog,
    store_slug: str,
    *,
    sold_out: frozenset[str] = frozenset(),
    vat_map: Mapping[int, int] | None = None,
    unready: frozenset[str] = frozenset(),
) -> Menu:
    """The menu of one store.

    Args:
        document: a document that passed `check.read_catalog` (references are not checked again).
        store_slug: the store whose prices and selection count.
        sold_out: SKUs and option keys (`menu.option_key`) not to be had now.
        vat_map: basis points as stated → as they are in this store's territory; others stay.
        unready: pictures the worker has not made yet; their dishes show none meanwhile.
    """
    return _Compiler(document, store_slug, sold_out, vat_map or {}, unready).run()
