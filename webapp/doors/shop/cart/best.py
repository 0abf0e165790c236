"""The best use of points and rewards for this very basket: explained, never done by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for

from webapp.doors.shop.cart.promoted import asked
from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, language, money, ngettext
from webapp.doors.shop.member.loyalty import at_counter, is_private
from webapp.doors.shop.pay.journey import Journey
from webapp.doors.shop.present.rewards import can_of
from webapp.nouns.pricing import Adjustment
from webapp.nouns.promotion.basket import Asked, Promoted
from webapp.nouns.promotion.find import taken
from webapp.nouns.promotion.free import choices
from webapp.nouns.promotion.stacking import saving
from webapp.usecases.membership.wallet import Held, Offer, WalletView, recent_wallet
from webapp.usecases.promotion.asking import program_of

FRESH = timedelta(minutes=1)
SHOWN = 4


@dataclass(frozen=True)
class Use:
    """One way to use what the diner has. `saved`: minor units; `up_to`: it depends on the dish chosen.

    `dish`: it is a dish, not a discount. `id`: of the copy they own, or of the reward that `cost` points would get.
    """

    name: str
    saved: int
    up_to: bool
    id: str
    cost: int | None
    dish: bool


def suggestions(here: Journey, price: Promoted) -> list[dict[str, Any]]:
    """What could be used for this order, the greatest saving first; nothing beside a reward that is there already."""
    if here.customer is None or price.rewards or is_private(here):
        return []
    wallet = recent_wallet(
        desk().wiring,
        here.store,
        here.customer.id,
        within=FRESH,
        language=language(),
        visit_id=here.visit.id if here.visit else None,
    )
    if wallet is None:
        return []
    with desk().wiring.db.reading() as database:
        how = asked(database, here)
        ids = [one.owned_id for one in wallet.owned or ()]
        elsewhere = taken(database, here.store.connection_id or 0, ids, how.basket_id)
    if program_of(desk().wiring, here.on_sale) is not None:
        return []  # what something saves, only the programme can say, once it is chosen
    uses = [*_owned(how, price, wallet, set(elsewhere)), *_offers(how, price, wallet)]
    if not can_of(here).buy:  # what its programme sells only at the counter is no way to save here
        uses = [one for one in uses if one.cost is None]
    if at_counter(here):  # nothing is bought there, and only dishes can be held back (see `look`)
        uses = [one for one in uses if one.cost is None and one.dish]
    best = sorted(uses, key=lambda one: (-one.saved, one.cost or 0, one.name))
    return [_drawn(here, price, one, wallet) for one in best[:SHOWN]]


def _owned(how: Asked, price: Promoted, wallet: WalletView, elsewhere: set[str]) -> Iterator[Use]:
    seen: set[str] = set()
    for one in wallet.owned or ():
        if one.owned_id in elsewhere or one.locked or one.reward_id in seen:
            continue
        worth = _worth(how, price, one)
        if worth is not None:
            seen.add(one.reward_id)
            yield Use(one.name or _("Reward"), *worth, one.owned_id, None, one.kind == "free_product")


def _offers(how: Asked, price: Promoted, wallet: WalletView) -> Iterator[Use]:
    if wallet.stale or wallet.checking is not None:
        return
    have = {one.reward_id for one in wallet.owned or ()}
    for one in wallet.available or ():
        if one.reward_id in have:
            continue  # the one they have is spent first
        worth = _worth(how, price, one) if one.missing == 0 and one.cost is not None else None
        if worth is not None:
            yield Use(one.name or _("Reward"), *worth, one.reward_id, one.cost, one.kind == "free_product")


def _worth(how: Asked, price: Promoted, one: Held | Offer) -> tuple[int, bool] | None:
    """What it would take off this basket, and whether that depends on a choice; None when it cannot be used."""
    if price.quote.subtotal < one.minimum:
        return None
    if one.kind == "free_product":
        prices = [item.price for item in choices(how.on_sale.menu, one.skus, how.mode, how.minute)]
        return (max(prices), len(set(prices)) > 1) if prices else None
    if one.value is None or one.kind not in {"percent", "amount"}:
        return None
    off = saving(price.quote.lines, [Adjustment("one", "percent" if one.kind == "percent" else "amount", one.value)])
    return (off, False) if off else None


def _drawn(here: Journey, price: Promoted, one: Use, wallet: WalletView) -> dict[str, Any]:
    saved = money(one.saved, here.on_sale.menu.currency)
    words = _("Saves up to %(amount)s", amount=saved) if one.up_to else _("Saves %(amount)s", amount=saved)
    if one.cost is None:
        left = _("your points stay")
    else:
        rest = (wallet.points or 0) - one.cost
        paid = ngettext("costs %(num)d point", "costs %(num)d points", one.cost)
        keeps = ngettext("keeps %(num)d point", "keeps %(num)d points", rest)
        left = f"{paid}, {keeps}"
    place: dict[str, Any] = {"merchant": here.store.merchant.slug, "store": here.store.slug}
    way = url_for("shop.get_reward", reward=one.id, **place) if one.cost is not None else None
    return {"name": one.name, "words": f"{words}, {left}.{_aside(here, price)}", "id": one.id, "way": way}


def _aside(here: Journey, price: Promoted) -> str:
    """What a reward would set aside: a code that counts now and stands beside no reward."""
    alone = next((one for one in price.coupons if one.amount and not one.coupon.stacks), None)
    if alone is None:
        return ""
    off = money(alone.amount, here.on_sale.menu.currency)
    return " " + _("The code %(code)s (%(amount)s) would be set aside.", code=alone.coupon.code, amount=off)
