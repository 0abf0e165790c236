"""The reconciler: callbacks are an optimisation, this is what makes money right in the end (G6, G7, M2, M9)."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.find import CHECKED, attempts_to_check, notices_to_try, orders_past, refunds_to_ask
from webapp.nouns.order.models import Order, PaymentAttempt, PaymentCapture, Refund
from webapp.nouns.order.moves import move_order
from webapp.ports.payment.port import PaymentRefused, PaymentTrouble, RefundFact
from webapp.usecases.checkout.notice import act_on_notice
from webapp.usecases.checkout.pay import confirm_payment, give_up
from webapp.usecases.wiring import Wiring

BATCH = 50
WATCH_CAPTURED = timedelta(minutes=15)
LONGEST_WAIT_S = 600


def reconcile(wiring: Wiring) -> int:
    """One round: notices, attempts, expiries, refunds; how many things it looked at."""
    return _notices(wiring) + _attempts(wiring) + _expiries(wiring) + _refunds(wiring)


def _wait(checks: int) -> timedelta:
    return timedelta(seconds=min(LONGEST_WAIT_S, 30 * 2 ** min(checks, 6)))


def _notices(wiring: Wiring) -> int:
    with wiring.db.reading() as session:
        rows = notices_to_try(session, wiring.clock.now(), BATCH)
    for row in rows:
        act_on_notice(wiring, row.id, deadline_s=wiring.worker_seconds)
    return len(rows)


def _attempts(wiring: Wiring) -> int:
    with wiring.db.reading() as session:
        rows = attempts_to_check(session, wiring.clock.now(), BATCH)
    for row in rows:
        # No answer: asked again at the next round; an outage is seen in the metrics, not settled here.
        with suppress(PaymentTrouble):
            confirm_payment(wiring, row.id, "reconciler", deadline_s=wiring.worker_seconds)
        _checked_later(wiring, row)
    return len(rows)


def _checked_later(wiring: Wiring, row: PaymentAttempt) -> None:
    now = wiring.clock.now()
    # A captured session is watched a while longer: some pages can be paid twice, and nobody may tell us (M2).
    over = row.state == "captured" and now > row.expires_at + WATCH_CAPTURED
    after = None if over else now + _wait(row.checks)

    def work(session: Session) -> None:
        session.execute(
            update(PaymentAttempt)
            .where(PaymentAttempt.id == row.id, PaymentAttempt.state.in_(CHECKED))
            .values(checks=PaymentAttempt.checks + 1, next_check_at=after)
        )

    wiring.db.run(work)


def _expiries(wiring: Wiring) -> int:
    with wiring.db.reading() as session:
        rows = orders_past(session, wiring.clock.now(), BATCH)
    for row in rows:
        give_up(wiring, row.reference, "expired", "reconciler", deadline_s=wiring.worker_seconds)
    return len(rows)


def _refunds(wiring: Wiring) -> int:
    with wiring.db.reading() as session:
        rows = refunds_to_ask(session, wiring.clock.now(), BATCH)
    for row in rows:
        _ask_refund(wiring, row)
    return len(rows)


def _ask_refund(wiring: Wiring, refund: Refund) -> None:
    """Ask once per capture: the same key is the same refund, however often we died right after asking (M9, C25)."""
    with wiring.db.reading() as session:
        capture = session.get_one(PaymentCapture, refund.capture_row_id)
    provider = wiring.payments[capture.provider]
    fact: RefundFact | None = None
    refused = ""
    try:
        fact = provider.refund(capture.capture_id, refund.amount, refund.key, deadline_s=wiring.worker_seconds)
    except PaymentRefused as refusal:
        refused = refusal.code
    except PaymentTrouble:
        pass
    now = wiring.clock.now()
    wiring.db.run(lambda session: _refund_answered(session, refund.id, fact, refused, now))


def _refund_answered(session: Session, refund_id: int, fact: RefundFact | None, refused: str, now: datetime) -> None:
    refund = session.get_one(Refund, refund_id)
    order = session.get_one(Order, refund.order_id)
    if refund.state != "intended":
        return
    if fact is not None and fact.state == "succeeded":
        refund.state, refund.done_at = "done", now
        if order.state == "refund_due" and not _refunds_left(session, refund):
            move_order(session, order, "refunded", "refund done", now)
    elif refused or (fact is not None and fact.state == "failed"):
        refund.state = "refused"
        subject = f"{order.reference}/{refund_id}"
        raise_alert(session, "refund_refused", subject, now, merchant_id=order.merchant_id, detail=refused)
    else:
        refund.next_check_at = now + _wait(refund.attempts)
    refund.attempts += 1
    session.flush()


def _refunds_left(session: Session, done: Refund) -> bool:
    others = session.query(Refund).filter(
        Refund.order_id == done.order_id, Refund.id != done.id, Refund.state == "intended"
    )
    return bool(others.count())
