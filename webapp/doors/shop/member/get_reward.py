"""Getting a reward: one page that says what it costs and what is left, one button, and an honest wait (R1, R2)."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.frame import _, language, ngettext, page
from webapp.doors.shop.member.loyalty import is_private, not_here
from webapp.doors.shop.member.proof import needs_proof, proof_url, spend_words
from webapp.doors.shop.pay.journey import Journey, journey
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present.bought import ended_url, purchase_of, purchase_url
from webapp.doors.shop.present.rewards import can_of, points_words, what_words
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.promotion.models import RewardPurchase
from webapp.usecases.membership.wallet import Offer, WalletView, wallet_of
from webapp.usecases.proof.limits import held_until, may_spend
from webapp.usecases.proof.pin import PinRefused, take_pin
from webapp.usecases.rewards import rows
from webapp.usecases.rewards.buy import Answered, Wish, get_reward

WANTED = "want"
LONGEST_ID = 120
PIN_ASKED_FOR = timedelta(minutes=30)
SLOW_AFTER = timedelta(seconds=30)
PROVE_AGAIN = {"locked", "prove_again"}


@dataclass(frozen=True)
class Hindrance:
    """Why the button is not there: a sentence, and the way on."""

    words: str
    link: dict[str, str] | None = None
    status: int = 200


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/loyalty/get", "get_reward", show)
    shop.add_url_rule("/r/<merchant>/<store>/loyalty/get", "do_get_reward", get, methods=["POST"])
    shop.add_url_rule("/r/<merchant>/<store>/loyalty/purchase", "purchase", wait)
    shop.add_url_rule("/r/<merchant>/<store>/loyalty/state", "purchase_state", state)


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The confirmation. Somebody who has not proved the number does that first, and comes back here without asking."""
    here = journey(merchant, store)
    elsewhere = not_here(here)
    if elsewhere is not None or here.customer is None or here.visit is None:
        return redirect(elsewhere or url_of(here, "shop.identify"), 303)
    if not can_of(here).buy:  # no proof is asked for what cannot be had here
        return redirect(url_of(here, "shop.loyalty"), 303)
    asked = request.args.get("reward", "")[:LONGEST_ID]
    wanted = asked or str(session.get(WANTED, ""))[:LONGEST_ID]
    needs = needs_proof(here, buying=True)
    if needs == "sms" and asked:
        session[WANTED] = asked
        return redirect(proof_url(here, "shop.get_reward"), 303)
    if needs == "sms" or is_private(here) or not wanted or "\0" in wanted:
        return redirect(url_of(here, "shop.loyalty"), 303)
    session.pop(WANTED, None)
    trouble = (
        _("Something has changed since the page was opened. Nothing was spent.") if "again" in request.args else ""
    )
    return _page(here, here.customer, here.visit, wanted, needs, trouble=trouble)


def _page(
    here: Journey,
    customer: Customer,
    visit: Visit,
    reward_id: str,
    needs: str,
    *,
    trouble: str = "",
    pin_trouble: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    # The key first: what is bought between here and the reading of the points makes this page old, not wrong.
    with desk().wiring.db.reading() as database:
        key = rows.key_of(database, customer.id, reward_id)
    view = wallet_of(
        desk().wiring,
        here.store,
        customer.id,
        language=language(),
        visit_id=here.visit.id if here.visit else None,
    )
    if view is not None and view.checking is not None:
        return redirect(purchase_url(here, view.checking.key), 303)
    offer = next((one for one in (view.available if view else None) or () if one.reward_id == reward_id), None)
    stop = _hindrance(here, customer, visit, view, offer, needs)
    return page(
        "shop/get_reward.html",
        here.store.merchant,
        status=stop.status if stop else status,
        back={"url": url_of(here, "shop.loyalty"), "label": _("My points")},
        url=url_of(here, "shop.do_get_reward"),
        reward=_reward(here, offer, view) if offer is not None and view is not None else None,
        fields={"reward": reward_id, "key": key, "cost": str(offer.cost if offer else 0)},
        pin=_wants_pin(customer, needs),
        trouble=trouble,
        stop={"words": stop.words, "link": stop.link} if stop else None,
        errors=[{"field": "pin", "message": pin_trouble}] if pin_trouble else [],
        panel_url=url_of(here, "shop.loyalty"),
    )


def _reward(here: Journey, offer: Offer, view: WalletView) -> dict[str, Any]:
    before, cost = view.points or 0, offer.cost or 0
    return {
        "name": offer.name or _("Reward"),
        "text": what_words(here, offer),
        "cost": points_words(cost),
        "before": points_words(before),
        "after": points_words(max(0, before - cost)),
        "button": _("Get it for %(points)s", points=points_words(cost)),
    }


def _hindrance(
    here: Journey, customer: Customer, visit: Visit, view: WalletView | None, offer: Offer | None, needs: str
) -> Hindrance | None:
    """What stands between this person and the button; None when nothing does."""
    if needs == "counter":
        return Hindrance(_("Your number cannot be confirmed by message now. Rewards can be had at the counter."))
    if view is None or view.stale or view.points is None or view.owned is None or view.available is None:
        return Hindrance(_("The loyalty programme does not answer at the moment. Nothing is spent; try again later."))
    if offer is None:
        return Hindrance(_("This reward is not offered to you here."), status=404)
    if offer.cost is None or offer.missing is None:
        return Hindrance(_("Only at the counter: its price in points is not known here."))
    if offer.missing:
        return Hindrance(ngettext("%(num)d point to go", "%(num)d points to go", offer.missing))
    with desk().wiring.db.reading() as database:
        given_at = visit.identified_at
        code = may_spend(database, customer, now(), browser=visit.browser, cost=offer.cost, given_at=given_at)
    return _limit(here, customer, visit, code) if code else None


def _limit(here: Journey, customer: Customer, visit: Visit, code: str) -> Hindrance:
    with desk().wiring.db.reading() as database:
        until = held_until(database, customer, visit.browser, now(), given_at=visit.identified_at)
    link = {"url": proof_url(here, again=True), "label": _("Confirm your number")} if code in PROVE_AGAIN else None
    return Hindrance(spend_words(code, here, until), link)


def _wants_pin(customer: Customer, needs: str) -> bool:
    """Whether the programme's PIN goes with the purchase: it stands for proof here, or the programme asked for it."""
    if needs == "pin":
        return True
    query = select(RewardPurchase.reason, RewardPurchase.settled_at).where(RewardPurchase.customer_id == customer.id)
    with desk().wiring.db.reading() as database:
        last = database.execute(query.order_by(RewardPurchase.id.desc()).limit(1)).first()
    return last is not None and last[0] == "pin" and last[1] is not None and now() - last[1] < PIN_ASKED_FOR


def get(merchant: str, store: str) -> ResponseReturnValue:
    """Buy it. The same button pressed again, from wherever, leads to the same purchase (R2)."""
    here = journey(merchant, store)
    elsewhere = not_here(here)
    if elsewhere is not None or here.customer is None or here.visit is None:
        return redirect(elsewhere or url_of(here, "shop.identify"), 303)
    reward_id, key, cost = _posted()
    again = url_for("shop.get_reward", merchant=merchant, store=store, reward=reward_id)
    if purchase_of(here, key) is not None:
        return _onward(here, key)
    needs = needs_proof(here, buying=True)
    if needs in {"sms", "counter"} or is_private(here):
        return redirect(again, 303)
    pin = None
    if _wants_pin(here.customer, needs):
        try:
            pin = take_pin(desk().wiring, desk().throttle, here.customer, request.form.get("pin", ""))
        except PinRefused as refusal:
            return _page(here, here.customer, here.visit, reward_id, needs, pin_trouble=_pin_words(refusal), status=422)
    wish = Wish(here.store, here.customer.id, here.visit.id, reward_id, key, cost, language(), pin)
    return _after(here, wish, get_reward(desk().wiring, wish), again)


def _posted() -> tuple[str, str, int]:
    """The reward, the key and the cost the page showed; 400 for a form no page of ours has made."""
    reward_id, key, cost = (request.form.get(name, "") for name in ("reward", "key", "cost"))
    if not 0 < len(reward_id) <= LONGEST_ID or "\0" in reward_id + key or not cost.isascii() or not cost.isdecimal():
        abort(400)
    if not 0 < len(key) <= 40 or len(cost) > 9:
        abort(400)
    return reward_id, key, int(cost)


def _pin_words(refusal: PinRefused) -> str:
    if refusal.code == "format":
        return _("The PIN has 4 digits.")
    return _("Too many PINs were tried today. Try again tomorrow, or ask at the counter.")


def _after(here: Journey, wish: Wish, came: Answered, again: str) -> ResponseReturnValue:
    if came.code == "busy":
        with desk().wiring.db.reading() as database:
            other = rows.open_one(database, wish.customer_id)
        return redirect(purchase_url(here, other.key) if other else f"{again}&again=1", 303)
    if came.code == "stale":
        return redirect(f"{again}&again=1", 303)
    if came.code in {"owned", "checking", "refused", "void"}:
        return _onward(here, wish.key)
    return redirect(again, 303)  # unproved, or over a limit since the page was drawn: the page says which


def _onward(here: Journey, key: str) -> ResponseReturnValue:
    row = purchase_of(here, key)
    checking = row is not None and row.state in rows.OPEN
    return redirect(purchase_url(here, key) if checking else ended_url(here, key), 303)


def wait(merchant: str, store: str) -> ResponseReturnValue:
    """A purchase whose answer was lost: what is being done about it; once it has ended, the panel says how."""
    here = journey(merchant, store)
    key = request.args.get("of", "")
    row = purchase_of(here, key)
    if row is None:
        return redirect(url_of(here, "shop.loyalty"), 303)
    if row.state not in rows.OPEN:
        return redirect(ended_url(here, key), 303)
    return page(
        "shop/purchase.html",
        here.store.merchant,
        back={"url": url_of(here, "shop.menu"), "label": _("Menu")},
        reward=row.name or _("Reward"),
        cost=points_words(row.cost or 0),
        live_url=url_for("shop.purchase_state", merchant=merchant, store=store, of=key),
        stamp=_stamp(row.state),
        slow=now() - row.created_at > SLOW_AFTER,
        menu_url=url_of(here, "shop.basket" if here.lines else "shop.menu"),
        menu_label=_("See the basket") if here.lines else _("Go to the menu"),
    )


def _stamp(state: str) -> str:
    open_or_ended = "open" if state in rows.OPEN else state
    return f'"{hashlib.sha256(open_or_ended.encode()).hexdigest()[:16]}"'


def state(merchant: str, store: str) -> ResponseReturnValue:
    """Asked every few seconds by the waiting page: its stamp moves when the purchase has ended."""
    row = purchase_of(journey(merchant, store), request.args.get("of", ""))
    if row is None:
        abort(404)
    answer = make_response({"state": "checking" if row.state in rows.OPEN else row.state})
    answer.headers["ETag"] = _stamp(row.state)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer
