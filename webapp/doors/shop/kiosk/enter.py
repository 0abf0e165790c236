"""Before every request of a paired device: is it still trusted, is anybody there, and is this page theirs."""

from flask import Blueprint, Response, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import browser, desk, now
from webapp.doors.shop.frame import page
from webapp.doors.shop.kiosk.handover import hand_over
from webapp.doors.shop.kiosk.leaving import leave
from webapp.doors.shop.kiosk.mode import PASS_PAGES, UNTIL, cookie_name, device, is_begun, start_url, stay
from webapp.nouns.customer.models import Visit
from webapp.nouns.merchant import kiosks
from webapp.nouns.merchant.kiosks import SEEN_EVERY, Device
from webapp.nouns.order.find import by_reference

ALWAYS = frozenset(
    {"shop.brand_css", "shop.language", "shop.kiosk_manifest", "shop.kiosk_code", "shop.kiosk_pair", "shop.kiosk_link"}
)
OPEN = frozenset({"shop.kiosk_start", "shop.kiosk_begin", "shop.kiosk_forget"})
# Asked by pages themselves, so no sign of anybody being there.
SILENT = frozenset({"shop.kiosk_still", "shop.pay_state", "shop.order_state"})
THEIR_ORDER = frozenset({"pay", "pay_here", "pay_return", "pay_cancel", "pay_state", "order", "order_state"})
CAMERA_POLICY = "camera=(self), geolocation=(), microphone=(), payment=()"


def register(shop: Blueprint) -> None:
    """Stand in front of every page, error pages too."""
    shop.before_app_request(enter)
    shop.after_app_request(head)


def enter() -> ResponseReturnValue | None:
    """None to go on; else where a kiosk is led instead."""
    token = request.cookies.get(cookie_name())
    room = (request.endpoint or "").partition(".")[0]
    if not token or room not in {"", "shop", "desk"} or request.endpoint == "shop.brand_css":
        return None
    with desk().wiring.db.reading() as database:
        found = kiosks.device(database, token)
    if found is None:
        return _ended()
    g.kiosk = found
    _note(found)
    if not request.endpoint or request.endpoint in ALWAYS:
        return None
    return _led(found)


def _led(here: Device) -> ResponseReturnValue | None:
    endpoint = request.endpoint or ""
    if not is_begun() and UNTIL in session:
        leave()
    if endpoint in OPEN and _is_here(here):
        return None
    if not is_begun() or not (_is_here(here) or _is_their_order(here)):
        return redirect(start_url(here), 303)
    if endpoint not in SILENT:
        stay()
    return hand_over(str((request.view_args or {}).get("link"))) if endpoint == "shop.pay" else None


def _is_here(here: Device) -> bool:
    given = request.view_args or {}
    same = (given.get("merchant"), given.get("store")) == (here.merchant, here.store)
    return same and (request.endpoint or "").startswith("shop.") and request.endpoint != "shop.scan"


def _is_their_order(here: Device) -> bool:
    """Whether the order of the address was placed by whoever is here now: the last person's is nobody's to see."""
    room, _dot, name = (request.endpoint or "").partition(".")
    if room != "shop" or name not in THEIR_ORDER:
        return False
    reference = desk().wiring.signer.read("order", str((request.view_args or {}).get("link", "")))
    if reference is None:
        return False
    with desk().wiring.db.reading() as database:
        order = by_reference(database, reference)
        visit = database.get(Visit, order.visit_id) if order is not None and order.visit_id is not None else None
    return order is not None and visit is not None and order.store_id == here.store_id and visit.browser == browser()


def _note(here: Device) -> None:
    moment = now()
    if here.seen_at is None or moment - here.seen_at >= SEEN_EVERY:
        desk().wiring.db.run(lambda database: kiosks.note_seen(database, here.id, moment))


def _ended() -> ResponseReturnValue:
    """Revoked, or never ours: the device is an ordinary browser again, and says so."""
    leave()
    answer = make_response(page("shop/kiosk/ended.html", status=410))
    answer.delete_cookie(cookie_name(), path="/", secure=desk().settings.secure_cookies, httponly=True)
    return answer


def head(answer: Response) -> Response:
    """Nothing a kiosk shows is kept by its browser; its camera may read a pass where one is asked for."""
    if device() is not None and not request.path.startswith("/static/") and request.endpoint != "shop.brand_css":
        answer.headers["Cache-Control"] = "private, no-store"
        if request.endpoint not in SILENT:  # which waiting pages ask for nothing but that word
            answer.headers.pop("ETag", None)
        if request.endpoint in PASS_PAGES:
            answer.headers["Permissions-Policy"] = CAMERA_POLICY
    return answer
