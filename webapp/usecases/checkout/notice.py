"""Callbacks: verified, stored, answered, then acted on by asking the provider (M5, M11, G7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.ground.upsert import insert_into
from webapp.nouns.merchant.payment_account import merchant_paid
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.order.find import attempt_named, is_struggling
from webapp.nouns.order.models import PaymentAttempt, PaymentNotice
from webapp.ports.payment.port import Notice, PaymentProvider, PaymentRefused, PaymentTrouble, attempt_key
from webapp.usecases.checkout.confirm import confirm_payment
from webapp.usecases.payments import Payee
from webapp.usecases.wiring import Wiring

ORPHAN_FOR = timedelta(hours=72)
ORPHAN = "orphan_notice"
SOON = timedelta(seconds=5)
LONGEST_WAIT_S = 600


@dataclass(frozen=True)
class _Kept:
    """A notice that is now stored: its row, and whether asking the provider about it at once makes sense."""

    row_id: int
    at_once: bool


class NobodysAddress(Exception):
    """No account of ours is called back at this address."""


def take_notice(wiring: Wiring, provider: str, headers: Mapping[str, str], body: bytes, token: str = "") -> None:
    """Store a verified callback; when this returns, it is committed and may be answered with 2xx (M11).

    Acting on it is tried at once while the provider answers; everything else is left to the worker, never to luck.

    `token`: the last part of the address, "" where an address has none.

    Raises:
        NobodysAddress: answer 404; nothing was read.
        UntrustedNotice: refuse it with 400; nothing was stored.
    """
    now = wiring.clock.now()
    payee = wiring.payments.called_back(provider, token)
    if payee is None:
        raise NobodysAddress(provider)
    notice = payee.provider.read_notice(headers, body, now)
    kept = wiring.db.run(lambda session: _stored(session, payee, notice, body, now))
    if kept is None or not kept.at_once:
        return
    try:
        act_on_notice(wiring, kept.row_id, deadline_s=wiring.page_seconds)
    except Exception:  # noqa: BLE001 -- it is committed: whatever goes wrong from here on must not be answered with 5xx
        logs.get().error("a stored callback could not be acted on yet", row=kept.row_id, exc_info=True)


def _stored(session: Session, payee: Payee, notice: Notice, body: bytes, now: datetime) -> _Kept | None:
    speaker = payee.provider
    foreign = _is_foreign(speaker, notice)
    left_alone = foreign or not notice.heeded
    row = {
        "provider": speaker.name,
        "payment_account_id": payee.account_id,
        "event_id": notice.event_id[:120],
        "kind": notice.kind[:60],
        "provider_ref": (notice.provider_ref or notice.capture_id or "")[:120],
        "reference": _key_of(notice),
        "body": body,
        "state": "ignored" if left_alone else "new",
        "attempts": 0,
        "next_check_at": None if left_alone else now + SOON,
        "received_at": now,
    }
    added = insert_into(session, PaymentNotice).values(row).on_conflict_do_nothing().returning(PaymentNotice.id)
    row_id = session.scalar(added)
    if row_id is None:
        return None
    if foreign:
        merchant_id = merchant_paid(session, payee.account_id)
        subject = _subject(speaker.name, notice.event_id)
        raise_alert(session, "foreign_notice", subject, now, merchant_id=merchant_id, detail=notice.kind)
    return _Kept(row_id, at_once=not left_alone and not is_struggling(session, speaker.name, now))


def _is_foreign(speaker: PaymentProvider, notice: Notice) -> bool:
    """Of another account, or a test event where money is real: nobody is asked about it (M7)."""
    other_account = notice.account is not None and notice.account != speaker.account
    return other_account or (notice.livemode is not None and notice.livemode != speaker.livemode)


def _subject(provider: str, event_id: str) -> str:
    return f"{provider}/{event_id}"[:140]


def _key_of(notice: Notice) -> str:
    if notice.reference and notice.attempt_number is not None:
        return attempt_key(notice.reference, notice.attempt_number)[:120]
    return ""


def act_on_notice(wiring: Wiring, notice_id: int, *, deadline_s: float) -> bool:
    """Find the attempt a stored callback speaks of and ask the provider about it; False when it did not answer.

    Unknown orders are kept as orphans and tried again for 72 h: the callback may have come before our own commit.
    """
    with wiring.db.reading() as session:
        notice = session.get_one(PaymentNotice, notice_id)
        attempt = attempt_named(session, notice.provider, notice.provider_ref, notice.reference)
    if attempt is not None and attempt.payment_account_id != notice.payment_account_id:
        attempt = None  # one merchant's provider does not speak of another's orders
    now = wiring.clock.now()
    if attempt is None:
        wiring.db.run(lambda session: _orphaned(session, notice_id, now))
        return True
    try:
        confirm_payment(wiring, attempt.id, "callback", deadline_s=deadline_s)
    except PaymentRefused as refusal:
        code = refusal.code
        wiring.db.run(lambda session: _refused(session, notice_id, code, now))
    except PaymentTrouble:
        wiring.db.run(lambda session: postpone(session, notice_id, "new", now))
        return False
    else:
        wiring.db.run(lambda session: _applied(session, notice_id, now))
    return True


def _marked(session: Session, notice_id: int, state: str) -> None:
    session.execute(update(PaymentNotice).where(PaymentNotice.id == notice_id).values(state=state, next_check_at=None))


def _applied(session: Session, notice_id: int, now: datetime) -> None:
    notice = session.get_one(PaymentNotice, notice_id)
    _marked(session, notice_id, "applied")
    resolve_alert(session, ORPHAN, _subject(notice.provider, notice.event_id), now)


def _refused(session: Session, notice_id: int, code: str, now: datetime) -> None:
    """The provider will not speak of it: a person looks; the attempt itself stays with the reconciler."""
    notice = session.get_one(PaymentNotice, notice_id)
    _marked(session, notice_id, "ignored")
    raise_refused(session, notice, code, now, detail=notice.kind)


def raise_refused(
    session: Session, about: PaymentNotice | PaymentAttempt, code: str, now: datetime, *, detail: str = ""
) -> None:
    """The provider refuses to speak to us: somebody looks at the keys. Once per account and reason, not per payment."""
    account_id = about.payment_account_id
    subject = f"{about.provider}/{code}" if account_id is None else f"{about.provider}/{account_id}/{code}"
    merchant_id = merchant_paid(session, account_id)
    raise_alert(session, "payment_refused", subject, now, merchant_id=merchant_id, detail=detail)


def postpone(session: Session, notice_id: int, state: str, now: datetime) -> None:
    """Try this notice again later, and later still each time."""
    notice = session.get_one(PaymentNotice, notice_id, with_for_update=True)
    if notice.state not in {"new", "orphan"}:
        return  # somebody else has dealt with it meanwhile
    wait = timedelta(seconds=min(LONGEST_WAIT_S, 5 * 2 ** min(notice.attempts, 10)))
    notice.state, notice.attempts, notice.next_check_at = state, notice.attempts + 1, now + wait
    session.flush()


def _orphaned(session: Session, notice_id: int, now: datetime) -> None:
    notice = session.get_one(PaymentNotice, notice_id)
    merchant_id = merchant_paid(session, notice.payment_account_id)
    subject = _subject(notice.provider, notice.event_id)
    raise_alert(session, ORPHAN, subject, now, merchant_id=merchant_id, detail=notice.kind)
    if now - notice.received_at > ORPHAN_FOR:
        _marked(session, notice_id, "parked")
    else:
        postpone(session, notice_id, "orphan", now)
