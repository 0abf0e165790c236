"""What tests of the menu desk do with it: read what is on sale and logged, send forms and files."""

import io
import zipfile
from typing import Any

from tests.shop import MERCHANT, STORE, Browser, Page, Shop
from webapp.nouns.catalog.current import current_menu
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.staff.deeds import deeds_of

DESK = f"/desk/{MERCHANT}/menu"
DISH = f"{DESK}/row/product/GAL-COMPLETE"


def zipped() -> bytes:
    """Ten million zeros in a few kilobytes, as an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("menu.csv", b"\0" * 10_000_000)
    return out.getvalue()


def on_sale(shop: Shop, merchant: str = MERCHANT) -> Catalog:
    """The menu the database has on sale."""
    with shop.database.reading() as session:
        found = current_menu(session, shop.store(STORE if merchant == MERCHANT else "le-panier", merchant).merchant.id)
    assert found is not None
    return found


def deeds(shop: Shop) -> list[str]:
    """What the log has, newest first."""
    with shop.database.reading() as session:
        return [row.deed for row, _who in deeds_of(session, shop.store().merchant.id)]


def save(browser: Browser, path: str, **fields: str) -> Page:
    """Open a row's page and send its form with some fields changed; `__` stands for a dot."""
    page = browser.get(path)
    filled = {name.replace("__", "."): value for name, value in fields.items()}
    return browser.submit(filled, form=page.form(path.removeprefix("/desk")))


def send(browser: Browser, path: str, raw: bytes, name: str = "menu.csv", field: str = "file", **more: str) -> Page:
    """Send a file with the present page's token."""
    data: dict[str, Any] = {"csrf_token": browser.page.token, field: (io.BytesIO(raw), name), **more}
    return browser._show(
        browser.client.post(path, data=data, follow_redirects=True, headers={"Accept-Language": browser.language})
    )
