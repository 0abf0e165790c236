"""The sheets to print: each table's code to scan and to type, its name in large type, in the merchant's colours."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.tables import desk
from webapp.doors.pictures import logo_url
from webapp.doors.qr import qr_path
from webapp.doors.speech import table_words
from webapp.ground.i18n import languages, translator
from webapp.nouns.merchant.models import DiningTable
from webapp.nouns.merchant.typed_code import printed
from webapp.usecases.setup import tables as setup

PER_PAGE = (1, 4, 8)


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/s/<store>/tables/print", view_func=table_sheets)


def _spoken() -> list[str]:
    """The languages of the sheet: the merchant's own, its first language first, as far as the interface speaks them."""
    merchant = chosen_store().merchant
    own = dict.fromkeys((merchant.default_language, *merchant.languages))
    return [code for code in own if code in languages()][:2] or [languages()[0]]


def _lines(tongues: list[str]) -> list[dict[str, str]]:
    return [
        {
            "lang": tongue,
            "scan": translator(tongue).gettext("Scan, order, pay"),
            "type": translator(tongue).gettext("No camera? Type this code at"),
        }
        for tongue in tongues
    ]


def _sheet(table: DiningTable) -> dict[str, Any]:
    store, base = chosen_store(), wiring().public_url
    code = wiring().signer.sign("table", table.code)
    address = url_for("shop.scan", merchant=store.merchant.slug, store=store.slug, code=code)
    side, path = qr_path(base + address)
    return {"words": table_words(table.label), "code": printed(table.typed_code or ""), "side": side, "path": path}


@guarded("manager")
def table_sheets(merchant: str, store: str) -> ResponseReturnValue:
    """A4 sheets: `per` codes to a page, of every table or of those ticked (`table`)."""
    del store
    here = chosen_store()
    wished = request.args.get("per", "4")
    per = int(wished) if wished in {str(number) for number in PER_PAGE} else 4
    chosen = set(request.args.getlist("table"))
    found = [one for one in setup.living(desk()) if not chosen or str(one.id) in chosen]
    sheets = [_sheet(one) for one in found]
    base = urlsplit(wiring().public_url)
    accent = here.merchant.accent.lstrip("#").lower()
    return page(
        "table_sheets.html",
        slug=seat().merchant,
        store={"slug": here.slug, "name": here.name},
        brand={
            "name": here.merchant.name,
            "css": url_for("shop.brand_css", merchant=merchant, v=accent),
            "logo": logo_url(here.merchant.logo, large=True),
        },
        per=per,
        choices=PER_PAGE,
        chosen=sorted(chosen & {str(one.id) for one in found}, key=int),
        pages=[sheets[place : place + per] for place in range(0, len(sheets), per)],
        lines=_lines(_spoken()),
        short=base.netloc + url_for("shop.stores", merchant=merchant),
    )
