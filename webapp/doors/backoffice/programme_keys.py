"""Connecting a programme by what it gave the merchant: accounts, keys, venues; tried, sealed, and never shown again."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.loyalty import say_connected
from webapp.doors.backoffice.office import plugs, wiring
from webapp.doors.backoffice.present.programme_keys import field_words, refusal_words, switch_words
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import stores_of
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.setup import Setup, SetupField
from webapp.usecases.setup import connect as connecting
from webapp.usecases.setup.connect import NotConnected
from webapp.usecases.setup.switching import switch_from, typed_before

LONGEST = 60_000


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/loyalty/keys/<vendor>", view_func=programme_keys)
    door.add_url_rule("/<merchant>/loyalty/keys/<vendor>", view_func=keep_keys, methods=["POST"])
    door.add_url_rule("/<merchant>/loyalty/read-again", view_func=read_venues, methods=["POST"])


def _setup(vendor: str) -> Setup:
    found = plugs().setups.get(vendor)
    if found is None:
        abort(404)
    return found


def _page(vendor: str, typed: Mapping[str, str], error: str | None = None) -> ResponseReturnValue:
    here, setup = seat(), _setup(vendor)
    with wiring().db.reading() as database:
        stores = [one.slug for one in stores_of(database, here.merchant)]
        ends = switch_from(database, here.merchant_id, vendor)
    kept = typed_before(wiring(), plugs().vault, here.merchant_id, vendor, setup)
    return page(
        "programme_keys.html",
        status=422 if error else 200,
        slug=here.merchant,
        vendor=vendor,
        name=setup.name,
        fields=[_field(one, typed, kept=bool(kept.get(one.name))) for one in setup.fields],
        stores=stores,
        ends=switch_words(ends, setup.name) if ends else None,
        error=error,
    )


def _field(one: SetupField, typed: Mapping[str, str], *, kept: bool) -> dict[str, Any]:
    """A secret is never shown: left empty it stays as it is, and after a mistake it is typed again."""
    secret = one.kind.startswith("secret")
    words = field_words(one.name)
    if secret and kept:
        words |= {"hint": " ".join(filter(None, (_("Kept. Empty: it stays as it is."), words["hint"])))}
    value = "" if secret else typed.get(one.name, "")
    return {"name": one.name, "kind": one.kind, "needed": one.needed and not (secret and kept), "value": value, **words}


@guarded("owner", recent=True)
def programme_keys(merchant: str, vendor: str) -> ResponseReturnValue:
    """The form, as it was typed where this programme is connected already."""
    del merchant
    typed = typed_before(wiring(), plugs().vault, seat().merchant_id, vendor, _setup(vendor))
    return _page(vendor, typed or {"enabled": "yes"})


@guarded("owner", recent=True)
def keep_keys(merchant: str, vendor: str) -> ResponseReturnValue:
    """Try what was typed, and keep it once it works."""
    setup = _setup(vendor)
    typed = {one.name: request.form.get(one.name, "").strip()[:LONGEST] for one in setup.fields}
    with wiring().db.reading() as database:
        ends = switch_from(database, seat().merchant_id, vendor)
    if ends is not None and request.form.get("switch") != "yes":
        return _page(vendor, typed, _("Tick that the present programme ends, once you have read what that means."))
    try:
        connecting.by_keys(wiring(), plugs(), seat().asker, vendor, setup, typed)
    except BadCredentials as mistake:
        return _page(vendor, typed, refusal_words(mistake.code))
    except NotConnected as refused:
        return _page(vendor, typed, refusal_words(refused.code))
    say_connected(merchant)
    return go("stores", merchant=merchant)


@guarded("owner", recent=True)
def read_venues(merchant: str) -> ResponseReturnValue:
    """Venues, tables and points as the programme has them now."""
    try:
        connecting.read_again(wiring(), plugs(), seat().asker)
    except (BadCredentials, NotConnected) as refused:
        say("danger", refusal_words(refused.code))
    else:
        say("success", _("Read again: venues, tables and places of collection are as the programme has them now."))
    return go("loyalty", merchant=merchant)
