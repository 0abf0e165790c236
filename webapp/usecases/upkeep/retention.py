"""What is forgotten by itself, and when (D6). Every step is bounded, so that no diner waits for it."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.basket.models import Basket
from webapp.nouns.customer.models import ConsentEvidence, Customer, Visit
from webapp.nouns.customer.proof_models import OneTimeCode, ProvenBrowser, SmsMessage
from webapp.nouns.order.models import AT_TILL, Order, PaymentCapture, PaymentNotice
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.upkeep.erasure import ERASED, detach
from webapp.usecases.wiring import Wiring

AT_ONCE = 200
DRAFTS = timedelta(hours=24)
UNPAID = timedelta(days=30)
BODIES = timedelta(days=90)
VISITS = timedelta(days=90)
CODES = timedelta(days=1)
PROOFS = timedelta(days=90)
DINERS = timedelta(days=3 * 365)
ACCOUNTS = timedelta(days=10 * 366)


def forget(wiring: Wiring) -> int:
    """One round, each step in a transaction of its own; how many rows were forgotten."""
    now = wiring.clock.now()
    steps = (_drafts, _unpaid, _bodies, _told, _visits, _proofs, _diners, _accounts)
    return sum(wiring.db.run(partial(step, now=now)) for step in steps)


def _delete(session: Session, table: Any, which: Select[Any]) -> int:
    gone = session.connection().execute(delete(table).where(table.id.in_(which.limit(AT_ONCE))))
    return int(gone.rowcount)


def _drafts(session: Session, now: datetime) -> int:
    paying = exists().where(Order.basket_id == Basket.id, Order.state == "pending")
    return _delete(session, Basket, select(Basket.id).where(Basket.updated_at < now - DRAFTS, ~paying))


def _unpaid(session: Session, now: datetime) -> int:
    """Orders nobody paid here; one that ever saw money is an accounting fact."""
    money = exists().where(PaymentCapture.order_id == Order.id)
    ended = Order.state.in_(("expired", "cancelled", AT_TILL))
    return _delete(session, Order, select(Order.id).where(ended, Order.created_at < now - UNPAID, ~money))


def _bodies(session: Session, now: datetime) -> int:
    """What callbacks said word for word; that they came stays known."""
    old = select(PaymentNotice.id).where(PaymentNotice.received_at < now - BODIES, PaymentNotice.body != b"")
    emptied = update(PaymentNotice).where(PaymentNotice.id.in_(old.limit(AT_ONCE))).values(body=b"")
    return int(session.connection().execute(emptied).rowcount)


def _told(session: Session, now: datetime) -> int:
    """What the programme was told holds a number; that it was told stays known."""
    old = select(OutboxMessage.id).where(
        OutboxMessage.state.in_(("done", "void")), OutboxMessage.done_at < now - BODIES, OutboxMessage.payload != ""
    )
    emptied = (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(old.limit(AT_ONCE)))
        .values(payload="", body=None, member_sealed="", body_sealed="", evidence=None)
    )
    return int(session.connection().execute(emptied).rowcount)


def _visits(session: Session, now: datetime) -> int:
    """Browsers long gone; those that answered a consent question stay as its evidence."""
    proof = exists().where(ConsentEvidence.visit_id == Visit.id)
    return _delete(session, Visit, select(Visit.id).where(Visit.seen_at < now - VISITS, ~proof))


def _proofs(session: Session, now: datetime) -> int:
    """Codes nobody can type any more, messages whose links work no more, proofs that ended long ago."""
    ended = or_(ProvenBrowser.expires_at < now, ProvenBrowser.revoked_at < now - PROOFS)
    sent = SmsMessage.state.in_(("done", "parked")) & (SmsMessage.created_at < now - PROOFS)
    return (
        _delete(session, OneTimeCode, select(OneTimeCode.id).where(OneTimeCode.expires_at < now - CODES))
        + _delete(session, ProvenBrowser, select(ProvenBrowser.id).where(ended))
        + _delete(session, SmsMessage, select(SmsMessage.id).where(sent))
    )


def _diners(session: Session, now: datetime) -> int:
    """People not seen for years."""
    long_ago = now - DINERS
    seen = exists().where(Visit.customer_id == Customer.id, Visit.seen_at >= long_ago)
    ordered = exists().where(Order.customer_id == Customer.id, Order.created_at >= long_ago)
    query = select(Customer).where(Customer.created_at < long_ago, ~Customer.phone.startswith(ERASED), ~seen, ~ordered)
    people = list(session.scalars(query.limit(AT_ONCE)))
    for person in people:
        detach(session, person)
    return len(people)


def _accounts(session: Session, now: datetime) -> int:
    return _delete(session, Order, select(Order.id).where(Order.created_at < now - ACCOUNTS))
