"""The kiosks desk: make one, pair its device with a one-time code, see when it was last there, take it off."""

from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import now, wiring
from webapp.doors.qr import qr_path
from webapp.doors.speech import _
from webapp.nouns.merchant.kiosk_models import Kiosk
from webapp.nouns.merchant.kiosks import kiosks_of, printed
from webapp.usecases.kiosk import pairing
from webapp.usecases.setup.tables import NotDone, read_label

LONGEST = 400


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/kiosks", view_func=kiosks)
    door.add_url_rule("/<merchant>/s/<store>/kiosks", view_func=make_kiosk, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/kiosks/<int:kiosk>/code", view_func=renew_kiosk, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/kiosks/<int:kiosk>/revoke", view_func=revoke_kiosk, methods=["POST"])


def desk() -> pairing.Desk:
    """The kiosks of the address, and who asks."""
    return pairing.Desk(wiring(), chosen_store(), seat().staff_id)


def _shown(one: Kiosk) -> dict[str, object]:
    zone = chosen_store().zone
    waits = one.code_hash is not None and one.code_expires_at is not None and one.code_expires_at > now()
    state = _("paired") if one.token_hash else _("not paired")
    return {
        "id": one.id,
        "name": one.name,
        "state": _("waits for its code") if waits else state,
        "seen": moment_words(one.seen_at, zone) if one.seen_at else "–",
    }


def _page(code: str = "", error: str | None = None) -> ResponseReturnValue:
    store = chosen_store()
    with wiring().db.reading() as session:
        found = [_shown(one) for one in kiosks_of(session, store.id)]
    address = wiring().public_url + url_for("shop.kiosk_link", code=code) if code else ""
    side, path = qr_path(address) if code else (0, "")
    return page(
        "kiosks.html",
        status=422 if error else 200,
        slug=seat().merchant,
        store={"slug": store.slug, "name": store.name},
        kiosks=found,
        fresh={"code": printed(code), "link": address, "side": side, "path": path} if code else None,
        address=urlsplit(wiring().public_url).netloc + url_for("shop.kiosk_code"),
        typed=request.form.get("name", "")[:LONGEST] if error else "",
        error=error,
    )


@guarded("manager")
def kiosks(merchant: str, store: str) -> ResponseReturnValue:
    """Every kiosk of the store."""
    del merchant, store
    return _page()


@guarded("manager")
def make_kiosk(merchant: str, store: str) -> ResponseReturnValue:
    """A new one; its code is on the answer and nowhere else, so it is not a page to come back to."""
    del merchant, store
    try:
        code = pairing.make(desk(), read_label(request.form.get("name", "")))
    except NotDone:
        return _page(error=_("A kiosk's name has 1 to 40 signs."))
    except pairing.NotMade:
        return _page(error=_("A store has at most %(num)s kiosks.", num=pairing.MOST))
    return _page(code)


@guarded("manager")
def renew_kiosk(merchant: str, store: str, kiosk: int) -> ResponseReturnValue:
    """Another one-time code: a device replaced, a cookie lost."""
    try:
        code = pairing.renew(desk(), kiosk)
    except pairing.NotMade:
        say("warning", _("This kiosk had been taken off already."))
        return go("kiosks", merchant=merchant, store=store)
    return _page(code)


@guarded("manager")
def revoke_kiosk(merchant: str, store: str, kiosk: int) -> ResponseReturnValue:
    """Its device is a stranger from its next touch on."""
    try:
        name = pairing.revoke(desk(), kiosk)
    except pairing.NotMade:
        say("warning", _("This kiosk had been taken off already."))
    else:
        say("success", _("%(name)s is no kiosk any more.", name=name))
    return go("kiosks", merchant=merchant, store=store)
