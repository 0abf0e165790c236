"""What the law asks a seller to say: who sells, under which terms, and what becomes of personal data."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, language, offer_languages, page
from webapp.nouns.catalog.texts import said
from webapp.nouns.merchant.facts import legal_of, stores_of


def register(shop: Blueprint) -> None:
    """Add its address."""
    shop.add_url_rule("/r/<merchant>/legal", "legal", show)


def show(merchant: str) -> ResponseReturnValue:
    """The seller and its texts, in the reader's language or the merchant's first."""
    with desk().wiring.db.reading() as database:
        found = stores_of(database, merchant) or abort(404)
        texts = legal_of(database, found[0].merchant.id)
    house = found[0].merchant
    offer_languages(house)
    tongues = (house.default_language, *house.languages)
    titles = {"legal_notice": _("Legal notice"), "terms": _("Terms of sale"), "privacy": _("Personal data")}
    return page(
        "shop/legal.html",
        house,
        seller=house.legal_name or house.name,
        vat=house.vat_number,
        places=[{"name": one.name, "address": one.address, "phone": one.phone} for one in found],
        texts=[
            {"id": name, "title": title, "paragraphs": said(texts[name], language(), tongues).split("\n")}
            for name, title in titles.items()
            if texts[name]
        ],
    )
