"""The link in the message that says points were spent: one button that locks them (section 3)."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, offer_languages, page
from webapp.nouns.merchant.facts import MerchantFacts, merchants
from webapp.usecases.proof.notice import NotMe, lock, read_link


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/not-me/<link>", "not_me", show)
    shop.add_url_rule("/not-me/<link>", "lock_points", act, methods=["POST"])


def show(link: str) -> ResponseReturnValue:
    """What happened and the button; opening the link changes nothing: previews of messages open links too."""
    with desk().wiring.db.reading() as database:
        found = read_link(database, desk().wiring, link)
    return _page(link, found, "done" if found and found.locked else "ask")


def act(link: str) -> ResponseReturnValue:
    """Lock; doing it again changes nothing more."""
    return _page(link, lock(desk().wiring, link), "done")


def _merchant(found: NotMe) -> MerchantFacts:
    with desk().wiring.db.reading() as database:
        return next(one for one in merchants(database) if one.id == found.merchant_id)


def _page(link: str, found: NotMe | None, state: str) -> ResponseReturnValue:
    if found is None:
        return page("shop/not_me.html", status=404, state="gone", url="", name="", home=None)
    merchant = _merchant(found)
    offer_languages(merchant)
    home = {"url": url_for("shop.stores", merchant=merchant.slug), "label": _("Go to the menu")}
    url = url_for("shop.lock_points", link=link)
    return page("shop/not_me.html", merchant, state=state, url=url, name=merchant.name, home=home)
