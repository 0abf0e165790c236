"""Paying on the diner's own phone: the kiosk shows the order's link as a code and waits for the money."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.qr import qr_path
from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import money, page
from webapp.doors.shop.pay.elsewhere import ELSEWHERE
from webapp.doors.shop.pay.payment import attempt_of, opened, stamp_of


def hand_over(link: str) -> ResponseReturnValue | None:
    """The code to scan; None for one with nothing to pay, or to be paid at the counter, which goes on.

    The link is the order's own, signed and drawn at random: whoever scans it can pay this one order, once, and see it.
    """
    order, store = opened(link)
    if order.state != "pending":
        return redirect(url_for("shop.pay_return", link=link), 303)
    attempt = attempt_of(order)
    if not order.due or (attempt is not None and attempt.provider in ELSEWHERE):
        return None
    address = url_for("shop.pay", link=link)
    side, path = qr_path(desk().wiring.public_url + address)
    return page(
        "shop/kiosk/handover.html",
        store.merchant,
        order={"number": str(order.number), "total": money(order.due, order.currency)},
        code={"side": side, "path": path},
        refused=attempt is not None and attempt.state == "failed",
        live_url=url_for("shop.pay_state", link=link),
        stamp=stamp_of(order),
        stop_url=url_for("shop.pay_cancel", link=link),
    )
