"""The reconciler: callbacks are an optimisation, this is what makes money right in the end (G6, G7, M2, M9).

One thing that cannot be settled never holds up the others (L11): each is tried on its own and put back with a pause,
and a provider that fails twice in a row is left alone until the next round.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.nouns.order.find import (
    CHECKED,
    LIVE,
    DueAttempt,
    attempts_to_check,
    notices_to_try,
    orders_past,
    refunds_to_ask,
)
from webapp.nouns.order.models import PaymentAttempt
from webapp.ports.payment.external_pos import ExternalPos
from webapp.ports.payment.port import PaymentRefused, PaymentTrouble
from webapp.usecases.checkout.accept import carry_out
from webapp.usecases.checkout.confirm import confirm_payment
from webapp.usecases.checkout.give_up import end_order
from webapp.usecases.checkout.notice import act_on_notice, postpone, raise_refused
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.refund import ask_refund, refund_later
from webapp.usecases.checkout.settle import end_unpaid
from webapp.usecases.wiring import Wiring

BATCH = 50
FAILURES_IN_A_ROW = 2
WATCH_CAPTURED = timedelta(minutes=15)
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 600
LONGEST_LIVE_WAIT_S = 60  # somebody may be looking at "we are waiting for your payment"


def reconcile(wiring: Wiring) -> int:
    """One round: notices, attempts, expiries, refunds; how many things it looked at."""
    tries = _Round(wiring)
    return _notices(tries) + _attempts(tries) + _expiries(tries) + _refunds(tries)


class _Round:
    """What this round has seen of each provider."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self._failures: dict[str, int] = {}

    def try_one(self, provider: str, work: Callable[[], bool], put_back: Callable[[], None]) -> bool:
        """Do `work`, which says whether the provider answered; whatever it meets, `put_back` lets the next one by.

        False when this provider is left alone for the rest of the round.
        """
        if self._failures.get(provider, 0) >= FAILURES_IN_A_ROW:
            return False
        try:
            answered = work()
        except PaymentTrouble:
            answered = False
        except Exception:  # noqa: BLE001 -- one poisoned row must not end the round of all the others (L11)
            logs.get().error("the reconciler could not settle something", provider=provider, exc_info=True)
            answered = True
        self._failures[provider] = 0 if answered else self._failures.get(provider, 0) + 1
        put_back()
        return True


def _notices(tries: _Round) -> int:
    wiring = tries.wiring
    with wiring.db.reading() as session:
        rows = notices_to_try(session, wiring.clock.now(), BATCH)
    return sum(_notice(tries, row_id, provider) for row_id, provider in rows)


def _notice(tries: _Round, row_id: int, provider: str) -> bool:
    wiring = tries.wiring
    done: list[bool] = []

    def work() -> bool:
        done.append(act_on_notice(wiring, row_id, deadline_s=wiring.worker_seconds))
        return done[0]

    def put_back() -> None:
        if not done:  # it fell before it could write down what became of it
            wiring.db.run(lambda session: postpone(session, row_id, "new", wiring.clock.now()))

    return tries.try_one(provider, work, put_back)


def _attempts(tries: _Round) -> int:
    wiring = tries.wiring
    with wiring.db.reading() as session:
        rows = attempts_to_check(session, wiring.clock.now(), BATCH)
    return sum(
        tries.try_one(due.attempt.provider, partial(_check, wiring, due), partial(_later, wiring, due)) for due in rows
    )


def _check(wiring: Wiring, due: DueAttempt) -> bool:
    over = due.order_state != "pending" or due.expires_at <= wiring.clock.now()
    try:
        if due.attempt.decision and due.attempt.state == "authorized":
            _decided(wiring, due, over=over)
        elif due.attempt.state in LIVE and over:
            end_order(wiring, due.reference, "expired", "reconciler", deadline_s=wiring.worker_seconds)
        elif due.attempt.state == "created" and due.attempt.provider == ExternalPos.name:
            return _sent(wiring, due)
        else:
            confirm_payment(wiring, due.attempt.id, "reconciler", deadline_s=wiring.worker_seconds)
    except PaymentRefused as refusal:
        code = refusal.code
        wiring.db.run(lambda session: raise_refused(session, due.attempt, code, wiring.clock.now()))
    return True


def _sent(wiring: Wiring, due: DueAttempt) -> bool:
    """An order its till has not acknowledged: sent again under the same key; whether the till answered."""
    try:
        start_payment(wiring, due.reference)
    except CannotPay as trouble:
        return trouble.code == "over"
    return True


def _decided(wiring: Wiring, due: DueAttempt, *, over: bool) -> None:
    """The kitchen has spoken and we died before, or while, telling the provider."""
    try:
        carry_out(wiring, due.attempt.id, deadline_s=wiring.worker_seconds)
    except PaymentRefused:
        if not over:
            raise
        end_order(wiring, due.reference, "cancelled", "reconciler", deadline_s=wiring.worker_seconds)


def _later(wiring: Wiring, due: DueAttempt) -> None:
    now = wiring.clock.now()
    attempt_id = due.attempt.id

    def work(session: Session) -> None:
        attempt = session.get_one(PaymentAttempt, attempt_id)
        session.execute(
            update(PaymentAttempt)
            .where(PaymentAttempt.id == attempt_id, PaymentAttempt.state.in_(CHECKED))
            .values(checks=PaymentAttempt.checks + 1, next_check_at=_next_check(attempt, due, now))
        )

    wiring.db.run(work)


def _next_check(attempt: PaymentAttempt, due: DueAttempt, now: datetime) -> datetime | None:
    if attempt.state not in LIVE:
        # A captured session is watched a while longer: some pages can be paid twice, and nobody may tell us (M2).
        over = now > attempt.expires_at + WATCH_CAPTURED
        return None if over else now + _wait(attempt.checks, LONGEST_WAIT_S)
    after = now + _wait(attempt.checks, LONGEST_LIVE_WAIT_S)
    return min(after, due.expires_at) if due.expires_at > now else after


def _wait(checks: int, longest_s: int) -> timedelta:
    return timedelta(seconds=min(longest_s, FIRST_WAIT_S * 2 ** min(checks, 6)))


def _expiries(tries: _Round) -> int:
    """Orders nobody can pay any more: the provider has said so before, their time is over now."""
    wiring = tries.wiring
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        order_ids = orders_past(session, now, BATCH)
    for order_id in order_ids:
        wiring.db.run(partial(end_unpaid, order_id=order_id, after="expired", now=now, cause="reconciler"))
    return len(order_ids)


def _refunds(tries: _Round) -> int:
    wiring = tries.wiring
    with wiring.db.reading() as session:
        rows = refunds_to_ask(session, wiring.clock.now(), BATCH)
    return sum(
        tries.try_one(provider, partial(ask_refund, wiring, refund_id), partial(refund_later, wiring, refund_id))
        for refund_id, provider in rows
    )
