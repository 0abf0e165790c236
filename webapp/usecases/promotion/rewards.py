"""Putting a reward of the diner's own on an order: read again at the programme, checked, then bound to the basket.

Nothing is spent here. The copy is held when the order is placed, used up by the paid order's line, and free again
when the order ends unpaid (R4, R5, R7).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import BasketFull, open_basket
from webapp.nouns.catalog.item import MenuItem
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import is_proved
from webapp.nouns.pricing import Wanted
from webapp.nouns.promotion.basket import Asked
from webapp.nouns.promotion.code import NotACode, canonical
from webapp.nouns.promotion.find import rewards_in, taken
from webapp.nouns.promotion.free import choices
from webapp.nouns.promotion.locks import ours as locked_by_us
from webapp.nouns.promotion.models import RewardPurchase
from webapp.nouns.promotion.owned import (
    TAKEN,
    VOUCHERS,
    Foreign,
    how_many,
    put_dish,
    put_voucher,
    reward_to_take,
    take_out,
)
from webapp.ports.loyalty.port import AvailableReward, OwnedReward, RewardKind, Wallet
from webapp.usecases.membership.wallet import fresh_wallet
from webapp.usecases.promotion.leave import take_from_basket
from webapp.usecases.promotion.lock import lock_in_basket
from webapp.usecases.proof.limits import may_use
from webapp.usecases.wiring import Wiring


class NotUsable(Exception):
    """This reward cannot be put on this order; nothing was changed and nothing is spent.

    `code`: `unproved`, `unavailable` (the programme does not answer), `gone` (not this person's, or used), `counter`
    (of a kind, or with a value, that only people understand), `proof_only` (a discount, and staff could only look at
    the phone once it is paid), `nowhere` (none of its dishes is sold here now),
    `dish` (this dish is not one of its), `expired`, `held`, `reserved` (on another device), `used`, `locked`,
    `order_limit`, `day_limit`, `hold` (this browser is new to the number), `full`.
    """

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Usable:
    """A copy that may be used now; `dishes`: what a free product may be, empty for a voucher.

    `cost`: points it is to be had for, or was bought for here; None when nobody says.
    """

    owned: OwnedReward
    dishes: tuple[MenuItem, ...]
    cost: int | None = None


def look(wiring: Wiring, asked: Asked, owned_id: str, *, counter: bool = False) -> Usable:
    """The copy as the programme knows it now, with the dishes it may be.

    Of several copies of one reward, the oldest that no order holds is taken, whichever was asked for: a paid order
    names the reward, not the copy, and the programme uses up the oldest.

    `counter`: this browser cannot prove the number, so staff will look at the phone at hand-over (section 3, d). Then
    only dishes are given: one that turns out to be somebody else's can be kept back, or charged at the till, while a
    discount is taken off an amount that has been paid by then and nobody can ask for the rest of it.

    Raises:
        NotUsable: see the class.
    """
    diner, store = asked.diner, asked.on_sale.store
    if diner.customer is None or diner.visit is None or store.connection_id is None:
        raise NotUsable("unproved")
    with wiring.db.reading() as session:
        proved = is_proved(session, diner.visit, diner.customer, asked.now)
    if not proved and not counter:
        raise NotUsable("unproved")
    reward_id = reward_to_take(owned_id, diner.customer.id)
    if owned_id.startswith(TAKEN) and not reward_id:
        raise NotUsable("gone")
    if reward_id and not proved:
        raise NotUsable("unproved")  # points are spent by it: no word of staff stands for a proof
    wallet = fresh_wallet(wiring, store, diner.customer.id, visit_id=diner.visit.id)
    if wallet is None or (wallet.owned is None and not reward_id):
        raise NotUsable("unavailable")
    if reward_id:
        return _to_take(wiring, asked, wallet, owned_id, reward_id)
    with wiring.db.reading() as session:
        owned = _copy(session, asked, wallet.owned or (), owned_id, store.connection_id)
        cost = _cost(session, wallet, owned, store.connection_id)
    _addable(owned, asked.now)
    if owned.terms.kind in VOUCHERS:
        if not proved:
            raise NotUsable("proof_only")
        return Usable(owned, (), cost)
    dishes = choices(asked.on_sale.menu, owned.terms.skus, asked.mode, asked.minute)
    if not dishes:
        raise NotUsable("nowhere")
    return Usable(owned, dishes, cost)


def takes_with_order(wiring: Wiring, connection_id: int | None) -> bool:
    """Whether rewards are chosen here and spent by the paid order, at our own price (spoonity.md 6.3)."""
    program = wiring.programs.of(connection_id) if connection_id is not None else None
    can = program.capabilities if program is not None else None
    return can is not None and can.reserve_with_order and not can.price_remotely


def _to_take(wiring: Wiring, asked: Asked, wallet: Wallet, owned_id: str, reward_id: str) -> Usable:
    """A reward within reach, as if it were a copy of theirs; nothing is spent before the order is paid."""
    if not takes_with_order(wiring, asked.on_sale.store.connection_id):
        raise NotUsable("gone")
    offer = within_reach(wallet, reward_id)
    if offer is None:
        raise NotUsable("gone")
    owned = OwnedReward(owned_id, reward_id, offer.terms)
    _addable(owned, asked.now)
    if owned.terms.kind in VOUCHERS:
        return Usable(owned, (), offer.cost)
    dishes = choices(asked.on_sale.menu, owned.terms.skus, asked.mode, asked.minute)
    if not dishes:
        raise NotUsable("nowhere")
    return Usable(owned, dishes, offer.cost)


def within_reach(wallet: Wallet, reward_id: str) -> AvailableReward | None:
    """The reward, when the person's points are enough for it now."""
    found = next((one for one in wallet.available or () if one.reward_id == reward_id), None)
    if found is None or found.cost is None or wallet.points is None or found.cost > wallet.points:
        return None
    return found


def _cost(session: Session, wallet: Wallet, owned: OwnedReward, connection_id: int) -> int | None:
    offered = [one.cost for one in wallet.available or () if one.reward_id == owned.reward_id]
    if offered:
        return offered[0]
    bought = select(RewardPurchase.cost).where(
        RewardPurchase.connection_id == connection_id, RewardPurchase.owned_id == owned.owned_id
    )
    return session.scalar(bought)


def _copy(
    session: Session, asked: Asked, copies: tuple[OwnedReward, ...], owned_id: str, connection_id: int
) -> OwnedReward:
    wished = next((one for one in copies if one.owned_id == owned_id), None)
    if wished is None or wished.used:
        raise NotUsable("gone")
    same = (
        [one for one in copies if one.reward_id == wished.reward_id and not one.used] if wished.reward_id else [wished]
    )
    elsewhere = taken(session, connection_id, [one.owned_id for one in same], asked.basket_id)
    here = rewards_in(session, asked.basket_id) if asked.basket_id is not None else ()
    if any(row.owned_id == owned_id for row, _voucher in here) and owned_id not in elsewhere:
        return wished  # it is being changed, not added
    ours = locked_by_us(session, connection_id, [one.owned_id for one in same], asked.basket_id)
    free = [one for one in same if one.owned_id not in elsewhere and (not one.locked or one.owned_id in ours)]
    if not free:
        raise NotUsable(elsewhere.get(owned_id, "reserved"))
    return free[0]


def _addable(owned: OwnedReward, now: datetime) -> None:
    if owned.expires_at is not None and owned.expires_at <= now:
        raise NotUsable("expired")
    if owned.terms.kind is RewardKind.FREE_PRODUCT:
        return
    if owned.terms.kind not in VOUCHERS or not owned.terms.value:
        raise NotUsable("counter")


def copy_of_code(wiring: Wiring, asked: Asked, code: str) -> str | None:
    """The unused copy of this diner's own that carries this voucher code (canonical form), or None (K6).

    Nobody's wallet is read for a browser that has not proved its number (A1).
    """
    diner, store = asked.diner, asked.on_sale.store
    with wiring.db.reading() as session:
        proved = is_proved(session, diner.visit, diner.customer, asked.now)
    if not proved or diner.customer is None or store.connection_id is None:
        return None
    wallet = fresh_wallet(wiring, store, diner.customer.id, visit_id=diner.visit.id if diner.visit else None)
    owned = (wallet.owned if wallet is not None else None) or ()
    return next((one.owned_id for one in owned if one.code and not one.used and _reads(one.code, code)), None)


def _reads(theirs: str, typed: str) -> bool:
    try:
        return canonical(theirs) == typed
    except NotACode:
        return False


def use(
    wiring: Wiring,
    asked: Asked,
    owned_id: str,
    wanted: Wanted | None = None,
    *,
    seen: tuple[str, int] = ("", 0),
    counter: bool = False,
    reserve: bool = False,
) -> None:
    """Put the reward on this order.

    Args:
        wiring: the outside.
        asked: by whom, where, when.
        owned_id: the copy.
        wanted: the dish chosen and configured, for a free product.
        seen: its name and unit price as shown.
        counter: see `look`.
        reserve: have the programme reserve it at once, where it can: many people use this device.

    Raises:
        NotUsable: see the class.
    """
    found = look(wiring, asked, owned_id, counter=counter)
    if found.dishes and (wanted is None or wanted.sku not in {item.sku for item in found.dishes}):
        raise NotUsable("dish")
    one = replace(wanted, quantity=1) if wanted is not None else None
    try:
        wiring.db.run(lambda session: _put(session, asked, found, one, seen, counter=counter))
    except BasketFull as full:
        raise NotUsable("full") from full
    except Foreign as foreign:
        raise NotUsable("gone") from foreign
    visit, store, copy = asked.diner.visit, asked.on_sale.store, found.owned.owned_id
    if (
        reserve
        and visit is not None
        and not lock_in_basket(wiring, visit_id=visit.id, store_id=store.id, owned_id=copy)
    ):
        keep_for_later(wiring, asked.on_sale, visit.id, copy)
        raise NotUsable("reserved")


def _put(
    session: Session,
    asked: Asked,
    found: Usable,
    wanted: Wanted | None,
    seen: tuple[str, int],
    *,
    counter: bool,
) -> None:
    owned = found.owned
    store, now = asked.on_sale.store, asked.now
    if asked.diner.visit is None or asked.diner.customer is None or store.connection_id is None:
        raise NotUsable("unproved")
    visit = session.get(Visit, asked.diner.visit.id)
    customer = session.get(Customer, asked.diner.customer.id)
    proved = is_proved(session, visit, customer, now)
    if customer is None or not (proved or (counter and wanted is not None)):
        raise NotUsable("unproved")
    basket_id = open_basket(session, asked.diner.visit.id, store.id, now)
    others, browser = how_many(session, basket_id, owned.owned_id), asked.diner.visit.browser
    refusal = may_use(session, customer, now, in_order=others, browser=browser, cost=found.cost)
    if refusal:
        raise NotUsable(refusal)
    elsewhere = taken(session, store.connection_id, [owned.owned_id], basket_id)
    if elsewhere:
        raise NotUsable(elsewhere[owned.owned_id])
    cost = found.cost if owned.owned_id.startswith(TAKEN) else None
    if wanted is not None:
        put_dish(session, basket_id, customer.id, owned, wanted, seen=seen, now=now, counter=not proved, cost=cost)
    else:
        put_voucher(
            session,
            basket_id,
            customer.id,
            owned,
            merchant_id=store.merchant.id,
            connection_id=store.connection_id,
            now=now,
            cost=cost,
        )


def keep_for_later(wiring: Wiring, on_sale: OnSale, visit_id: int, owned_id: str) -> bool:
    """Take a reward out of this visit's basket, with the dish it brought; False when it was not in it."""
    return take_from_basket(
        wiring, visit_id, on_sale.store.id, lambda session, basket_id: take_out(session, basket_id, owned_id)
    )


def drop_spent(wiring: Wiring, asked: Asked) -> tuple[str, ...]:
    """Before an order is placed: rewards in its basket that were used elsewhere meanwhile leave it; their names.

    A programme that does not answer changes nothing: the order is placed as shown, for loyalty never stops a sale (O1).
    """
    diner, basket_id = asked.diner, asked.basket_id
    if diner.customer is None or diner.visit is None or basket_id is None or not asked.carries:
        return ()
    with wiring.db.reading() as session:
        carried = [row for row, _voucher in rewards_in(session, basket_id)]
    if not carried:
        return ()
    wallet = fresh_wallet(
        wiring, asked.on_sale.store, diner.customer.id, visit_id=diner.visit.id if diner.visit else None
    )
    if wallet is None or (wallet.owned is None and not any(row.cost is not None for row in carried)):
        return ()
    with wiring.db.reading() as session:
        connection_id = asked.on_sale.store.connection_id or 0
        ours = locked_by_us(session, connection_id, [row.owned_id for row in carried], basket_id)
    # What another device has reserved is not ours to promise; a lock of ours is let go, or passes to this order.
    free = {one.owned_id for one in wallet.owned or () if not one.used and (not one.locked or one.owned_id in ours)}
    free |= {row.owned_id for row in carried if row.cost is not None and within_reach(wallet, row.reward_id)}
    gone = [row for row in carried if row.owned_id not in free]
    for row in gone:
        keep_for_later(wiring, asked.on_sale, diner.visit.id, row.owned_id)
    return tuple(row.name for row in gone)
