"""Giving money back: asked once per capture, its result learned however often we died right after asking (M9, C25)."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.order.find import locked
from webapp.nouns.order.models import PaymentAttempt, PaymentCapture, Refund
from webapp.nouns.order.requests import note_gone, note_refused
from webapp.ports.payment.port import PaymentProvider, PaymentRefused, PaymentUnavailable, RefundFact
from webapp.usecases.checkout.settle import settle_attempts, settle_refunds
from webapp.usecases.wiring import Wiring

FIRST_WAIT_S = 30
LONGEST_WAIT_S = 600
# Refusals that speak of our account, not of this refund: it is asked again once somebody has put that right.
OF_THE_ACCOUNT = frozenset({"credentials", "http_401", "http_403"})


def ask_refund(wiring: Wiring, refund_id: int) -> bool:
    """Ask for one refund, or what became of it if we asked before; True.

    Raises:
        PaymentTrouble: no usable answer; ask again later.
    """
    with wiring.db.reading() as session:
        refund = session.get_one(Refund, refund_id)
        capture = session.get_one(PaymentCapture, refund.capture_row_id)
        account_id = session.get_one(PaymentAttempt, capture.attempt_id).payment_account_id
    provider = wiring.payments.behind(capture.provider, account_id)
    if provider is None:
        raise PaymentUnavailable("not set up")
    try:
        state, at = _state(provider, capture, refund, wiring.worker_seconds)
    except PaymentRefused as refusal:
        state, at = refusal.code, None
    now = wiring.clock.now()
    wiring.db.run(lambda session: _answered(session, refund_id, state, now, at or now))
    return True


def _state(
    provider: PaymentProvider, capture: PaymentCapture, refund: Refund, deadline_s: float
) -> tuple[str, datetime | None]:
    """What became of the refund, `succeeded`, `pending`, `failed`, and when by the provider's clock.

    The provider's list is read first: it knows more than a repeated answer to an old key, and also tells what a person
    gave back by hand.
    """
    known = provider.refunds_of(capture.capture_id, deadline_s=deadline_s)
    ours = next((fact for fact in known if fact.key == refund.key), None)
    if ours is not None:
        return ours.state, ours.at
    if refund.amount > capture.amount - _given(known):
        return ("succeeded" if _given(known) >= capture.amount else "over_refund"), None
    made = provider.refund(capture.capture_id, refund.amount, refund.key, deadline_s=deadline_s)
    return made.state, made.at


def _given(facts: tuple[RefundFact, ...]) -> int:
    return sum(fact.amount for fact in facts if fact.state != "failed")


def _answered(session: Session, refund_id: int, state: str, now: datetime, at: datetime) -> None:
    order_id = session.get_one(Refund, refund_id).order_id
    order = locked(session, order_id)
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if order is None or refund.state != "intended":
        return
    subject = f"{order.reference}/{refund_id}"
    if state == "succeeded":
        refund.state, refund.done_at = "done", at  # the provider's own day, for the books
        resolve_alert(session, "refund_refused", subject, now)
        note_gone(session, refund, now)
        session.flush()
        settle_attempts(session, order, now)
    elif state != "pending":
        raise_alert(session, "refund_refused", subject, now, merchant_id=order.merchant_id, detail=state)
        if state not in OF_THE_ACCOUNT:
            refund.state = "refused"
            note_refused(session, refund)
    session.flush()
    settle_refunds(session, order, now)


def refund_later(wiring: Wiring, refund_id: int) -> None:
    """Leave a refund that is not settled yet alone for a while."""
    now = wiring.clock.now()

    def work(session: Session) -> None:
        refund = session.get_one(Refund, refund_id, with_for_update=True)
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(refund.attempts, 6))
        refund.attempts += 1
        refund.next_check_at = now + timedelta(seconds=wait)
        session.flush()

    wiring.db.run(work)
