"""Telling the owner that points were spent, with a link that stops it (section 3: theft is noticed and reversible)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import touch
from webapp.nouns.customer import messages
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import lock_spending
from webapp.nouns.customer.proof_models import SmsMessage
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.find import LIVE
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.promotion.models import BasketReward, OrderDiscount
from webapp.nouns.promotion.owned import take_out
from webapp.usecases.proof.reach import is_served
from webapp.usecases.proof.texts import spent_text
from webapp.usecases.wiring import Wiring

PURPOSE = "not-me"
LINK_LASTS = timedelta(days=30)
LINK_BYTES = 10


@dataclass(frozen=True)
class NotMe:
    """What a "not me" link stands for."""

    customer_id: int
    merchant_id: int
    locked: bool


def tell_owner_spent(
    session: Session,
    wiring: Wiring,
    *,
    customer: Customer,
    points: int | None,
    language: str,
    key: str = "",
    paid_with: str = "",
) -> bool:
    """Write the message to the owner in the transaction of the spending; the worker sends it.

    Args:
        session: the transaction that makes the spending true.
        wiring: for the words' seal, the link's signature and chance.
        customer: whose points.
        points: how many; None when a reward bought before was used.
        language: of whoever spent them, as far as we know the owner's.
        key: names the message; drawn when there is no better one.
        paid_with: what of theirs paid for an order, see `spent_text`.

    Returns:
        Whether there is a way to tell the owner at all.
    """
    texting = wiring.texting
    if texting is None or not is_served(session, texting, customer):
        return False
    key = key or wiring.draw.token(LINK_BYTES)
    merchant = session.get_one(Merchant, customer.merchant_id)
    link = f"{wiring.public_url}/not-me/{wiring.signer.sign(PURPOSE, key)}"
    messages.put(
        session,
        key=f"spent-{key}",
        merchant_id=merchant.id,
        customer_id=customer.id,
        kind="spent",
        text_sealed=texting.vault.seal(spent_text(language, merchant.name, points, link, paid_with=paid_with)),
        now=wiring.clock.now(),
    )
    return True


def read_link(session: Session, wiring: Wiring, signed: str) -> NotMe | None:
    """What the link in a message stands for; None when it is altered or too old. Reading it changes nothing."""
    key = wiring.signer.read(PURPOSE, signed)
    if key is None:
        return None
    oldest = wiring.clock.now() - LINK_LASTS
    query = (
        select(Customer.id, Customer.merchant_id, Customer.own_lock_at)
        .join(SmsMessage, SmsMessage.customer_id == Customer.id)
        .where(SmsMessage.key == f"spent-{key}", SmsMessage.created_at > oldest)
    )
    found = session.execute(query).first()
    return NotMe(found[0], found[1], found[2] is not None) if found else None


def lock(wiring: Wiring, signed: str) -> NotMe | None:
    """The owner says it was somebody else: no more spending, every browser's proof ended, the merchant told."""
    now = wiring.clock.now()

    def work(session: Session) -> NotMe | None:
        found = read_link(session, wiring, signed)
        if found is None:
            return None
        stop_spending(session, found.customer_id, now)
        detail = "the owner of a number says that somebody else spent its points; spending is locked"
        raise_alert(
            session,
            "spending_locked",
            f"customer:{found.customer_id}",
            now,
            merchant_id=found.merchant_id,
            detail=detail,
        )
        return NotMe(found.customer_id, found.merchant_id, locked=True)

    return wiring.db.run(work)


def stop_spending(session: Session, customer_id: int, now: datetime) -> None:
    """Nothing of this member is spent from now on, whatever lies in a basket or waits to be paid, under any name."""
    for name in lock_spending(session, customer_id, now):
        _empty_baskets(session, name, now)
        _stop_orders(session, name, now)


def _empty_baskets(session: Session, customer_id: int, now: datetime) -> None:
    """Whatever basket holds rewards of this customer holds them no more: once unlocked, they are the owner's alone."""
    rewards = select(BasketReward.basket_id, BasketReward.owned_id).where(BasketReward.customer_id == customer_id)
    for basket_id, owned_id in session.execute(rewards).all():
        take_out(session, basket_id, owned_id)
        touch(session, basket_id, now)


def _stop_orders(session: Session, customer_id: int, now: datetime) -> None:
    """Orders being paid that hold a reward of this customer, or take from their gift card: their time is over now.

    The reconciler closes their payment page and gives the reward back; money that came in before that is refunded
    (`checkout.settle`), so that a thief who is quick at paying gains nothing either.
    """
    holds = exists().where(
        OrderDiscount.order_id == Order.id, OrderDiscount.owned_id.is_not(None), OrderDiscount.state == "held"
    )
    theirs = (Order.customer_id == customer_id, Order.state == "pending", or_(holds, Order.by_value > 0))
    order_ids = list(session.scalars(select(Order.id).where(*theirs)))
    session.execute(update(Order).where(Order.id.in_(order_ids), Order.state == "pending").values(expires_at=now))
    session.execute(
        update(PaymentAttempt)
        .where(PaymentAttempt.order_id.in_(order_ids), PaymentAttempt.state.in_(LIVE))
        .values(next_check_at=now)
    )
