"""Forgetting a person: removed or detached everywhere, the accounting facts kept without them (D5).

One transaction per merchant, so a kill leaves it undone or done; doing it again finds nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import ConsentEvidence, Customer, Visit
from webapp.nouns.customer.proof import forget_proofs
from webapp.nouns.order.models import Order, OrderLine, PaymentAttempt, PaymentNotice
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion import hold
from webapp.nouns.promotion.models import RewardPurchase
from webapp.nouns.value.rows import detach as detach_value
from webapp.nouns.value.rows import unsettled_of
from webapp.usecases.checkout.tell import TOPIC_CREDIT
from webapp.usecases.delivery.enrolment import TOPIC_ENROL

# In place of a number: no E.164 number begins so, and nobody can type it.
ERASED = "erased:"
ABANDONED = "abandoned: the person asked to be forgotten"


class NotYet(Exception):
    """Nothing was written. `code`: `being_paid` (an order awaits its payment) or `undelivered` (`count` messages)."""

    def __init__(self, code: str, count: int) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.count = count


@dataclass(frozen=True)
class Erased:
    """What was detached: orders, and messages the programme will never get."""

    orders: int
    abandoned: int


def erase(session: Session, merchant_id: int, phone: str, *, abandon: bool = False) -> Erased | None:
    """Forget this person at one merchant; None when nobody there goes by it.

    Args:
        session: the caller's transaction.
        merchant_id: at which merchant.
        phone: the number (E.164), or the key of another name, see `identities.py`.
        abandon: give up what the programme was not told yet, in place of waiting for it.

    Raises:
        NotYet: a payment is under way, or messages wait and `abandon` is not set.
    """
    query = select(Customer).where(Customer.merchant_id == merchant_id, Customer.phone == phone)
    customer = session.scalar(query.with_for_update())
    if customer is None:
        return None
    orders = _orders_of(session, customer)
    states = list(session.scalars(select(Order.state).where(Order.id.in_(orders))))
    if "pending" in states:
        raise NotYet("being_paid", states.count("pending"))
    waiting = _undelivered(session, customer, orders)
    moving = unsettled_of(session, customer.id)  # money that is on its way back to them
    if (waiting or moving) and not abandon:
        raise NotYet("undelivered", len(waiting) + moving)
    detach(session, customer)
    return Erased(len(orders), len(waiting))


def detach(session: Session, customer: Customer) -> None:
    """Take the person out of every row that knows them."""
    orders = _orders_of(session, customer)
    _detach_messages(session, customer, orders)
    _detach_orders(session, orders)
    _detach_visits(session, customer)
    forget_proofs(session, customer.id)
    hold.detach(session, customer.id, orders)
    detach_value(session, customer.id)
    # The row stays only where something hangs on it: proof that somebody was asked, or what points bought, no longer
    # whom or whose.
    if not any(
        session.scalar(select(table.id).where(table.customer_id == customer.id).limit(1))
        for table in (ConsentEvidence, RewardPurchase)
    ):
        session.execute(delete(Customer).where(Customer.id == customer.id))
        return
    nobody: dict[str, Any] = {"phone": f"{ERASED}{customer.id}", "identity_sealed": ""}
    nobody |= dict.fromkeys(("wallet", "wallet_as_of", "wallet_store_id"))
    session.execute(
        update(Customer)
        .where(Customer.id == customer.id)
        .values(**nobody, member_id=None, member_connection_id=None)
        .execution_options(synchronize_session=False)
    )


def _orders_of(session: Session, customer: Customer) -> Sequence[int]:
    same_number = (Order.merchant_id == customer.merchant_id) & (Order.phone == customer.phone)
    return list(session.scalars(select(Order.id).where(or_(Order.customer_id == customer.id, same_number))))


def _messages_of(customer: Customer, orders: Sequence[int]) -> ColumnElement[bool]:
    enrolments = (OutboxMessage.topic == TOPIC_ENROL) & OutboxMessage.key.startswith(f"{customer.id}-")
    return or_(OutboxMessage.order_id.in_(orders), enrolments)


def _undelivered(session: Session, customer: Customer, orders: Sequence[int]) -> Sequence[int]:
    query = select(OutboxMessage.id).where(
        _messages_of(customer, orders),
        OutboxMessage.state.not_in(("done", "void")),
        OutboxMessage.topic != TOPIC_CREDIT,  # only reads, for somebody who does not want to know any more
    )
    return list(session.scalars(query))


def _detach_messages(session: Session, customer: Customer, orders: Sequence[int]) -> None:
    theirs = _messages_of(customer, orders)
    session.execute(
        update(OutboxMessage)
        .where(theirs, OutboxMessage.state != "done")
        .values(state="done", reason=ABANDONED, lease="", leased_until=None)
    )
    session.execute(
        update(OutboxMessage)
        .where(theirs)
        .values(payload="", body=None, result=None, member_sealed="", body_sealed="", evidence=None)
    )


def _detach_orders(session: Session, orders: Sequence[int]) -> None:
    references = select(PaymentAttempt.key).where(PaymentAttempt.order_id.in_(orders))
    session.execute(update(PaymentNotice).where(PaymentNotice.reference.in_(references)).values(body=b""))
    session.execute(update(OrderLine).where(OrderLine.order_id.in_(orders)).values(note=""))
    session.execute(update(RefundRequest).where(RefundRequest.order_id.in_(orders)).values(words=""))
    nobody: dict[str, Any] = {
        "phone": None,
        "member_sealed": "",
        "customer_id": None,
        "visit_id": None,
        "name": "",
        "note": "",
        "consent": {},
    }
    session.execute(
        update(Order).where(Order.id.in_(orders)).values(**nobody).execution_options(synchronize_session=False)
    )


def _detach_visits(session: Session, customer: Customer) -> None:
    proof = select(ConsentEvidence.visit_id).where(ConsentEvidence.customer_id == customer.id)
    theirs = list(session.scalars(select(Visit).where(or_(Visit.customer_id == customer.id, Visit.id.in_(proof)))))
    needed = set(
        session.scalars(select(ConsentEvidence.visit_id).where(ConsentEvidence.visit_id.in_([v.id for v in theirs])))
    )
    for visit in theirs:
        if visit.id not in needed:
            session.delete(visit)
            continue
        # The browser starts anew; what it answered hangs on a visit that no browser has any more.
        visit.browser = f"{ERASED}{visit.id}"
        visit.customer_id, visit.email, visit.consent_email, visit.consent_sms = None, None, None, None
        visit.membership, visit.identified_at = "", None
        visit.member_sealed, visit.member_connection_id = "", None
    session.flush()
