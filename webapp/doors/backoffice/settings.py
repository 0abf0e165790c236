"""The way to everything a merchant sets up: each store's desks."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.nouns.merchant.facts import stores_of


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/settings", view_func=settings)


@guarded("manager")
def settings(merchant: str) -> ResponseReturnValue:
    """Every store, and the desks of each."""
    here = seat()
    with wiring().db.reading() as database:
        found = [one for one in stores_of(database, merchant) if here.post.works_in(one.id)]
    stores = [{"slug": one.slug, "name": one.name, "address": one.address} for one in found]
    return page("settings.html", slug=here.merchant, stores=stores)
