"""The legal moves of orders and attempts; every move is one conditional update (M3, section 1 of the protocol)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.orm import Session

from webapp.ground.db import UtcDateTime
from webapp.nouns.order import feed
from webapp.nouns.order.models import AT_TILL, ON_BOARD, Order, OrderTransition, PaymentAttempt

ORDER_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"pending"}),
    "pending": frozenset({"paid", "expired", "cancelled", "refund_due", AT_TILL}),
    # Nothing more is ever heard of it: whoever paid, paid the restaurant.
    AT_TILL: frozenset(),
    "expired": frozenset({"refund_due"}),
    "cancelled": frozenset({"refund_due"}),
    "paid": frozenset({"closed", "refund_due"}),
    "closed": frozenset({"refund_due"}),
    "refund_due": frozenset({"refunded"}),
    "refunded": frozenset(),
}

ATTEMPT_MOVES: dict[str, frozenset[str]] = {
    "created": frozenset({"open", "authorized", "captured", "failed", "expired"}),
    "open": frozenset({"authorized", "captured", "failed", "expired"}),
    # The bank has promised, nothing is taken: that waits for the kitchen's yes, and pays nothing meanwhile (M8).
    "authorized": frozenset({"captured", "failed", "expired"}),
    # A capture that surfaces after the provider said "expired" is still money, and a late "failed" undoes nothing.
    "failed": frozenset({"captured"}),
    "expired": frozenset({"captured"}),
    "captured": frozenset({"refund_pending", "disputed"}),
    # A payer's bank may object to what is on its way back, or has gone back, all the same.
    "refund_pending": frozenset({"refunded", "disputed"}),
    "refunded": frozenset({"disputed"}),
    "disputed": frozenset(),
}

PROGRESS_MOVES: dict[str, frozenset[str]] = {
    "accepted": frozenset({"preparing", "ready"}),
    "preparing": frozenset({"ready"}),
    "ready": frozenset({"collected"}),
    "collected": frozenset(),
}

# Looked at for a while longer: some pages can be paid twice, and nobody may tell us (M2).
WATCHED = frozenset({"open", "authorized", "captured", "refund_pending", "refunded"})

# Where an order left to the till ends whose diner never came to pay; the till's own books say the same.
NOBODY = "nobody"

# A tap in the wrong place is taken back while that is still honest: soon after it, and never past another move.
PROGRESS_BACK: dict[str, frozenset[str]] = {
    "preparing": frozenset({"accepted"}),
    "ready": frozenset({"preparing", "accepted"}),
    "collected": frozenset({"ready"}),
}
TAKEN_BACK_WITHIN = timedelta(minutes=10)
# What leaves or enters the order boards; everything before the payment is no business of the kitchen's.
MADE = frozenset({*ON_BOARD, "closed"})

_NOW = bindparam("now_", type_=UtcDateTime)
_NOTED = insert(OrderTransition).inline()  # nobody asks for the row's id
_ORDER_MOVED = (
    update(Order)
    .where(Order.id == bindparam("order_"), Order.state == bindparam("before_"))
    .values(state=bindparam("after_"), paid_at=bindparam("paid_"))
)
_ATTEMPT_MOVED = (
    update(PaymentAttempt)
    .where(PaymentAttempt.id == bindparam("attempt_"), PaymentAttempt.state == bindparam("before_"))
    .values(state=bindparam("after_"), next_check_at=bindparam("check_"))
)


class IllegalMove(Exception):
    """A programming error: this arrow is not in the graph."""


def note_move(session: Session, order_id: int, before: str, after: str, cause: str, now: datetime) -> None:
    """Append one row to the audit trail."""
    row = {"order_id": order_id, "before": before, "after": after, "cause": cause, "at": now}
    session.connection().execute(_NOTED, row)


def move_order(session: Session, order: Order, after: str, cause: str, now: datetime) -> bool:
    """Move `order` from the state it was read in to `after`; False when somebody else moved it first.

    Raises:
        IllegalMove: for an arrow the protocol does not have.
    """
    before = order.state
    if after not in ORDER_MOVES[before]:
        raise IllegalMove(f"{before} → {after}")
    paid_at = now if after == "paid" else order.paid_at
    asked = {"order_": order.id, "before_": before, "after_": after, "paid_": paid_at}
    changed = session.connection().execute(_ORDER_MOVED, asked)
    if changed.rowcount != 1:
        return False
    note_move(session, order.id, before, after, cause, now)
    if after in ON_BOARD or (before in MADE and after not in MADE):
        feed.append(session, order.store_id, order.id, before, after, now)
    session.refresh(order, ["state", "paid_at"])
    return True


def move_attempt(session: Session, attempt: PaymentAttempt, after: str, now: datetime) -> bool:
    """Move `attempt` to `after` when that is a step forward; False when it is not, or somebody else moved it.

    One that took money is asked about for a while longer, also when it had been given up before (M2).
    """
    before = attempt.state
    if after not in ATTEMPT_MOVES[before]:
        return False
    kept = attempt.next_check_at if before in {"captured", "refund_pending"} else attempt.next_check_at or now
    next_check = kept if after in WATCHED else None
    asked = {"attempt_": attempt.id, "before_": before, "after_": after, "check_": next_check}
    changed = session.connection().execute(_ATTEMPT_MOVED, asked)
    if changed.rowcount != 1:
        return False
    session.refresh(attempt, ["state", "next_check_at"])
    return True


_PROGRESSED = (
    update(Order)
    .where(Order.id == bindparam("order_"), Order.state.in_(ON_BOARD), Order.progress == bindparam("before_"))
    .values(progress=bindparam("after_"), progress_at=bindparam("now_"), seen_at=func.coalesce(Order.seen_at, _NOW))
    .returning(Order.store_id)
)
_BACK = _PROGRESSED.where(Order.progress_at == bindparam("moved_"))
_SEEN = (
    update(Order)
    .where(Order.id == bindparam("order_"), Order.state.in_(ON_BOARD), Order.seen_at.is_(None))
    .values(seen_at=_NOW)
    .returning(Order.store_id)
)


def move_progress(
    session: Session, order_id: int, before: str, after: str, now: datetime, staff_id: int | None = None
) -> bool:
    """Move the kitchen's side of a paid order one step on, and tell the boards; False when it was not in `before`.

    Raises:
        IllegalMove: for an arrow the kitchen does not have.
    """
    if after not in PROGRESS_MOVES.get(before, frozenset()):
        raise IllegalMove(f"{before} → {after}")
    asked = {"order_": order_id, "before_": before, "after_": after, "now_": now}
    return _told(session, session.connection().execute(_PROGRESSED, asked).scalar(), asked, staff_id)


def can_take_back(moved_at: datetime | None, progress: str, now: datetime) -> bool:
    """Whether the kitchen's last move of an order may still be taken back."""
    return progress in PROGRESS_BACK and moved_at is not None and now - moved_at <= TAKEN_BACK_WITHIN


def take_back(
    session: Session, order_id: int, before: str, moved_at: datetime, after: str, now: datetime, staff_id: int | None
) -> bool:
    """Take the kitchen's last move (to `before`, at `moved_at`) back to `after`; False when something came between.

    Raises:
        IllegalMove: for an arrow nobody may go back, or too late.
    """
    if after not in PROGRESS_BACK.get(before, frozenset()) or not can_take_back(moved_at, before, now):
        raise IllegalMove(f"{before} → {after}")
    asked = {"order_": order_id, "before_": before, "after_": after, "now_": now, "moved_": moved_at}
    return _told(session, session.connection().execute(_BACK, asked).scalar(), asked, staff_id)


_ABANDONED = (
    update(Order)
    .where(
        Order.id == bindparam("order_"), Order.state == AT_TILL, Order.progress.in_(("accepted", "preparing", "ready"))
    )
    .values(progress=bindparam("after_"), progress_at=bindparam("now_"), seen_at=func.coalesce(Order.seen_at, _NOW))
    .returning(Order.store_id)
)


def abandon(session: Session, order_id: int, now: datetime, staff_id: int | None) -> bool:
    """Nobody came for what was left to the till: off the boards; False when it is over, or was never left there."""
    asked = {"order_": order_id, "before_": "", "after_": NOBODY, "now_": now}
    return _told(session, session.connection().execute(_ABANDONED, asked).scalar(), asked, staff_id)


def acknowledge(session: Session, order_id: int, now: datetime, staff_id: int | None = None) -> bool:
    """Somebody in the kitchen has seen a new order; False when somebody had before."""
    asked = {"order_": order_id, "before_": "", "after_": "seen", "now_": now}
    return _told(session, session.connection().execute(_SEEN, asked).scalar(), asked, staff_id)


def _told(session: Session, store_id: int | None, asked: dict[str, Any], staff_id: int | None) -> bool:
    if store_id is None:
        return False
    feed.append(session, store_id, asked["order_"], asked["before_"], asked["after_"], asked["now_"], staff_id)
    return True
