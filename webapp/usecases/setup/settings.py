"""Saving a page of a merchant's or a store's settings: checked as an import is, whole or not at all (C30)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.catalog.current import current_menu
from webapp.nouns.catalog.publish import bump
from webapp.nouns.catalog.report import Problem
from webapp.nouns.merchant.check import check_merchant
from webapp.nouns.merchant.document import Merchant as MerchantDocument
from webapp.nouns.merchant.document import Store as StoreDocument
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.staff.deeds import note
from webapp.usecases.wiring import Wiring

Values = Mapping[str, Any]
# Tables are rows of their own; where a store lies on a map nobody asks yet.
_STORE = tuple(name for name in StoreDocument.model_fields if name not in {"tables", "latitude", "longitude"})
_MERCHANT = tuple(MerchantDocument.model_fields)
# Long texts: the log says that they changed, not what they say.
_SHORT = 120


class NotSaved(Exception):
    """Nothing was written. `problems`: what the checker of imports says about the page's values."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """See the class."""
        super().__init__("not saved")
        self.problems = problems


class Changed(Exception):
    """Somebody saved this page meanwhile; nothing was written. `now`: what is stored."""

    def __init__(self, now: Values) -> None:
        """See the class."""
        super().__init__("changed")
        self.now = now


@dataclass(frozen=True)
class Page:
    """Some settings saved together: of a store, or of the merchant when `store_id` is None."""

    name: str
    fields: tuple[str, ...]
    merchant_id: int
    store_id: int | None = None


def seen_of(values: Values) -> str:
    """A name for what a page showed, so that saving it later changes nothing somebody else has saved meanwhile."""
    return hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode()).hexdigest()[:20]


def stored(session: Session, page: Page) -> dict[str, Any]:
    """What is stored now of this page."""
    merchant, store = _rows(session, page)
    return _of(page, merchant, store)


def save(wiring: Wiring, page: Page, staff_id: int, seen: str, values: Values) -> None:
    """Check and keep; orders already placed keep what they were placed under.

    Args:
        wiring: the outside.
        page: which settings, and whose.
        staff_id: who saves.
        seen: `seen_of` what the form was filled with.
        values: one for each field of the page, as the merchant document writes it.

    Raises:
        Changed, NotSaved: nothing was written.
    """
    now = wiring.clock.now()

    def work(session: Session) -> None:
        merchant, store = _rows(session, page, lock=True)
        before = _of(page, merchant, store)
        if seen != seen_of(before):
            raise Changed(before)
        kept = _checked(session, page, merchant, store, values)
        if store is not None:
            mine = (Store.id == store.id, Store.menu_stamp == store.menu_stamp)
            changed = session.connection().execute(update(Store).where(*mine).values(kept))
        else:
            changed = session.connection().execute(update(Merchant).where(Merchant.id == merchant.id).values(kept))
        if changed.rowcount != 1:
            raise Changed(before)
        bump(session, merchant_id=page.merchant_id, store_id=page.store_id)
        subject = store.slug if store is not None else page.name
        moved = [name for name in page.fields if kept[name] != before[name]]
        deed = f"settings.{page.name}"
        note(session, page.merchant_id, staff_id, deed, now, subject=subject, before=_told(before, moved),
             after=_told(kept, moved))  # fmt: skip

    wiring.db.run(work)


def _told(values: Values, moved: list[str]) -> dict[str, Any]:
    said = {name: json.dumps(values[name], ensure_ascii=False).strip('"') for name in moved}
    return {name: text if len(text) <= _SHORT else f"{text[:_SHORT]}…" for name, text in said.items()}


def _rows(session: Session, page: Page, *, lock: bool = False) -> tuple[Merchant, Store | None]:
    merchants = select(Merchant).where(Merchant.id == page.merchant_id)
    stores = select(Store).where(Store.merchant_id == page.merchant_id)
    # Of a merchant's own page any store stands in for the rest: the document needs one.
    stores = stores.where(Store.id == page.store_id) if page.store_id is not None else stores.order_by(Store.id)
    if lock:
        merchants, stores = merchants.with_for_update(), stores.with_for_update() if page.store_id else stores
    merchant = session.scalars(merchants).one()
    return merchant, session.scalars(stores.limit(1)).one() if page.store_id is not None else None


def _of(page: Page, merchant: Merchant, store: Store | None) -> dict[str, Any]:
    row: Any = store if store is not None else merchant
    return {name: getattr(row, name) for name in page.fields}


def _document(row: Merchant | Store, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in names}
    # The document leaves out what the row keeps as an empty text.
    return {name: value for name, value in found.items() if name not in {"legal_name", "logo"} or value}


def _checked(session: Session, page: Page, merchant: Merchant, store: Store | None, values: Values) -> dict[str, Any]:
    of_merchant = _document(merchant, _MERCHANT)
    some = store or session.scalars(select(Store).where(Store.merchant_id == merchant.id).limit(1)).one()
    of_store = _document(some, _STORE)
    changed = of_merchant if store is None else of_store
    changed.update({name: values[name] for name in page.fields})
    if not changed.get("legal_name", "-"):
        del changed["legal_name"]
    report = check_merchant({"merchant": of_merchant, "stores": [of_store]})
    if report.document is None:
        raise NotSaved(report.errors)
    menu = current_menu(session, merchant.id)
    foreign = [one for one in report.document.merchant.languages if menu is not None and one not in menu.languages]
    if foreign:
        raise NotSaved(tuple(Problem("merchant", "language_not_in_menu", {"language": one}) for one in foreign))
    document = report.document.merchant if store is None else report.document.stores[0]
    kept = document.model_dump(mode="json")
    return {name: "" if kept[name] is None else kept[name] for name in page.fields}
