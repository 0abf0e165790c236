"""Connecting a programme by what it gave the merchant: accounts, keys, venues; tried, sealed, and never shown again."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import plugs, wiring
from webapp.doors.backoffice.present.programme_keys import field_words, refusal_words
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import stores_of
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.setup import Setup
from webapp.usecases.setup import connect as connecting
from webapp.usecases.setup.connect import NotConnected

LONGEST = 60_000


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/loyalty/keys/<vendor>", view_func=programme_keys)
    door.add_url_rule("/<merchant>/loyalty/keys/<vendor>", view_func=keep_keys, methods=["POST"])


def _setup(vendor: str) -> Setup:
    found = plugs().setups.get(vendor)
    if found is None:
        abort(404)
    return found


def _page(vendor: str, typed: dict[str, str], error: str | None = None) -> ResponseReturnValue:
    here, setup = seat(), _setup(vendor)
    with wiring().db.reading() as database:
        stores = [one.slug for one in stores_of(database, here.merchant)]
    # A secret is typed again after a mistake: nothing of it ever comes back to a page.
    fields = [
        {
            "name": one.name,
            "kind": one.kind,
            "needed": one.needed,
            "value": "" if one.kind.startswith("secret") else typed.get(one.name, ""),
            **field_words(one.name),
        }
        for one in setup.fields
    ]
    return page(
        "programme_keys.html",
        status=422 if error else 200,
        slug=here.merchant,
        vendor=vendor,
        name=setup.name,
        fields=fields,
        stores=stores,
        error=error,
    )


@guarded("owner", recent=True)
def programme_keys(merchant: str, vendor: str) -> ResponseReturnValue:
    """The empty form."""
    del merchant
    return _page(vendor, {"enabled": "yes"})


@guarded("owner", recent=True)
def keep_keys(merchant: str, vendor: str) -> ResponseReturnValue:
    """Try what was typed, and keep it once it works."""
    setup = _setup(vendor)
    typed = {one.name: request.form.get(one.name, "").strip()[:LONGEST] for one in setup.fields}
    try:
        connecting.by_keys(wiring(), plugs(), seat().asker, vendor, setup, typed)
    except BadCredentials as mistake:
        return _page(vendor, typed, refusal_words(mistake.code))
    except NotConnected as refused:
        return _page(vendor, typed, refusal_words(refused.code))
    say("success", _("Connected. Now say which store is which."))
    return go("stores", merchant=merchant)
