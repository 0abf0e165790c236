"""To the payment page and back: an honest wait, a refusal with the basket intact, or the order."""

import hashlib
from datetime import timedelta

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.frame import _, money, offer_languages, page
from webapp.doors.shop.pay.elsewhere import ELSEWHERE, checkout_again, wait_there
from webapp.doors.shop.present.value import not_taken_words
from webapp.ground.throttle import Attempt, Limit
from webapp.nouns.merchant.facts import StoreFacts, store_by_id
from webapp.nouns.order.find import by_reference, last_attempt
from webapp.nouns.order.models import AT_TILL, Order, PaymentAttempt
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.promotion.lock import lock_rewards

SLOW_AFTER_S = 30
# A waiting page asks us every three seconds, and may be open or loaded many times: the provider is not asked each time.
POLLED_EVERY = timedelta(seconds=5)
ASKED_TO_CLOSE = Limit("pay:close", 10, 60)


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/pay/<link>", "pay", start)
    shop.add_url_rule("/pay/<link>/return", "pay_return", come_back)
    shop.add_url_rule("/pay/<link>/cancel", "pay_cancel", cancelled)
    shop.add_url_rule("/pay/<link>/state", "pay_state", state)
    shop.add_url_rule("/pay/<link>/here", "pay_here", pay_here, methods=["POST"])


def opened(link: str) -> tuple[Order, StoreFacts]:
    """The order behind a signed link and its store; 404 for any other word (A4)."""
    wiring = desk().wiring
    reference = wiring.signer.read("order", link)
    if reference is None:
        abort(404)
    with wiring.db.reading() as database:
        order = by_reference(database, reference)
        store = store_by_id(database, order.store_id) if order is not None else None
    if order is None or store is None:
        abort(404)
    offer_languages(store.merchant)
    return order, store


def attempt_of(order: Order) -> PaymentAttempt | None:
    """The newest attempt at paying it."""
    with desk().wiring.db.reading() as database:
        return last_attempt(database, order.id)


def start(link: str) -> ResponseReturnValue:
    """Lead to the payment page; asking again leads to the same one (C12)."""
    order, store = opened(link)
    if order.state != "pending":
        return _onward(order, store, link)
    if not lock_rewards(desk().wiring, order.reference):
        give_up(desk().wiring, order.reference, "cancelled", "reward taken")
        reason = _("A reward of this order is being used somewhere else. Nothing was charged; look at your basket.")
        return _unpaid(order, store, "cancelled", reason, 409)
    try:
        url = start_payment(desk().wiring, order.reference)
    except CannotPay as trouble:
        attempt = attempt_of(order)
        if trouble.code in {"over", "under_way"} or (attempt is not None and attempt.provider in ELSEWHERE):
            return redirect(url_for("shop.pay_return", link=link), 303)
        if trouble.code != "unavailable":
            return _not_taken(link, trouble.code)
        return _unpaid(order, store, "cancelled", _("The payment service does not answer. Please try again."), 503)
    if url.startswith(f"{desk().wiring.public_url}/"):
        url = url_for("shop.pay_return", link=link)  # the counter's page is one of our own
    return redirect(url or url_for("shop.order", link=link), 303)


def _not_taken(link: str, code: str) -> ResponseReturnValue:
    """The gift card or the points do not pay their part: the order is given up, and nothing was charged.

    Points that may have been taken for the whole of it keep it waiting instead, until that is known.
    """
    order, store = opened(link)
    if give_up(desk().wiring, order.reference, "cancelled", f"stored value: {code}") == "cancelled":
        return _unpaid(order, store, "cancelled", not_taken_words(code), 409)
    return redirect(url_for("shop.pay_return", link=link), 303)


def come_back(link: str) -> ResponseReturnValue:
    """Back from the payment page: nothing is believed, the provider is asked (M6).

    Somebody who loads it again and again asks us, not the provider: the waiting page they get asks once in a while.
    """
    order, store = opened(link)
    if order.state == "pending":
        refresh(desk().wiring, order.reference, "return", at_most_every=POLLED_EVERY)
        order, store = opened(link)
    return _onward(order, store, link)


def cancelled(link: str) -> ResponseReturnValue:
    """The payer gave up: the session is closed at the provider, whose answer decides (G6).

    A GET, because payment pages send browsers back with one; the signed link keeps strangers out (X1, A4).
    """
    order, store = opened(link)
    if order.state == "pending" and _may_ask_to_close(order):
        give_up(desk().wiring, order.reference, "cancelled", "payer cancelled")
        order, store = opened(link)
    return _onward(order, store, link)


def _may_ask_to_close(order: Order) -> bool:
    """Whether this order's provider may be asked to close once more: not by a page loaded again and again.

    A mark of its own, so that a waiting page which has just asked how things stand keeps nobody from giving up.
    """
    asked = Attempt(ASKED_TO_CLOSE, order.reference, desk().wiring.draw.token(8))
    return desk().wiring.db.run(lambda session: desk().throttle.check(session, [asked], now()).allowed)


def pay_here(link: str) -> ResponseReturnValue:
    """Paid on this site after all: the counter gives the order up first, and its word decides (G6).

    What was frozen stays as it was (P4): the last page is shown again, with everything that counts here.
    """
    order, store = opened(link)
    if order.state == "pending" and _may_ask_to_close(order):
        give_up(desk().wiring, order.reference, "cancelled", "pays here")
        order, store = opened(link)
    return checkout_again(store) if order.state == "cancelled" else _onward(order, store, link)


def _onward(order: Order, store: StoreFacts, link: str) -> ResponseReturnValue:
    if order.state in {"paid", "closed", "refund_due", "refunded", AT_TILL}:
        return redirect(url_for("shop.order", link=link), 303)
    attempt = attempt_of(order)
    if order.state in {"expired", "cancelled"}:
        refused = attempt is not None and attempt.decision == "refuse"
        return _unpaid(order, store, "refused" if refused else order.state, "", 200)
    if attempt is not None and attempt.state == "failed":
        return _unpaid(order, store, "declined", _("The card was refused."), 200)
    if attempt is not None and attempt.provider in ELSEWHERE:
        return wait_there(order, store, link, attempt, stamp_of(order))
    return _waiting(order, link, reserved=attempt is not None and attempt.state == "authorized")


def _unpaid(order: Order, store: StoreFacts, kind: str, reason: str, status: int) -> ResponseReturnValue:
    merchant, slug = store.merchant.slug, store.slug
    return page(
        "shop/unpaid.html",
        store.merchant,
        status=status,
        kind=kind,
        reason=reason,
        total=money(order.due, order.currency),
        retry_url=url_for("shop.checkout", merchant=merchant, store=slug),
        basket_url=url_for("shop.basket", merchant=merchant, store=slug),
    )


def _waiting(order: Order, link: str, *, reserved: bool) -> ResponseReturnValue:
    waited = (now() - order.created_at).total_seconds()
    with desk().wiring.db.reading() as database:
        store = store_by_id(database, order.store_id)
    return page(
        "shop/paying.html",
        store.merchant if store else None,
        order={"number": str(order.number), "total": money(order.due, order.currency)},
        live_url=url_for("shop.pay_state", link=link),
        stamp=stamp_of(order),
        slow=waited > SLOW_AFTER_S,
        again_url=None if reserved else url_for("shop.pay", link=link),
        stop_url=url_for("shop.pay_cancel", link=link) if reserved else None,
    )


def stamp_of(order: Order, back: str = "") -> str:
    """An ETag that moves whenever the order's page would say something else. `back`: signs of what goes back of it."""
    facts = f"{order.state}|{order.progress}|{order.points_state}|{order.points_credited}|{order.number_check}"
    facts += back
    return f'"{hashlib.sha256(facts.encode()).hexdigest()[:16]}"'


def state(link: str) -> ResponseReturnValue:
    """Asked every few seconds by a waiting page; asks the provider now and then, should a callback be lost."""
    order, _store = opened(link)
    if order.state == "pending" and request.args.get("ask") != "no":
        refresh(desk().wiring, order.reference, "return", at_most_every=POLLED_EVERY)
        order, _store = opened(link)
    return state_answer(order)


def state_answer(order: Order, back: str = "") -> Response:
    """The stamp alone, 304 when it is the one the page already has. `back`: see `stamp_of`."""
    answer = make_response({"state": order.state, "progress": order.progress, "points": order.points_state})
    answer.headers["ETag"] = stamp_of(order, back)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer
