"""The code on a table: sits the browser down, or says kindly that the code is no longer in use."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.shop.desk import browser, desk, now, on_sale
from webapp.doors.shop.frame import offer_languages, page, store_place
from webapp.doors.shop.present.store import menu_url
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.visits import open_visit, sit_down
from webapp.nouns.merchant.tables import table_by_code


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/<store>/t/<code>", "scan", scan)


def scan(merchant: str, store: str, code: str) -> ResponseReturnValue:
    """Sit at the table of this code and go to the menu, which says merchant, store and table above the dishes.

    A page of its own in between would cost a tap and a round trip in a noisy room, and the address bar would keep the
    code: whoever the link is then shared with would sit at this table. Scanning twice changes nothing more.
    """
    selling = on_sale(merchant, store)
    offer_languages(selling.store.merchant)
    word = desk().wiring.signer.read("table", code)
    if word is None or "table" not in selling.store.modes:
        return _unknown(selling, 404)
    with desk().wiring.db.reading() as database:
        table = table_by_code(database, selling.store.id, word)
    if table is None:
        return _unknown(selling, 410)
    known, moment = browser(make=True), now()

    def work(database: Session) -> None:
        visit = open_visit(database, known, selling.store.merchant.id, moment)
        sit_down(database, visit.id, selling.store.id, "table", table.id)

    desk().wiring.db.run(work)
    return redirect(menu_url(selling.store), 303)


def _unknown(selling: OnSale, status: int) -> ResponseReturnValue:
    """Altered, foreign (404) or revoked (410): the store's menu to read, nobody's order."""
    merchant = selling.store.merchant
    return page(
        "shop/scan_bad.html",
        merchant,
        status=status,
        store=store_place(selling.store),
        menu_url=menu_url(selling.store),
    )
