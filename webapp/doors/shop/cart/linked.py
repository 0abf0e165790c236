"""A code carried by a link: kept with the browser, and tried on the basket once there is one.

Following a link changes nothing but this browser's own cookie; every code counts as a guess when it arrives (K5).
"""

from flask import request, session

from webapp.doors.shop.desk import browser, desk
from webapp.doors.shop.kiosk.mode import caller_address
from webapp.doors.shop.pay.journey import Journey
from webapp.nouns.promotion.code import NotACode, canonical
from webapp.usecases.promotion.codes import Guesser, apply_code, budget

KEPT = "k"


def keep(merchant_id: int) -> bool:
    """Keep the code of this address, if it carries one that could be a code; whether it carried any."""
    typed = request.args.get("code")
    if typed is None:
        return False
    try:
        code = canonical(typed)
    except NotACode:
        return True
    guesser = Guesser(browser(make=True), caller_address())
    if not budget(desk().wiring, desk().throttle, merchant_id, code, guesser):
        session[KEPT] = [merchant_id, code]
    return True


def waiting(here: Journey) -> str:
    """The code this browser brought to this merchant and has not used yet, or ""."""
    kept = session.get(KEPT)
    if not isinstance(kept, list) or len(kept) != 2 or kept[0] != here.store.merchant.id:
        return ""
    return str(kept[1])


def tried(here: Journey) -> str:
    """Try the kept code on this basket; the code when it is in the basket from now on, else ""."""
    code = waiting(here)
    if not code or here.visit is None or not here.lines:
        return ""
    said = apply_code(desk().wiring, visit_id=here.visit.id, on_sale=here.on_sale, code=code)
    if said.outcome not in {"accepted", "already"}:
        return ""
    session.pop(KEPT, None)
    return code if said.outcome == "accepted" else ""
