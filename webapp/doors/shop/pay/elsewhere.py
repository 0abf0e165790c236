"""Paying somewhere else than on this site: the choice on the last page, what it costs, and the wait for the counter."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, clock_time, money, page
from webapp.doors.shop.kiosk.mode import end_soon
from webapp.doors.shop.pay.journey import Journey
from webapp.doors.shop.pay.steps import url_of
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.usecases.checkout.last_page import Confirmation
from webapp.usecases.till.counter import COUNTER
from webapp.usecases.till.ways import HERE, TILL, Way, chosen, elsewhere

ELSEWHERE = frozenset({COUNTER, TILL})


def way_named(database: Session, here: Journey, name: str) -> Way | None:
    """The way this page was asked for; None for on this site, and for one that is not offered."""
    return None if name == HERE else chosen(desk().wiring, database, here.store, here.mode, name)


def offers(here: Journey, agreed: Confirmation) -> list[dict[str, str]]:
    """Links to the last page of every other way: {"url", "label"}. A total of 0 is paid by nobody."""
    if not agreed.quote.total:
        return []
    return [
        {"url": url_of(here, "shop.checkout") + f"?way={one.name}", "label": title(one.name)}
        for one in elsewhere(desk().wiring, here.store, here.mode)
    ]


def choice(here: Journey, agreed: Confirmation, full: Confirmation) -> dict[str, Any]:
    """What the last page of another way says beside the order; see templates/shop/checkout.html."""
    total, before = money(agreed.quote.total, agreed.quote.currency), money(full.quote.total, full.quote.currency)
    lost = lost_names(agreed, full)
    silent = is_silent(here, agreed.way)
    return {
        "name": agreed.way,
        "title": title(agreed.way),
        "words": _words(agreed.way, silent=silent),
        "points": _("Your points come from the till") if silent and here.has_programme else "",
        "points_words": points_words(),
        "lost": lost,
        "lost_words": _(
            "The total there is %(now)s instead of %(was)s. Nothing is used up: they stay yours for another order.",
            now=total,
            was=before,
        )
        if total != before
        else _(
            "The total there is %(now)s, without them. Nothing is used up: they stay yours for another order.",
            now=total,
        ),
        "here_url": url_of(here, "shop.checkout"),
        "pay_label": _("Order, and pay %(total)s at the till", total=total)
        if agreed.way == TILL
        else _("Order, and pay %(total)s at the counter", total=total),
    }


def title(way: str) -> str:
    """What paying there is called."""
    return _("Pay at the restaurant's till") if way == TILL else _("Pay at the counter")


def is_silent(here: Journey, way: str) -> bool:
    """Whether what is paid there is never known here."""
    return any(one.silent for one in elsewhere(desk().wiring, here.store, here.mode) if one.name == way)


def points_words() -> str:
    """Why an order left to the till earns no points from here."""
    return _("This site is not told what is paid at the till, so it tells the loyalty programme nothing of this order. "
             "Give your number when you pay there.")  # fmt: skip


def _words(way: str, *, silent: bool) -> str:
    if silent:
        return _("Your order is sent to the till and to the kitchen. Say your number and pay there.")
    minutes = int(desk().wiring.counter_lifetime.total_seconds() // 60)
    if way == TILL:
        return _(
            "Your order is sent to the till and waits there for %(minutes)s minutes. Say your number and pay there; "
            "the kitchen begins then, and your points follow.",
            minutes=minutes,
        )
    return _(
        "Your order waits for %(minutes)s minutes. Go to the counter, say your number and pay there; the kitchen "
        "begins then.",
        minutes=minutes,
    )


def lost_names(agreed: Confirmation, full: Confirmation) -> list[str]:
    """Rewards and codes that count on this site and not there."""
    kept = {one.adjustment_id for one in agreed.promoted.rewards} | {
        one.adjustment_id for one in agreed.promoted.coupons if one.reason is None
    }
    kept |= {one.adjustment_id for one in agreed.promoted.choices if one.reason is None}
    rewards = [one for one in full.promoted.rewards if one.reason is None and one.adjustment_id not in kept]
    choices = [one for one in full.promoted.choices if one.reason is None and one.adjustment_id not in kept]
    codes = [one for one in full.promoted.coupons if one.reason is None and one.adjustment_id not in kept]
    names = [one.reward.name for one in rewards] + [one.row.name or _("Reward") for one in choices]
    return names + [_("The code %(code)s", code=one.coupon.code) for one in codes]


def wait_there(order: Order, store: StoreFacts, link: str, attempt: PaymentAttempt, stamp: str) -> ResponseReturnValue:
    """The page that waits until staff say that the money is there. Whoever stands at a kiosk goes there now."""
    end_soon()
    return page(
        "shop/at_counter.html",
        store.merchant,
        title=title(attempt.provider),
        unsent=attempt.provider == TILL and attempt.state == "created",
        number=str(order.number),
        total=money(order.total, order.currency),
        place=store.name,
        until=clock_time(attempt.expires_at, store),
        live_url=url_for("shop.pay_state", link=link),
        stamp=stamp,
        here_url=url_for("shop.pay_here", link=link),
    )


def checkout_again(store: StoreFacts) -> ResponseReturnValue:
    """Back to the last page, with everything in the basket as before."""
    return redirect(url_for("shop.checkout", merchant=store.merchant.slug, store=store.slug), 303)
