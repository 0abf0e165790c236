"""A menu of 5,000 products imported through the desk's own use case: read, checked, kept aside, compared, applied."""

import time
from typing import Any

from sqlalchemy import select

from webapp.doors.cli.bench.house import MERCHANT, menu
from webapp.doors.cli.bench.report import Failed, Figure, at_most
from webapp.doors.cli.bench.stage import Stage
from webapp.nouns.catalog import versions
from webapp.nouns.catalog.check import check_catalog
from webapp.nouns.catalog.sheet import file
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.staff.models import Staff
from webapp.usecases.menu import importing
from webapp.usecases.menu.change import Editor
from webapp.wire import build_wiring

PRODUCTS, AIM_S = 5000, 10


def _long() -> dict[str, Any]:
    """The bench's menu with its products repeated under other SKUs."""
    document = menu()
    once = document["products"]
    document["products"] = [{**once[at % len(once)], "sku": f"LONG-{at:05d}"} for at in range(PRODUCTS)]
    return document


def figure(stage: Stage) -> Figure:
    """Seconds from the file's bytes to its preview.

    Raises:
        Failed: the file was refused, the preview counts otherwise, or applying it failed.
    """
    long = check_catalog(_long()).document
    if long is None:
        raise Failed("the long menu is none")
    raw = file.write(long)
    wiring = build_wiring(stage.settings)
    try:
        editor = _editor(stage)
        began = time.perf_counter()
        read = importing.take(wiring, editor, raw)
        shown = importing.preview(wiring, editor, read.key or "")
        seconds = time.perf_counter() - began
        if shown is None or len([one for one in shown.difference.added if one.kind == "product"]) != PRODUCTS:
            raise Failed("the preview is not what the file says")
        applied = time.perf_counter()
        if importing.apply(wiring, editor, read.key or "", shown.seen) is None:
            raise Failed("the import was not applied")
        detail = f"{len(raw) / 1e6:.1f} MB of CSV; applied in {time.perf_counter() - applied:.1f} s"
    finally:
        wiring.db.close()
    return at_most(f"import of {PRODUCTS:,} products with its preview", seconds, AIM_S, "s", detail)


def _editor(stage: Stage) -> Editor:
    with stage.database.transaction() as session:
        merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == MERCHANT)) or 0
        number, _text = versions.on_sale(session, merchant_id)
        created = session.scalar(select(Merchant.created_at).where(Merchant.id == merchant_id))
        if not number or created is None:
            raise Failed("there is no menu to replace")
        person = Staff(email="bench@example.org", name="", password_hash="", created_at=created)
        session.add(person)
        session.flush()
        return Editor(merchant_id, person.id)
