"""From bytes to a merchant with stores and, in one file, a menu; or every reason why not (all or nothing, C30)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from webapp.nouns.catalog.check import check_catalog
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.menu import spans_of
from webapp.nouns.catalog.report import FILE, Problem, Rejected, Report, read_json, read_rows
from webapp.nouns.merchant.document import DAYS, Merchant, MerchantFile, Spans, Store, Week

ALL_DAY = (("00:00", "24:00"),)
DEFAULT_TABLES = 12


@dataclass(frozen=True)
class House:
    """Everything one file may hold: the merchant, the stores, and the menu on sale in them."""

    merchant: Merchant
    stores: tuple[Store, ...]
    menu: Catalog


def _row(number: int, store: Store) -> str:
    return f'stores[{number}] "{store.slug}"'


def _in_order(spans: Spans) -> bool:
    minutes = spans_of(spans) or ()
    ends = [end for _, end in minutes[:-1]]
    starts = [start for start, _ in minutes]
    return all(start < end for start, end in minutes[:-1]) and all(
        end <= start for end, start in zip(ends, starts[1:], strict=True)
    )


def _store_problems(row: str, store: Store) -> Iterator[Problem]:
    week = [getattr(store.hours, day) for day in DAYS]
    for day, spans in zip(DAYS, week, strict=True):
        if not _in_order(spans):
            yield Problem(row, "overlapping_hours", {"field": f"hours.{day}"})
    yield from _exception_problems(row, store)
    if list(store.tip_percents) != sorted(set(store.tip_percents)):
        yield Problem(row, "not_rising", {"field": "tip_percents"})
    for label in {label for label in store.tables if store.tables.count(label) > 1}:
        yield Problem(row, "listed_twice", {"field": "tables", "id": label})
    if not any(week):
        yield Problem(row, "never_open", {}, "warning")
    if "table" in store.modes and not store.tables:
        yield Problem(row, "no_tables", {}, "warning")


def _exception_problems(row: str, store: Store) -> Iterator[Problem]:
    dates: set[str] = set()
    for number, exception in enumerate(store.exceptions):
        here = f'{row}, exceptions[{number}] "{exception.date.isoformat()}"'
        if exception.closed == bool(exception.hours):
            yield Problem(here, "closed_or_hours")
        if not _in_order(exception.hours or ()):
            yield Problem(here, "overlapping_hours", {"field": "hours"})
        if exception.date.isoformat() in dates:
            yield Problem(row, "listed_twice", {"field": "exceptions", "id": exception.date.isoformat()})
        dates.add(exception.date.isoformat())


def _merchant_problems(file: MerchantFile) -> Iterator[Problem]:
    if file.merchant.default_language not in file.merchant.languages:
        yield Problem("merchant", "default_language_unknown", {"language": file.merchant.default_language})
    first: dict[str, str] = {}
    for number, store in enumerate(file.stores):
        row = _row(number, store)
        if store.slug in first:
            yield Problem(row, "duplicate_id", {"id": store.slug, "other": first[store.slug]})
        first.setdefault(store.slug, row)
        yield from _store_problems(row, store)


def _between(file: MerchantFile, menu: Catalog) -> Iterator[Problem]:
    if menu.currency != file.merchant.currency:
        yield Problem("merchant", "currency_differs", {"menu": menu.currency, "merchant": file.merchant.currency})
    for language in file.merchant.languages:
        if language not in menu.languages:
            yield Problem("merchant", "language_not_in_menu", {"language": language})
    known = {store.slug for store in file.stores}
    for kind, rows in (("products", menu.products), ("set_menus", menu.set_menus)):
        for number, item in enumerate(rows):
            for slug in item.stores.keys() - known:
                yield Problem(f'{kind}[{number}] "{item.sku}"', "unknown_store", {"store": slug}, "warning")


def check_merchant(data: Any) -> Report[MerchantFile]:
    """The merchant document in JSON values already read, or every reason why it is none."""
    file, problems = read_rows(MerchantFile, data)
    if file is None:
        return Report(None, tuple(problems), {})
    problems += _merchant_problems(file)
    rejected = any(problem.severity == "error" for problem in problems)
    counts = {"stores": len(file.stores), "tables": sum(len(store.tables) for store in file.stores)}
    return Report(None if rejected else file, tuple(problems), counts)


def read_merchant(raw: bytes) -> Report[MerchantFile]:
    """The merchant document in `raw`: `{"merchant": …, "stores": […]}`, UTF-8 JSON."""
    try:
        return check_merchant(read_json(raw))
    except Rejected as rejected:
        return Report(None, (rejected.problem,), {})


def default_merchant(menu: Catalog) -> MerchantFile:
    """A merchant with one store, "Ma table", open all day: for a menu that comes alone."""
    week = Week(**dict.fromkeys(DAYS, ALL_DAY))
    store = Store(
        slug="ma-table",
        name="Ma table",
        street="Ma table",
        postcode="",
        city="Paris",
        timezone="Europe/Paris",
        hours=week,
        tables=tuple(str(number) for number in range(1, DEFAULT_TABLES + 1)),
    )
    merchant = Merchant(
        slug="ma-table",
        name="Ma table",
        languages=menu.languages,
        default_language=menu.languages[0],
        currency=menu.currency,
    )
    return MerchantFile(merchant=merchant, stores=(store,))


def read_house(raw: bytes, *, pictures: Collection[str] | None = None) -> Report[House]:
    """What `--catalog FILE` takes: a menu document alone, or `{"merchant": …, "stores": […], "menu": …}`.

    Args:
        raw: the file's bytes, UTF-8 JSON.
        pictures: names of the picture files at hand; None looks for none.
    """
    try:
        data = read_json(raw)
    except Rejected as rejected:
        return Report(None, (rejected.problem,), {})
    if not isinstance(data, dict) or not data.keys() & {"merchant", "stores", "menu"}:
        menu = check_catalog(data, pictures=pictures)
        made = default_merchant(menu.document) if menu.document else None
        return _together(Report(made, (), {"stores": 1, "tables": DEFAULT_TABLES}), menu)
    if "menu" not in data:
        return Report(None, (Problem(FILE, "missing", {"field": "menu"}),), {})
    rest = {key: value for key, value in data.items() if key != "menu"}
    return _together(check_merchant(rest), check_catalog(data["menu"], pictures=pictures))


def read_pair(merchant: bytes, menu: bytes, *, pictures: Collection[str] | None = None) -> Report[House]:
    """The same from two files, as the demo keeps them: the merchant document and the menu document."""
    reports: list[Problem] = []
    values: list[Any] = []
    for raw in (merchant, menu):
        try:
            values.append(read_json(raw))
        except Rejected as rejected:
            reports.append(rejected.problem)
    if reports:
        return Report(None, tuple(reports), {})
    return _together(check_merchant(values[0]), check_catalog(values[1], pictures=pictures))


def _together(file: Report[MerchantFile], menu: Report[Catalog]) -> Report[House]:
    problems = [*file.problems, *menu.problems]
    house = None
    if file.document is not None and menu.document is not None:
        problems += _between(file.document, menu.document)
        if not any(problem.severity == "error" for problem in problems):
            house = House(file.document.merchant, file.document.stores, menu.document)
    return Report(house, tuple(problems), {**file.counts, **menu.counts})
