"""What every page asks: is this a kiosk, and how long may it lie still before the next person is assumed."""

from typing import Any, cast

from flask import g, request, session, url_for

from webapp.doors.shop.desk import address, desk, now, on_sale
from webapp.doors.speech import LANGUAGE
from webapp.nouns.merchant.kiosks import Device
from webapp.ports.loyalty.port import IdentityKind
from webapp.usecases.membership.abilities import abilities

UNTIL, STAGE = "ku", "ks"  # in the session: its last second, and the page that set it
ASK_S = 20  # how long "Still there?" is asked
SPARE_S = 10  # a page counts from the last touch, the server from the last word of it
IDLE_S = {"shop.pay": 180, "shop.pay_return": 180, "shop.order": 20}
USUAL_IDLE_S = 60
LAST_PAGE_S = 30
# These pages ask for themselves again and again: only the first time counts as somebody being there.
ONCE = frozenset(IDLE_S)
PASS_PAGES = frozenset({"shop.identify", "shop.give_number", "shop.kiosk_keys", "shop.kiosk_pass"})
OWN_PAGES = {
    "shop/identify.html": "shop/kiosk/identify.html",
    "shop/order.html": "shop/kiosk/order.html",
    "shop/at_counter.html": "shop/kiosk/at_counter.html",
}


def cookie_name() -> str:
    """The pairing's own cookie, apart from the person's: it stays when everything else is forgotten."""
    return "__Host-kiosk" if desk().settings.secure_cookies else "kiosk"


def device() -> Device | None:
    """The kiosk this request comes from, or None."""
    return cast("Device | None", g.get("kiosk"))


def is_shared() -> bool:
    """Whether this device is used by one person after another, so that what one holds is reserved and soon let go."""
    return device() is not None


def start_url(here: Device) -> str:
    """The start screen of this kiosk."""
    return url_for("shop.kiosk_start", merchant=here.merchant, store=here.store)


def idle_s() -> int:
    """Seconds without a touch before this page asks."""
    return int(g.get("kiosk_idle") or IDLE_S.get(request.endpoint or "", USUAL_IDLE_S))


def end_soon() -> None:
    """This page is the last of somebody's order here: the next person need not wait long for them to go."""
    g.kiosk_idle = LAST_PAGE_S


def is_begun() -> bool:
    """Whether somebody is ordering here and was last heard of recently enough."""
    until = session.get(UNTIL)
    return isinstance(until, int) and now().timestamp() < until


def stay() -> None:
    """Somebody is there: the time until they are forgotten begins anew."""
    stage = request.full_path if request.endpoint in ONCE else ""
    if stage and session.get(STAGE) == stage:
        return
    session[STAGE] = stage
    session[UNTIL] = int(now().timestamp()) + idle_s() + ASK_S + SPARE_S


def caller_address() -> str:
    """The address that limits count a request under: for a kiosk a made-up network of its own.

    All day strangers give numbers at one kiosk, so it is another network every ten minutes; what is counted for its
    people one by one and for each number stays as everywhere (section 3).
    """
    here = device()
    if here is None:
        return address()
    block = int(now().timestamp()) // 600 % 65536
    return f"fd{here.id // 65536 % 256:02x}:{here.id % 65536:x}:{block:x}::1"


def _takes_passes(here: Device) -> bool:
    store = on_sale(here.merchant, here.store).store
    return IdentityKind.CODE in abilities(desk().wiring, store).find_by


def kiosk_frame() -> dict[str, Any] | None:
    """What layout.html needs of a kiosk; None elsewhere."""
    here = device()
    if here is None:
        return None
    place: dict[str, Any] = {"merchant": here.merchant, "store": here.store}
    begun = UNTIL in session
    # Wherever somebody is choosing a reader's pass is taken; not where an order already placed is paid or shown.
    takes = begun and "store" in (request.view_args or {}) and _takes_passes(here)
    passes = url_for("shop.kiosk_pass", **place) if takes else None
    return {
        "menu": url_for("shop.menu", **place),
        "manifest": url_for("shop.kiosk_manifest", **place),
        "start": start_url(here),
        "still": url_for("shop.kiosk_still", **place),
        "touch": url_for("shop.kiosk_touch", **place),
        "forget": url_for("shop.kiosk_forget", **place),
        "keys": url_for("shop.kiosk_keys", **place),
        "scan": passes if request.endpoint in PASS_PAGES else None,
        "reader": None if request.endpoint in PASS_PAGES else passes,
        "begun": begun,
        # On the start screen there is something to forget only when a language was chosen.
        "idle": idle_s() if begun or LANGUAGE in session else 0,
        "ask": ASK_S,
        "wait": ASK_S + SPARE_S + 2,
    }
