"""Callbacks: verified, stored, answered, then acted on by asking the provider (M5, M11, G7)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.find import attempt_named
from webapp.nouns.order.models import PaymentNotice
from webapp.ports.payment.port import Notice, PaymentRefused, PaymentTrouble, attempt_key
from webapp.usecases.checkout.pay import confirm_payment
from webapp.usecases.wiring import Wiring

ORPHAN_FOR = timedelta(hours=72)
SOON = timedelta(seconds=5)


def take_notice(wiring: Wiring, provider: str, headers: Mapping[str, str], body: bytes) -> None:
    """Store a verified callback; when this returns, it is committed and may be answered with 2xx (M11).

    Acting on it is tried at once; what fails is left to the worker, never to luck.

    Raises:
        UntrustedNotice: refuse it with 400; nothing was stored.
    """
    now = wiring.clock.now()
    notice = wiring.payments[provider].read_notice(headers, body, now)
    row_id = wiring.db.run(lambda session: _stored(session, provider, notice, body, now))
    if row_id is not None:
        act_on_notice(wiring, row_id, deadline_s=wiring.page_seconds)


def _stored(session: Session, provider: str, notice: Notice, body: bytes, now: datetime) -> int | None:
    row = {
        "provider": provider,
        "event_id": notice.event_id,
        "kind": notice.kind[:60],
        "provider_ref": (notice.provider_ref or "")[:120],
        "reference": _key_of(notice),
        "body": body,
        "state": "new",
        "attempts": 0,
        "next_check_at": now + SOON,
        "received_at": now,
    }
    added = insert_into(session, PaymentNotice).values(row).on_conflict_do_nothing().returning(PaymentNotice.id)
    return session.scalar(added)


def _key_of(notice: Notice) -> str:
    if notice.reference and notice.attempt_number is not None:
        return attempt_key(notice.reference, notice.attempt_number)[:120]
    return ""


def act_on_notice(wiring: Wiring, notice_id: int, *, deadline_s: float) -> None:
    """Find the attempt a stored callback speaks of and ask the provider about it.

    Unknown orders are kept as orphans and tried again for 72 h: the callback may have come before our own commit.
    """
    with wiring.db.reading() as session:
        notice = session.get_one(PaymentNotice, notice_id)
        attempt = attempt_named(session, notice.provider, notice.provider_ref, notice.reference)
    now = wiring.clock.now()
    if attempt is None:
        wiring.db.run(lambda session: _orphaned(session, notice_id, now))
        return
    try:
        confirm_payment(wiring, attempt.id, "callback", deadline_s=deadline_s)
    except PaymentTrouble as trouble:
        state = "ignored" if isinstance(trouble, PaymentRefused) else "new"
        wiring.db.run(lambda session: _postponed(session, notice_id, state, now))
        return
    wiring.db.run(lambda session: _marked(session, notice_id, "applied"))


def _marked(session: Session, notice_id: int, state: str) -> None:
    session.execute(update(PaymentNotice).where(PaymentNotice.id == notice_id).values(state=state, next_check_at=None))


def _postponed(session: Session, notice_id: int, state: str, now: datetime) -> None:
    attempts = session.scalar(select(PaymentNotice.attempts).where(PaymentNotice.id == notice_id)) or 0
    wait = timedelta(seconds=min(600, 5 * 2**attempts))
    session.execute(
        update(PaymentNotice)
        .where(PaymentNotice.id == notice_id)
        .values(state=state, attempts=attempts + 1, next_check_at=now + wait if state != "ignored" else None)
    )


def _orphaned(session: Session, notice_id: int, now: datetime) -> None:
    notice = session.get_one(PaymentNotice, notice_id)
    raise_alert(session, "orphan_notice", f"{notice.provider}/{notice.event_id}"[:140], now, detail=notice.kind)
    if now - notice.received_at > ORPHAN_FOR:
        _marked(session, notice_id, "parked")
    else:
        _postponed(session, notice_id, "orphan", now)
