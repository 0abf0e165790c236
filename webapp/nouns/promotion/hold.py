"""What an order holds of coupons and rewards: `held → used | released`, exactly once (G2, K1 to K3, R4, R5).

Every step is one conditional update in the transaction that moves the order, so a kill leaves both or neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.catalog.texts import said
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.order.models import Order
from webapp.nouns.pricing import Discount
from webapp.nouns.promotion.basket import Promoted, RewardHere
from webapp.nouns.promotion.choice import KINDS, ChoiceHere, key_of, points_key
from webapp.nouns.promotion.find import Diner, past_of
from webapp.nouns.promotion.models import (
    BasketChoice,
    BasketCoupon,
    BasketReward,
    Coupon,
    OrderDiscount,
    RewardLock,
    Voucher,
)


class NotHeld(Exception):
    """Somebody else was faster; the caller's transaction must end. `code`: `coupon` or `reward`."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Tongues:
    """The languages names are frozen in: the diner's, and the menu's own with the merchant's first one first."""

    diner: str
    menu: tuple[str, ...]


def hold(
    session: Session, order: Order, promoted: Promoted, diner: Diner, connection_id: int | None, tongues: Tongues
) -> None:
    """Hold everything `promoted` takes off, in the transaction that creates the pending order.

    Raises:
        NotHeld: the last use of a coupon, or a copy of a reward, went to another order.
    """
    _queue(session, promoted, diner)
    positions = {line.line_id: place for place, line in enumerate(promoted.quote.lines)}
    coupons = {one.adjustment_id: one for one in promoted.coupons}
    rewards = {one.adjustment_id: one for one in promoted.rewards}
    choices = {one.adjustment_id: one for one in promoted.choices}
    for coupon in sorted((one for one in coupons.values() if one.amount), key=lambda one: one.coupon.id):
        _hold_coupon(session, order, coupon.coupon, diner)
    for discount in promoted.quote.discounts:
        row = _row(order, discount, diner, tongues)
        if discount.id in coupons:
            if not discount.amount:
                continue  # it takes nothing off, so nothing of it is used up
            row |= {"kind": "coupon", "coupon_id": coupons[discount.id].coupon.id}
        elif discount.id in choices:
            row |= _of_choice(choices[discount.id])
        else:
            reward = rewards[discount.id]
            if not discount.amount and reward.reward.line_id is None:
                continue
            row |= _of_reward(reward, connection_id, positions)
        added = insert_into(session, OrderDiscount).values(row).on_conflict_do_nothing().returning(OrderDiscount.id)
        if session.scalar(added) is None:
            raise NotHeld("reward")


def _queue(session: Session, promoted: Promoted, diner: Diner) -> None:
    """Orders of one diner wait for each other where a rule counts them; SQLite's writers are alone anyway."""
    if not any(one.amount and one.coupon.first_order_only for one in promoted.coupons):
        return
    if diner.customer is not None:
        session.execute(select(Customer.id).where(Customer.id == diner.customer.id).with_for_update())
    elif diner.visit is not None:
        session.execute(select(Visit.id).where(Visit.id == diner.visit.id).with_for_update())


def _hold_coupon(session: Session, order: Order, coupon: Coupon, diner: Diner) -> None:
    changed = session.connection().execute(
        update(Coupon)
        .where(
            Coupon.id == coupon.id,
            Coupon.active,
            or_(Coupon.max_uses.is_(None), Coupon.held + Coupon.used < Coupon.max_uses),
        )
        .values(held=Coupon.held + 1)
    )
    if changed.rowcount != 1:
        raise NotHeld("coupon")
    # From here on the row is ours until the commit: whoever holds this coupon next counts what we wrote.
    if coupon.max_per_customer is None and not coupon.first_order_only:
        return
    past = past_of(session, coupon.id, order.merchant_id, diner, order.basket_id)
    if coupon.max_per_customer is not None and past.uses >= coupon.max_per_customer:
        raise NotHeld("coupon")
    if coupon.first_order_only and past.ordered:
        raise NotHeld("coupon")


def _row(order: Order, discount: Discount, diner: Diner, tongues: Tongues) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "coupon_id": None,
        "voucher_id": None,
        "connection_id": None,
        "owned_id": None,
        "reward_id": None,
        "code": "",
        "choice_key": None,
        "line_position": None,
        "counter": False,
        "holder": diner.holder,
        "name": said(discount.name, tongues.menu[0], tongues.menu)[:200],
        "shown_name": said(discount.name, tongues.diner, tongues.menu)[:200],
        "amount": discount.amount,
        "shares": [
            {"line_id": share.line_id, "vat_rate": share.vat_rate, "amount": share.amount} for share in discount.shares
        ],
        "state": "held",
    }


def _of_choice(one: ChoiceHere) -> dict[str, Any]:
    row = one.row
    return {
        "kind": KINDS[row.kind],
        "connection_id": row.connection_id,
        "reward_id": row.programme_id or None,
        "code": row.code,
        "choice_key": key_of(row),
    }


def _of_reward(one: RewardHere, connection_id: int | None, positions: dict[str, int]) -> dict[str, Any]:
    if one.reward.cost is not None:  # no copy of theirs: the paid order spends these points, and no other meanwhile
        return {
            "kind": KINDS["reward"],
            "connection_id": connection_id,
            "reward_id": one.reward.reward_id,
            "choice_key": points_key(one.reward.customer_id),
            "line_position": positions.get(str(one.reward.line_id)),
        }
    return {
        "kind": "voucher" if one.voucher is not None else "reward",
        "voucher_id": one.voucher.id if one.voucher is not None else None,
        "connection_id": one.voucher.connection_id if one.voucher is not None else connection_id,
        "owned_id": one.reward.owned_id,
        "reward_id": one.reward.reward_id,
        "line_position": positions.get(str(one.reward.line_id)),
        "counter": one.counter,
    }


def shown(promoted: Promoted, tongues: Tongues) -> list[dict[str, Any]]:
    """The discounts as the frozen order keeps them for its pages."""
    counted = {one.adjustment_id for one in promoted.coupons if not one.amount}
    return [
        {
            "id": discount.id,
            "kind": discount.kind,
            "name": said(discount.name, tongues.menu[0], tongues.menu),
            "shown_name": said(discount.name, tongues.diner, tongues.menu),
            "amount": discount.amount,
        }
        for discount in promoted.quote.discounts
        if discount.id not in counted
    ]


def _moved(session: Session, order_id: int, before: str, after: str, *, counter: bool | None = None) -> Sequence[int]:
    """Move every discount of this order from `before` to `after`; the coupons of those this call moved.

    `counter`: only those that staff have to check, or only the others.
    """
    some = () if counter is None else (OrderDiscount.counter.is_(counter),)
    moved = session.execute(
        update(OrderDiscount)
        .where(OrderDiscount.order_id == order_id, OrderDiscount.state == before, *some)
        .values(state=after)
        .returning(OrderDiscount.coupon_id)
        .execution_options(synchronize_session=False)
    )
    return sorted(coupon_id for coupon_id in moved.scalars() if coupon_id is not None)


def _count(session: Session, coupon_ids: Sequence[int], *, held: int = 0, used: int = 0) -> None:
    for coupon_id in coupon_ids:
        session.execute(
            update(Coupon)
            .where(Coupon.id == coupon_id)
            .values(held=Coupon.held + held, used=Coupon.used + used)
            .execution_options(synchronize_session=False)
        )


def use(session: Session, order: Order) -> None:
    """The order is paid: what it held is used, and leaves the basket it came from.

    A reward nobody has proved the number for stays held until staff have looked at the phone: see `checked`.
    """
    _count(session, _moved(session, order.id, "held", "used", counter=False), held=-1, used=1)
    spent = list(session.scalars(select(OrderDiscount).where(OrderDiscount.order_id == order.id)))
    if order.basket_id is None or not spent:
        return
    if any(row.kind in KINDS.values() for row in spent):
        session.execute(delete(BasketChoice).where(BasketChoice.basket_id == order.basket_id))
    if any(row.kind == KINDS["reward"] for row in spent):
        spent_points = (BasketReward.basket_id == order.basket_id, BasketReward.cost.is_not(None))
        session.execute(delete(BasketReward).where(*spent_points))
    owned = [row.owned_id for row in spent if row.owned_id is not None]
    coupons = [row.coupon_id for row in spent if row.coupon_id is not None]
    session.execute(
        delete(BasketReward).where(BasketReward.basket_id == order.basket_id, BasketReward.owned_id.in_(owned))
    )
    session.execute(
        delete(BasketCoupon).where(BasketCoupon.basket_id == order.basket_id, BasketCoupon.coupon_id.in_(coupons))
    )


def release(session: Session, order_id: int) -> None:
    """The order will not be paid: what it held is free again, once, however often this is called (K3, R5)."""
    _count(session, _moved(session, order_id, "held", "released"), held=-1)


def checked(session: Session, order_id: int, *, theirs: bool) -> None:
    """Staff have looked at the phone: the reward is used, or its owner's as before (section 3, d)."""
    _moved(session, order_id, "held", "used" if theirs else "released", counter=True)


def give_back(session: Session, order_id: int) -> None:
    """A paid order is refunded in full: its coupons count as unused again (K2).

    Whether the programme gives a used reward back is its own decision; ours no longer says that it is used (R5).
    """
    _count(session, _moved(session, order_id, "used", "released"), used=-1)
    checked(session, order_id, theirs=False)


def detach(session: Session, customer_id: int, order_ids: Sequence[int]) -> None:
    """Take a person out of what they used; what was given away stays counted (D5)."""
    session.execute(delete(BasketReward).where(BasketReward.customer_id == customer_id))
    session.execute(delete(BasketChoice).where(BasketChoice.customer_id == customer_id))
    session.execute(
        update(OrderDiscount)
        .where(OrderDiscount.order_id.in_(order_ids))
        .values(holder="", voucher_id=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(update(RewardLock).where(RewardLock.order_id.in_(order_ids)).values(member_id=""))
    session.execute(delete(Voucher).where(Voucher.customer_id == customer_id))
