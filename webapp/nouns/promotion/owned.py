"""Rewards the diner owns, put into a basket and taken out again; nothing is spent by either."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.basket.lines import add_alone
from webapp.nouns.basket.models import BasketLine
from webapp.nouns.pricing import Wanted
from webapp.nouns.promotion.models import BasketReward, Voucher
from webapp.ports.loyalty.port import OwnedReward, RewardKind

VOUCHERS = frozenset({RewardKind.PERCENT, RewardKind.AMOUNT})


TAKEN = "take:"  # a reward that is not bought before: the paid order spends its points (spoonity.md 6.3)


def name_to_take(customer_id: int, reward_id: str) -> str:
    """What stands for the copy where a reward of the programme's is taken with the order."""
    return f"{TAKEN}{customer_id}:{reward_id}"[:120]


def reward_to_take(owned_id: str, customer_id: int) -> str:
    """The reward such a name is about, when it is this customer's; "" for any other."""
    mine = name_to_take(customer_id, "")
    return owned_id.removeprefix(mine) if owned_id.startswith(mine) else ""


class Foreign(Exception):
    """This voucher code is somebody else's (K6)."""


def how_many(session: Session, basket_id: int, besides: str = "") -> int:
    """How many rewards a basket carries, the copy `besides` not counted."""
    query = select(func.count()).where(BasketReward.basket_id == basket_id, BasketReward.owned_id != besides)
    return int(session.scalar(query) or 0)


def put_dish(
    session: Session,
    basket_id: int,
    customer_id: int,
    owned: OwnedReward,
    wanted: Wanted,
    *,
    seen: tuple[str, int],
    now: datetime,
    counter: bool = False,
    cost: int | None = None,
) -> None:
    """Put the dish a reward offers into the basket, on a line of its own; put again, it takes the place of the first.

    Args:
        session: the caller's transaction, the basket locked.
        basket_id: the basket.
        customer_id: whose reward.
        owned: the copy.
        wanted: the dish as configured; one of it.
        seen: name and unit price the diner saw.
        now: the present moment.
        counter: nobody has proved the number; staff will look at the phone.
        cost: points the paid order will spend, where it is not bought before.

    Raises:
        BasketFull: no line fits any more.
    """
    take_out(session, basket_id, owned.owned_id)
    name, price = seen
    line_id = add_alone(session, basket_id, wanted, owned.owned_id, seen_name=name, seen_unit_price=price)
    _bind(session, basket_id, customer_id, owned, now, line_id=line_id, counter=counter, cost=cost)


def put_voucher(
    session: Session,
    basket_id: int,
    customer_id: int,
    owned: OwnedReward,
    *,
    merchant_id: int,
    connection_id: int,
    now: datetime,
    cost: int | None = None,
) -> None:
    """Make the programme's voucher one of our own, with the same code, and put it into the basket (K6).

    Raises:
        Foreign: the code belongs to somebody else.
    """
    row = {
        "merchant_id": merchant_id,
        "customer_id": customer_id,
        "connection_id": connection_id,
        "code": (owned.code or f"#{owned.owned_id}")[:120],
        "owned_id": owned.owned_id,
        "reward_id": owned.reward_id,
        "name": owned.terms.name[:200],
        "kind": owned.terms.kind.value,
        "value": owned.terms.value or 0,
        "minimum": owned.terms.minimum_amount or 0,
        "expires_at": owned.expires_at,
        "created_at": now,
    }
    session.execute(insert_into(session, Voucher).values(row).on_conflict_do_nothing())
    ours = session.scalars(select(Voucher).where(Voucher.merchant_id == merchant_id, Voucher.code == row["code"])).one()
    if ours.customer_id != customer_id or ours.owned_id != owned.owned_id:
        raise Foreign
    # The programme's present word on what it is worth: nothing was agreed with the older one yet.
    ours.kind, ours.value, ours.minimum, ours.expires_at = (
        owned.terms.kind.value,
        owned.terms.value or 0,
        owned.terms.minimum_amount or 0,
        owned.expires_at,
    )
    session.flush()
    take_out(session, basket_id, owned.owned_id)
    _bind(session, basket_id, customer_id, owned, now, voucher_id=ours.id, cost=cost)


def _bind(
    session: Session,
    basket_id: int,
    customer_id: int,
    owned: OwnedReward,
    now: datetime,
    *,
    line_id: int | None = None,
    voucher_id: int | None = None,
    counter: bool = False,
    cost: int | None = None,
) -> None:
    session.add(
        BasketReward(
            basket_id=basket_id,
            customer_id=customer_id,
            owned_id=owned.owned_id,
            reward_id=owned.reward_id,
            name=owned.terms.name[:200],
            kind=owned.terms.kind.value,
            value=owned.terms.value or 0,
            minimum=owned.terms.minimum_amount or 0,
            voucher_id=voucher_id,
            line_id=line_id,
            counter=counter,
            cost=cost,
            added_at=now,
        )
    )
    session.flush()


def take_out(session: Session, basket_id: int, owned_id: str) -> bool:
    """Take a reward out of the basket, with the dish it brought; False when it was not in it."""
    there = select(BasketReward.line_id).where(BasketReward.basket_id == basket_id, BasketReward.owned_id == owned_id)
    line_ids = [line_id for line_id in session.scalars(there) if line_id is not None]
    gone = session.connection().execute(
        delete(BasketReward).where(BasketReward.basket_id == basket_id, BasketReward.owned_id == owned_id)
    )
    session.execute(delete(BasketLine).where(BasketLine.id.in_(line_ids), BasketLine.basket_id == basket_id))
    return bool(gone.rowcount)


def copy_at_line(session: Session, basket_id: int, line_id: int) -> str | None:
    """The copy that makes this line free, or None."""
    return session.scalar(
        select(BasketReward.owned_id).where(BasketReward.basket_id == basket_id, BasketReward.line_id == line_id)
    )
