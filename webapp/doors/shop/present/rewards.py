"""The two lists of the loyalty panel, which nobody may confuse: *Yours* and *To get*, each row its state in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import url_for

from webapp.doors.shop.desk import desk, now
from webapp.doors.shop.frame import _, language, money, ngettext
from webapp.doors.shop.member.proof import needs_proof
from webapp.doors.shop.pay.journey import Journey
from webapp.doors.shop.pay.steps import url_of
from webapp.nouns.promotion.basket import asked_by
from webapp.nouns.promotion.find import rewards_in, taken
from webapp.nouns.promotion.free import choices, wished
from webapp.nouns.promotion.locks import ours as locked_by_us
from webapp.nouns.promotion.owned import name_to_take
from webapp.ports.loyalty.port import Capabilities, RewardKind
from webapp.usecases.membership.wallet import Held, Offer, WalletView
from webapp.usecases.promotion.asking import handle

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """Where the copies of one person are: `mine` in this basket, `elsewhere` held or used by an order; and the hour.

    `ours`: reserved at the programme by an order of ours, which lets go by itself. `counter`: this browser cannot prove
    the number, so staff will look at the phone. `several`: there is more than one to choose from.
    """

    mine: frozenset[str]
    elsewhere: Mapping[str, str]
    ours: frozenset[str]
    mode: str
    minute: int | None
    counter: bool
    several: bool


OURS_TO_PRICE = frozenset({RewardKind.FREE_PRODUCT.value, RewardKind.PERCENT.value, RewardKind.AMOUNT.value})


def standing(here: Journey, owned: tuple[Held, ...]) -> Standing:
    """Asked once for the whole list."""
    with desk().wiring.db.reading() as database:
        asked = asked_by(database, here.on_sale, here.visit, here.customer, now())
        basket = rewards_in(database, asked.basket_id) if asked.basket_id is not None else []
        ids = [one.owned_id for one in owned]
        connection_id = here.store.connection_id or 0
        elsewhere = taken(database, connection_id, ids, asked.basket_id)
        ours = locked_by_us(database, connection_id, ids, asked.basket_id)
    mine = frozenset(row.owned_id for row, _voucher in basket)
    counter = needs_proof(here) == "counter"
    return Standing(mine, elsewhere, ours, asked.mode, asked.minute, counter, len(owned) > 1)


def points_words(points: int) -> str:
    """A number of points."""
    return ngettext("%(num)d point", "%(num)d points", points)


def own_rows(here: Journey, owned: tuple[Held, ...]) -> list[dict[str, Any]]:
    """Rewards they have, those that can go on this order first; see components/points.html."""
    if not owned:
        return []
    where = standing(here, owned)
    rows = [_own(here, one, where) for one in owned]
    return sorted(rows, key=lambda row: not row["add"])


def _own(here: Journey, one: Held, where: Standing) -> dict[str, Any]:
    state = _state(here, one, where)
    return {
        "name": one.name or _("Reward"),
        "text": what_words(here, one),
        "note": _note(here, one),
        "state": state or _ready(here, where),
        "add": None if state else {"url": url_of(here, "shop.use_reward"), "owned": _name_of(here, one.owned_id)},
        "link": {"url": url_of(here, "shop.basket"), "label": _("See the basket")}
        if one.owned_id in where.mine
        else None,
    }


def _ready(here: Journey, where: Standing) -> str:
    can = can_of(here)
    if can.price_remotely and can.choices_at_once == 1 and where.several:
        return _("Ready for this order. One at a time: it takes the place of another.")
    return _("Ready for this order: the staff look at your phone.") if where.counter else _("Ready for this order.")


def can_of(here: Journey) -> Capabilities:
    """What this store's programme can do; nothing where there is none."""
    program = desk().wiring.programs.of(here.store.connection_id or 0)
    return program.capabilities if program is not None else Capabilities()


def _name_of(here: Journey, owned_id: str) -> str:
    """What the page calls a copy: where its own name may be a code that anybody could type, another (A1)."""
    return handle(desk().wiring, owned_id) if can_of(here).price_remotely else owned_id


def _state(here: Journey, one: Held, where: Standing) -> str:
    """Why it cannot be added now, in words; "" when it can."""
    ends = _expires(one)
    if one.owned_id in where.mine:
        return _("In your basket.")
    if one.owned_id in where.elsewhere:
        if where.elsewhere[one.owned_id] == "to_check":
            return _("With an order whose number the staff still have to check.")
        held = where.elsewhere[one.owned_id] == "held"
        return _("Held by an order that is being paid.") if held else _("Used with an order of yours.")
    if ends is not None and ends <= now():
        return _("It has expired.")
    reserved = one.locked and one.owned_id not in where.ours
    return _("Reserved in another order at the moment.") if reserved else _kind_state(here, one, where)


def _kind_state(here: Journey, one: Held, where: Standing) -> str:
    if one.kind == RewardKind.PRICED.value and can_of(here).price_remotely:
        return ""  # what it takes off, the programme says when it is chosen
    if one.kind == "new":
        return _("Yours. More about it as soon as the programme answers.")
    if one.kind == RewardKind.FREE_PRODUCT.value:
        return _dish_state(here, one, where)
    known = one.kind in {RewardKind.PERCENT.value, RewardKind.AMOUNT.value} and one.value is not None
    # A discount that is paid cannot be charged again: without proof it is for the counter (see `promotion.rewards`).
    return "" if known and not where.counter else _("Only at the counter: show your pass there to use it.")


def _dish_state(here: Journey, one: Held, where: Standing) -> str:
    menu, skus = here.on_sale.menu, wished(one.skus)
    if choices(menu, skus, where.mode, where.minute):
        return ""
    if any(menu.item(sku) for sku in skus):
        return _("What it offers is not available at the moment.")
    if any(sku in menu.sold_elsewhere for sku in skus):
        return _("For another store: this one does not sell what it offers.")
    return _("Only at the counter: show your pass there to use it.")


def what_words(here: Journey, one: Held | Offer) -> str:
    """What the reward does to an order, as far as we can read it; "" when its name must do."""
    menu = here.on_sale.menu
    least = " " + _("From %(amount)s.", amount=money(one.minimum, menu.currency)) if one.minimum else ""
    if one.kind == RewardKind.PERCENT.value and one.value is not None:
        percent = format_decimal(one.value / 100, locale=language())
        return _("%(percent)s%% off your order.", percent=percent) + least
    if one.kind == RewardKind.AMOUNT.value and one.value is not None:
        return _("%(amount)s off your order.", amount=money(one.value, menu.currency)) + least
    if one.kind != RewardKind.FREE_PRODUCT.value:
        return one.description
    names = [menu.text(item.name, language()) for sku in wished(one.skus) if (item := menu.item(sku))]
    if not names:
        return one.description
    if len(names) == 1:
        return _("%(dish)s, offered.", dish=names[0]) + least
    return _("One of these, offered: %(dishes)s.", dishes=", ".join(names[:6])) + least


def _expires(one: Held) -> datetime | None:
    return datetime.fromisoformat(one.expires_at).astimezone(UTC) if one.expires_at else None


def _note(here: Journey, one: Held) -> str:
    """Until when, the sooner the plainer."""
    ends = _expires(one)
    if ends is None or ends <= now():
        return ""
    day, today = ends.astimezone(here.store.zone).date(), now().astimezone(here.store.zone).date()
    if day == today:
        return _("Expires today")
    if day - today < SOON:
        return _("Expires %(day)s", day=format_date(day, "EEEE", locale=language()))
    return _("Until %(day)s", day=format_date(day, "d MMMM", locale=language()))


def get_rows(here: Journey, view: WalletView) -> list[dict[str, Any]]:
    """Rewards to get, those within reach first."""
    rows = [_get(here, one, view) for one in view.available or ()]
    return sorted(rows, key=lambda row: row["url"] is None and row["take"] is None)


def _get(here: Journey, one: Offer, view: WalletView) -> dict[str, Any]:
    cost, points, can = one.cost or 0, max(0, view.points or 0), can_of(here)
    reach = one.missing == 0 and not view.stale and view.checking is None
    take = reach and can.reserve_with_order and (can.price_remotely or one.kind in OURS_TO_PRICE)
    merchant, store = here.store.merchant.slug, here.store.slug
    price = points_words(cost) if one.cost is not None else ""
    url = url_for("shop.get_reward", merchant=merchant, store=store, reward=one.reward_id)
    return {
        "name": one.name or _("Reward"),
        "text": "" if what_words(here, one) == price else what_words(here, one),  # some programmes describe by price
        "cost": price,
        "words": _reach_words(one, view, can),
        "value": min(points, cost),
        "most": max(1, cost),
        "url": url if reach and can.buy else None,
        "take": {"url": url_of(here, "shop.use_reward"), "owned": _name_to_take(here, one, can)} if take else None,
        "label": _("Use on this order for %(points)s", points=points_words(cost))
        if take
        else _("Get it for %(points)s", points=points_words(cost)),
    }


def _name_to_take(here: Journey, one: Offer, can: Capabilities) -> str:
    if can.price_remotely or here.customer is None:
        return handle(desk().wiring, one.reward_id)
    return name_to_take(here.customer.id, one.reward_id)


def _reach_words(one: Offer, view: WalletView, can: Capabilities) -> str:
    if one.cost is None:
        return _("Only at the counter: its price in points is not known here.")
    if one.missing is None:
        return ""
    if one.missing:
        return ngettext("%(num)d point to go", "%(num)d points to go", one.missing)
    return _within_reach_words(one, view, can)


def _within_reach_words(one: Offer, view: WalletView, can: Capabilities) -> str:
    takes = can.reserve_with_order and (can.price_remotely or one.kind in OURS_TO_PRICE)
    if takes and not view.stale:
        return _("No points leave before the order is paid.")
    if not can.buy and not view.stale:
        return _("Only at the counter: show your pass there to use it.")
    if view.checking is not None:
        return _("Available again when your last purchase is checked.")
    return _("You have enough points; it can be had as soon as the programme answers.") if view.stale else ""
