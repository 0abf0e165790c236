"""The one place that decides "paid": callback, return page, reconciler and zero totals all end here (G3).

A fact is what the provider says when asked, never what a browser or a callback's body says (M6). Applying it any
number of times, in any order, leaves the same rows as once (M5).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.basket.lines import Ordered, take_out
from webapp.nouns.customer.models import Customer
from webapp.nouns.order import feed
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.order.find import LIVE, attempts_of, last_attempt, lines_of, live_attempt, locked
from webapp.nouns.order.models import AT_TILL, Order, OrderLine, PaymentAttempt, PaymentCapture, Refund
from webapp.nouns.order.moves import move_attempt, move_order
from webapp.nouns.order.papers import RECEIPT, take_number
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.order.slots import release_slot
from webapp.nouns.promotion import hold
from webapp.nouns.promotion.find import discounts_of
from webapp.nouns.value import rows as movements
from webapp.nouns.value.basket import take_tenders_out
from webapp.ports.payment.external_pos import ExternalPos
from webapp.ports.payment.port import Capture, PaymentFact
from webapp.usecases.checkout.tell import tell_loyalty

# How long an authorised order waits for the kitchen at least; then it is let go like any unpaid one (M4).
ACCEPT_WITHIN = timedelta(minutes=15)


def apply_payment_fact(session: Session, attempt_id: int, fact: PaymentFact, now: datetime, cause: str) -> str:
    """Bring attempt and order up to what the provider says; once per capture, whoever brings the news.

    Args:
        session: the caller's write transaction.
        attempt_id: our attempt.
        fact: the provider's present answer about it.
        now: the present moment.
        cause: for the audit trail: `callback`, `return`, `reconciler`, `zero`, `close`.

    Returns:
        The order's state afterwards.
    """
    attempt = session.get_one(PaymentAttempt, attempt_id)
    order = locked(session, attempt.order_id)
    assert order is not None  # noqa: S101 -- an attempt cannot outlive its order
    session.refresh(attempt)
    if order.state == AT_TILL and attempt.provider == ExternalPos.name:
        return order.state  # left to the restaurant's till: whatever is paid there is not ours
    if attempt.provider_ref is None and fact.key == attempt.key:
        attempt.provider_ref = fact.provider_ref
        session.flush()
    for capture in fact.captures:
        _capture(session, order, attempt, fact, capture, now, cause)
    if fact.captures:
        move_attempt(session, attempt, "captured", now)
        if any(capture.disputed for capture in fact.captures):
            _disputed(session, order, attempt, now)
    elif fact.state == "authorized":
        _authorized(session, order, attempt, fact, now)
    elif fact.state in {"failed", "expired"}:
        move_attempt(session, attempt, fact.state, now)
    settle_refunds(session, order, now)
    return order.state


def _authorized(session: Session, order: Order, attempt: PaymentAttempt, fact: PaymentFact, now: datetime) -> None:
    """The bank has promised the money; the order stays pending until the kitchen says yes or time is over (M8)."""
    if not move_attempt(session, attempt, "authorized", now):
        return
    if order.state != "pending":
        _hurry_others(session, order, now)  # the reconciler lets the money go
        return
    trouble = _mismatch_of_page(order, attempt, fact)
    if trouble is not None:
        raise_alert(session, f"payment_{trouble}", attempt.key, now, merchant_id=order.merchant_id)
        attempt.decision, attempt.next_check_at = "refuse", now
    else:
        order.expires_at = max(order.expires_at, now + ACCEPT_WITHIN)
        feed.append(session, order.store_id, order.id, order.state, "to accept", now)
    session.flush()


def _disputed(session: Session, order: Order, attempt: PaymentAttempt, now: datetime) -> None:
    if move_attempt(session, attempt, "disputed", now):
        raise_alert(session, "payment_disputed", attempt.key, now, merchant_id=order.merchant_id)


def _capture(
    session: Session,
    order: Order,
    attempt: PaymentAttempt,
    fact: PaymentFact,
    capture: Capture,
    now: datetime,
    cause: str,
) -> None:
    trouble = _mismatch(order, attempt, fact, capture) or _locked(session, order)
    honoured = trouble is None and order.state == "pending"
    row = {
        "order_id": order.id,
        "attempt_id": attempt.id,
        "provider": attempt.provider,
        "capture_id": capture.id,
        "amount": capture.amount,
        "currency": capture.currency,
        "honoured": honoured,
        "seen_at": now,
        "taken_at": capture.at,
        "asked_back": 0,
    }
    added = insert_into(session, PaymentCapture).values(row).on_conflict_do_nothing().returning(PaymentCapture.id)
    capture_row_id = session.scalar(added)
    if capture_row_id is None:
        return  # known already: whoever told us first has acted on it in the same transaction
    if attempt.state not in LIVE:
        _hurry_others(session, order, now)
    if honoured:
        _paid(session, order, now, cause)
        return
    reason = trouble or ("paid_twice" if order.state in {"paid", "closed"} else "paid_too_late")
    raise_alert(
        session, f"payment_{reason}", f"{order.reference}/{capture.id}"[:140], now, merchant_id=order.merchant_id
    )
    _give_back(session, order, capture_row_id, capture, reason, now)
    if order.state in {"pending", "expired", "cancelled"}:
        held = order.state == "pending"
        if move_order(session, order, "refund_due", f"{cause}: {reason}", now) and held:
            _release(session, order, now)


def _mismatch(order: Order, attempt: PaymentAttempt, fact: PaymentFact, capture: Capture) -> str | None:
    """Why this money may not pay this order (G12, M7), or None. Money already given back pays nothing (M1)."""
    troubles = {
        "wrong_currency": capture.currency != order.currency,
        "wrong_amount": capture.amount != order.due,
        "given_back": capture.refunded > 0,
    }
    of_page = _mismatch_of_page(order, attempt, fact, amount=False)
    return of_page or next((name for name, found in troubles.items() if found), None)


def _mismatch_of_page(order: Order, attempt: PaymentAttempt, fact: PaymentFact, *, amount: bool = True) -> str | None:
    troubles = {
        "wrong_reference": fact.reference != order.reference or fact.key != attempt.key,
        "wrong_account": fact.account != attempt.account,
        "wrong_mode": fact.livemode != attempt.livemode,
        "wrong_currency": fact.currency != order.currency,
        "wrong_amount": amount and fact.amount != order.due,
    }
    return next((name for name, found in troubles.items() if found), None)


def _locked(session: Session, order: Order) -> str | None:
    """The owner of the points locked them while this order, which would use a reward of theirs, was being paid.

    The money goes back and the reward stays with its owner: whoever pays loses nothing, and nobody is served with a
    stranger's reward (section 3).
    """
    if order.state != "pending" or order.customer_id is None:
        return None
    locked_at = session.scalar(select(Customer.spending_locked_at).where(Customer.id == order.customer_id))
    if locked_at is None:
        return None
    theirs = order.by_value or any(one.owned_id or one.choice_key for one in discounts_of(session, order.id))
    return "spending_locked" if theirs else None


def _paid(session: Session, order: Order, now: datetime, cause: str) -> None:
    """`pending → paid` and everything that is true from this moment on, in one transaction."""
    moved = move_order(session, order, "paid", cause, now)
    assert moved  # noqa: S101 -- the row is locked and was pending a moment ago
    order.progress, order.progress_at = "accepted", now
    lines = lines_of(session, order.id)
    hold.use(session, order)
    empty_basket(session, order, lines, now)
    tell_loyalty(session, order, lines, discounts_of(session, order.id), now)
    order.receipt_number = take_number(session, order.merchant_id, RECEIPT)
    session.flush()


def empty_basket(session: Session, order: Order, lines: Sequence[OrderLine], now: datetime) -> None:
    """Take out of the basket what was ordered; what was added to it meanwhile stays."""
    ordered = [
        Ordered(line.basket_line_id, line.sku, line.configuration, line.quantity)
        for line in lines
        if line.basket_line_id is not None
    ]
    if order.by_value:
        take_tenders_out(session, order.basket_id)
    take_out(session, order.basket_id, ordered, now)


def _hurry_others(session: Session, order: Order, now: datetime) -> None:
    """Money came in on an attempt given up before: a newer one still open is to be closed at the next round (M2)."""
    session.execute(
        update(PaymentAttempt)
        .where(PaymentAttempt.order_id == order.id, PaymentAttempt.state.in_(LIVE))
        .values(next_check_at=now)
    )


def _give_back(
    session: Session, order: Order, capture_row_id: int, capture: Capture, reason: str, now: datetime
) -> None:
    left = capture.amount - capture.refunded
    if left <= 0:
        return
    row = {
        "capture_row_id": capture_row_id,
        "order_id": order.id,
        "key": f"refund-{capture.id}"[:140],
        "state": "intended",
        "amount": left,
        "reason": reason,
        "attempts": 0,
        "next_check_at": now,
        "created_at": now,
    }
    session.execute(insert_into(session, Refund).values(row).on_conflict_do_nothing())


def settle_refunds(session: Session, order: Order, now: datetime) -> None:
    """`refund_due → refunded` once everything that had to go back has gone.

    A part that was refused, and set free, before is no obstacle: what it asked for is in the request that made the
    refund whole.
    """
    if order.state != "refund_due":
        return
    settle_attempts(session, order, now)
    missing = (
        select(Refund.id)
        .outerjoin(RefundRequest, RefundRequest.id == Refund.request_id)
        .where(Refund.order_id == order.id, Refund.state != "done")
        .where(or_(Refund.state == "intended", Refund.request_id.is_(None), RefundRequest.state != "refused"))
        .limit(1)
    )
    if session.scalar(missing) is None and not (order.by_value and movements.going_back(session, order.id)):
        move_order(session, order, "refunded", "all given back", now)


def settle_attempts(session: Session, order: Order, now: datetime) -> None:
    """`captured → refund_pending → refunded` for attempts all of whose money goes, or has gone, back."""
    held = (
        select(PaymentCapture.attempt_id, func.sum(PaymentCapture.amount))
        .where(PaymentCapture.order_id == order.id)
        .group_by(PaymentCapture.attempt_id)
    )
    taken = {attempt_id: int(amount) for attempt_id, amount in session.execute(held)}
    gone: dict[str, dict[int, int]] = {"intended": {}, "done": {}}
    asked = (
        select(Refund.state, PaymentCapture.attempt_id, func.sum(Refund.amount))
        .join(PaymentCapture, PaymentCapture.id == Refund.capture_row_id)
        .where(Refund.order_id == order.id, Refund.state.in_(gone))
        .group_by(Refund.state, PaymentCapture.attempt_id)
    )
    for state, attempt_id, amount in session.execute(asked):
        gone[state][attempt_id] = int(amount)
    for attempt in attempts_of(session, order.id):
        whole = taken.get(attempt.id, 0)
        done = gone["done"].get(attempt.id, 0)
        if whole and done + gone["intended"].get(attempt.id, 0) >= whole:
            move_attempt(session, attempt, "refund_pending", now)
        if whole and done >= whole:
            move_attempt(session, attempt, "refunded", now)


def _release(session: Session, order: Order, now: datetime) -> None:
    hold.release(session, order.id)
    free_slot(session, order)
    return_value(session, order, now)


def return_value(session: Session, order: Order, now: datetime) -> None:
    """What the diner's gift card paid of an order that is not paid goes back; points people must give back."""
    for row in movements.give_all_back(session, order, now):
        subject = f"{order.reference}/{row.id}"
        raise_alert(session, "value_by_hand", subject, now, merchant_id=order.merchant_id, detail=row.kind)


def free_slot(session: Session, order: Order) -> None:
    """The kitchen's promise is no longer needed; for the one move that ends it (K3)."""
    if order.slot_at is not None and order.slot_items:
        release_slot(session, order.store_id, order.slot_at, order.slot_items)


def end_unpaid(session: Session, order_id: int, after: str, now: datetime, cause: str) -> str:
    """`pending → expired | cancelled`, giving slot, codes and rewards back exactly once (K3); its state afterwards.

    Only after the provider said that no money can come any more (G6): an attempt still alive keeps it pending.
    """
    order = locked(session, order_id)
    if order is None:
        return ""
    if order.state != "pending":
        return order.state
    if movements.points_under_way(session, order):
        return order.state  # they cannot be given back: the order is paid once they are known to be taken
    if live_attempt(session, order_id) is None and move_order(session, order, after, cause, now):
        _release(session, order, now)
        last = last_attempt(session, order_id)
        if last is not None and last.provider == "counter":
            feed.append(session, order.store_id, order.id, "to pay", after, now)  # the board need not wait for it
    return order.state
