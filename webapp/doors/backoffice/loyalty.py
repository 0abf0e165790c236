"""The loyalty desk: the state in one line, Connect, the way back from the programme's form, disconnect, paste."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import now, plugs, wiring
from webapp.doors.backoffice.present.loyalty import VENDORS, connected_words, not_connected_words, state_words
from webapp.doors.backoffice.present.programme_keys import switch_words, unmapped_words
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import stores_of
from webapp.usecases.setup import connect as connecting
from webapp.usecases.setup.connect import Back, NotConnected
from webapp.usecases.setup.switching import living, switch_from, unmapped

VENDOR = "pongo"


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/loyalty", view_func=loyalty)
    door.add_url_rule("/<merchant>/loyalty/connect", view_func=connect, methods=["POST"])
    door.add_url_rule("/<merchant>/loyalty/callback", view_func=connected)
    door.add_url_rule("/<merchant>/loyalty/disconnect", view_func=disconnect, methods=["POST"])
    door.add_url_rule("/<merchant>/loyalty/token", view_func=paste, methods=["POST"])


def way_back(merchant: str) -> str:
    """The exact address the programme sends the browser back to; it must be on the vendor's list (section 2)."""
    return wiring().public_url + url_for("desk.connected", merchant=merchant)


def say_connected(merchant: str) -> None:
    """What the mapping desk says after connecting, or connecting again: which stores are still to be mapped."""
    with wiring().db.reading() as database:
        ours = stores_of(database, merchant)
    left = [one.name for one in ours if not one.loyalty_slug]
    say("warning" if left and len(left) < len(ours) else "success", connected_words(len(ours), left))


def _page(error: str | None = None) -> ResponseReturnValue:
    here = seat()
    with wiring().db.reading() as database:
        connection = living(database, here.merchant_id)
        switch = switch_from(database, here.merchant_id, VENDOR)
    state, setup = None, plugs().setups.get(connection.vendor) if connection is not None else None
    missing = unmapped(wiring(), plugs().vault, here.merchant_id, setup) if setup is not None else None
    if connection is not None:
        ends = connection.token_expires_at
        state = state_words(connection.state, ended=ends is not None and ends <= now()) | {
            "vendor": VENDORS.get(connection.vendor, connection.vendor),
            "since": moment_words(connection.created_at),
            "ends": moment_words(ends) if ends else None,
        }
    return page(
        "loyalty.html",
        status=422 if error else 200,
        slug=here.merchant,
        vendor=VENDORS[VENDOR],
        state=state,
        ends=switch_words(switch, VENDORS[VENDOR]) if switch else None,
        can_read_again=setup is not None and setup.complete is not None,
        own_keys=connection.vendor if connection is not None and setup is not None else "",
        unmapped=unmapped_words(missing) if missing is not None and missing.many else None,
        error=error,
        can_connect=VENDOR in plugs().connectors,
        others=[{"vendor": vendor, "name": setup.name} for vendor, setup in plugs().setups.items()],
        can_paste=plugs().pasted_tokens and here.post.may("owner"),
        is_owner=here.post.may("owner"),
        way_back=way_back(here.merchant),
    )


@guarded("manager")
def loyalty(merchant: str) -> ResponseReturnValue:
    """How things stand."""
    del merchant
    return _page()


@guarded("owner")
def connect(merchant: str) -> ResponseReturnValue:
    """To the programme's own form, the one place this door sends a browser away to (X4)."""
    with wiring().db.reading() as database:
        ends = switch_from(database, seat().merchant_id, VENDOR)
    if ends is not None and request.form.get("switch") != "yes":
        return _page(_("Tick that the present programme ends, once you have read what that means."))
    try:
        form = connecting.begin(wiring(), plugs(), seat().asker, VENDOR, way_back(merchant))
    except NotConnected as refused:
        return _page(not_connected_words(refused.code))
    return redirect(form, 303)


@guarded("owner")
def connected(merchant: str) -> ResponseReturnValue:
    """Back from the form, whatever it answered (A6)."""
    asked = request.args
    back = Back(asked.get("state", "")[:200], asked.get("code", ""), asked.get("error", "")[:60])
    try:
        connecting.finish(wiring(), plugs(), seat().asker, back)
    except NotConnected as refused:
        return _page(not_connected_words(refused.code))
    say_connected(merchant)
    return go("stores", merchant=merchant)


@guarded("owner", recent=True)
def disconnect(merchant: str) -> ResponseReturnValue:
    """Selling goes on without the programme."""
    if connecting.leave(wiring(), seat().asker):
        say("success", _("Disconnected. Orders go on; points wait until you connect again."))
    return go("loyalty", merchant=merchant)


@guarded("owner", recent=True)
def paste(merchant: str) -> ResponseReturnValue:
    """A token the programme made by hand."""
    try:
        connecting.paste(wiring(), plugs(), seat().asker, VENDOR, request.form.get("token", "").strip())
    except NotConnected as refused:
        return _page(not_connected_words(refused.code))
    say_connected(merchant)
    return go("stores", merchant=merchant)
