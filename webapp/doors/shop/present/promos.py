"""Rewards and codes below the lines of the basket, in words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date
from flask import url_for

from webapp.doors.shop.frame import _, language, money
from webapp.doors.shop.present.menu import dish_url
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.catalog.texts import said
from webapp.nouns.promotion.basket import CouponHere, Promoted, RewardHere
from webapp.nouns.promotion.choice import ChoiceHere
from webapp.nouns.promotion.free import choices
from webapp.nouns.promotion.models import Coupon
from webapp.nouns.promotion.rule import Reason
from webapp.usecases.promotion.theirs import Left


def typed_words(outcome: str) -> str:
    """What is said of a code that is not in the basket now. Every code that this order cannot use reads alike (K5)."""
    return {
        "empty": _("Type the code first."),
        "too_long": _("A code has 40 signs at most. Please check it."),
        "strange": _("A code is made of letters and figures. Please check it."),
        "full": _("Five codes are the most for one order. Remove one first."),
        "throttled": _("Too many codes were tried. Please wait a little and try again; your basket is kept."),
        "silent": _("The loyalty programme does not answer at the moment. Try again in a minute."),
        "yours": _("This code is among your rewards now: choose it there."),
        "no_basket": _("Put something in the basket first, then use your code."),
    }.get(outcome, _("This code cannot be used for this order. Check the code, and what it asks for."))


def _hours(coupon: Coupon) -> str:
    return ", ".join(f"{start}–{end}" for start, end in coupon.hours)


def _day(moment: datetime, on_sale: OnSale) -> str:
    return str(format_date(moment.astimezone(on_sale.store.zone).date(), "d MMMM", locale=language()))


def code_words(on_sale: OnSale, coupon: Coupon, reason: Reason) -> str:
    """Why a code that is in the basket takes nothing off now, and what would change that."""
    currency = on_sale.menu.currency
    if reason.code == "minimum":
        return _("Add %(amount)s more to use it.", amount=money(reason.missing, currency))
    if reason.code == "not_yet" and coupon.starts_at is not None:
        return _("It can be used from %(day)s.", day=_day(coupon.starts_at, on_sale))
    if reason.code == "other_hour":
        return _("It can be used for meals at these hours: %(hours)s.", hours=_hours(coupon))
    return {
        "set_aside": _("It cannot be combined with what is used already. It is kept here and is not used up."),
        "other_mode": _("It cannot be used for this way of ordering."),
        "other_day": _("It cannot be used on this day of the week."),
        "no_dish": _("Add one of the dishes it is for."),
    }.get(reason.code, _("It can no longer be used for this order."))


def check_words(digits: str) -> str:
    """What will happen at hand-over to a reward nobody has proved the number for."""
    return _("The staff look at the phone with the number ending %(digits)s when they hand it over.", digits=digits)


def check_fact(digits: str) -> dict[str, Any]:
    """The same beside where and when, as components/facts.html asks for it: said before anything is paid."""
    more = _("If it is not your number, they keep the dish your reward offers, or charge it.")
    return {"icon": "bag", "label": _("Your reward"), "value": check_words(digits), "more": more, "change": None}


def reward_words(on_sale: OnSale, one: RewardHere, digits: str = "") -> str:
    """What a reward in the basket does, or why it cannot be used now. `digits`: the last ones of the number."""
    if one.reason is None and one.counter:
        return _("Its dish is offered; options with a price are charged.") + " " + check_words(digits)
    if one.reason is None:
        if one.reward.line_id is not None:
            return _("Its dish is offered; options with a price are charged.")
        return _("Used when this order is paid.")
    if one.reason.code == "minimum":
        return _("Add %(amount)s more to use it.", amount=money(one.reason.missing, on_sale.menu.currency))
    return {
        "held": _("It is held by an order that is being paid. Finish or cancel that order first."),
        "used": _("It was used with an earlier order."),
        "to_check": _("It is with an order whose number the staff still have to check."),
        "expired": _("It has expired."),
        "other_number": _("It belongs to another number. Give that number again, or take it out."),
        "locked": _(
            "These points are locked. Give the number they were locked for and confirm it with a code to unlock them."
        ),
        "unproved": _("Confirm your number again to use it, or take it out."),
    }.get(one.reason.code, _("It cannot be used for this order."))


def _less(amount: int, currency: str) -> str:
    return money(-amount, currency) if amount else ""


def idle_words(on_sale: OnSale, here: Promoted) -> list[str]:
    """The codes and rewards in the basket that take nothing off, each with the reason: said on the last page too."""
    menu = on_sale.menu
    idle = [
        (
            said(one.coupon.name, language(), menu.languages) or one.coupon.code,
            code_words(on_sale, one.coupon, one.reason),
        )
        for one in here.coupons
        if one.reason
    ]
    idle += [(one.reward.name or _("Reward"), reward_words(on_sale, one)) for one in here.rewards if one.reason]
    return [f"{name} – {why}" for name, why in idle]


def codes(
    on_sale: OnSale, here: Promoted, *, mode: str, minute: int | None, typed: str = "", error: str = "", note: str = ""
) -> dict[str, Any]:
    """What components/codes.html asks for. `typed`: as typed, to be shown again beside `error`."""
    place: dict[str, Any] = {"merchant": on_sale.store.merchant.slug, "store": on_sale.store.slug}
    several = len(here.coupons) + len(here.rewards) > 1
    return {
        "url": url_for("shop.use_code", **place),
        "value": typed,
        "error": error or None,
        "note": note or None,
        "rows": [_code(on_sale, one, mode, minute) for one in here.coupons],
        "rule": _rule() if here.coupons and several else None,
    }


def _rule() -> str:
    return _(
        "Codes that can be combined count together, also with a reward. Any other code counts alone and never beside a "
        "reward; between codes, whatever saves you more is used."
    )


def _code(on_sale: OnSale, one: CouponHere, mode: str, minute: int | None) -> dict[str, Any]:
    coupon, menu = one.coupon, on_sale.menu
    place: dict[str, Any] = {"merchant": on_sale.store.merchant.slug, "store": on_sale.store.slug}
    wanted = one.reason is not None and one.reason.code == "no_dish"
    dishes: Iterable[Any] = choices(menu, coupon.skus, mode, minute) if wanted else ()
    return {
        "code": coupon.code,
        "name": said(coupon.name, language(), menu.languages) or coupon.code,
        "amount": _less(one.amount, menu.currency),
        "words": code_words(on_sale, coupon, one.reason) if one.reason else "",
        "url": url_for("shop.drop_code", coupon=coupon.id, **place),
        "links": [
            {"url": dish_url(on_sale, item.sku), "label": menu.text(item.name, language())} for item in list(dishes)[:6]
        ],
    }


def mine(on_sale: OnSale, here: Promoted, ways: Mapping[str, dict[str, str]], digits: str = "") -> list[dict[str, Any]]:
    """The rewards in the basket, as components/gifts.html asks for them.

    `ways`: reason it cannot be used → the link that sets it right; `digits`: the last ones of the number.
    """
    place: dict[str, Any] = {"merchant": on_sale.store.merchant.slug, "store": on_sale.store.slug}
    return [
        {
            "name": one.reward.name or _("Reward"),
            "amount": _less(one.amount, on_sale.menu.currency),
            "words": reward_words(on_sale, one, digits),
            "way": ways.get(one.reason.code) if one.reason else None,
            "url": url_for("shop.keep_reward", reward=one.reward.id, **place),
        }
        for one in here.rewards
    ]


def theirs(on_sale: OnSale, here: Promoted) -> list[dict[str, Any]]:
    """What the programme itself takes off this basket, drawn like `mine`."""
    place: dict[str, Any] = {"merchant": on_sale.store.merchant.slug, "store": on_sale.store.slug}
    return [
        {
            "name": one.row.name or _("Reward"),
            "amount": _less(one.amount, on_sale.menu.currency),
            "words": _choice_words(one),
            "way": None,
            "url": url_for("shop.drop_choice", choice=one.row.id, **place),
        }
        for one in here.choices
    ]


def _choice_words(one: ChoiceHere) -> str:
    if one.reason is None:
        return _("As the loyalty programme says for this order. Used when it is paid.")
    return {
        "unpriced": _("The loyalty programme does not answer at the moment: nothing is taken off for now."),
        "held": _("It is held by an order that is being paid. Finish or cancel that order first."),
        "other_number": _("It belongs to another number. Give that number again, or take it out."),
        "locked": _(
            "These points are locked. Give the number they were locked for and confirm it with a code to unlock them."
        ),
        "unproved": _("Confirm your number again to use it, or take it out."),
    }.get(one.reason.code, _("It cannot be used for this order."))


def left_words(left: Left) -> str:
    """Why a choice of the programme's no longer takes anything off."""
    if left.code == "silent":
        return _(
            "The loyalty programme does not answer: this is the price without “%(reward)s”. You can order as usual.",
            reward=left.name,
        )
    return _("“%(reward)s” cannot be used for this order any more; it was taken out.", reward=left.name)


def not_usable_words(code: str) -> str:
    """Why a reward cannot be put on this order; it stays the diner's in every case."""
    return {
        "unavailable": _("The loyalty programme does not answer at the moment. Try again in a minute."),
        "gone": _("This reward is not among yours any more."),
        "counter": _("This reward is used at the counter: show your pass there."),
        "counter_proof": _("Your number is confirmed at the counter: show your phone there to use this reward."),
        "proof_only": _(
            "A discount cannot be taken back once it is paid, so it needs your number confirmed first. "
            "Show your pass at the counter to use it there."
        ),
        "to_check": _("This reward is with an order whose number the staff still have to check."),
        "hold": _("This phone is new to your number: a reward this large can be used in a quarter of an hour."),
        "points_hold": _(
            "This phone is new to your number: this many points can pay in a quarter of an hour. Pay without them now."
        ),
        "not_here": _("The loyalty programme takes nothing off this order with it. You keep it."),
        "nothing": _("Put something in the basket first, then use your reward."),
        "nowhere": _("What this reward offers is not sold here, or not now."),
        "dish": _("This dish is not one your reward offers. Choose another one."),
        "expired": _("This reward has expired."),
        "held": _("This reward is held by an order that is being paid. Finish or cancel that order first."),
        "reserved": _(
            "This reward is reserved on another device. Finish or cancel there; a quarter of an hour later it is free."
        ),
        "used": _("This reward was used with an earlier order."),
        "full": _("The basket is full. Order what is in it first, or remove a line."),
        "locked": _(
            "These points are locked. Give the number they were locked for and confirm it with a code to unlock them."
        ),
        "order_limit": _("One reward per order. Finish this order first, then use the next one."),
        "day_limit": _("Three rewards a day is the most. Come back tomorrow!"),
        "unproved": _("Confirm your number first, then use your reward."),
    }.get(code, _("This reward cannot be put on this order."))
