"""What follows from the end of a movement: always in the transaction that writes it down."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.order.find import last_attempt, locked
from webapp.nouns.order.models import Order
from webapp.nouns.order.requests import settle_request
from webapp.nouns.value import rows
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import POINTS
from webapp.usecases.checkout.settle import return_value, settle_refunds
from webapp.usecases.checkout.tell import tell_checked
from webapp.usecases.checkout.zero import pay_nothing

SHORT, BY_HAND, LATE = "value_short", "value_by_hand", "value_late"
ENDED = ("expired", "cancelled", "refund_due", "refunded")


def ended(
    session: Session, row: ValueMovement, before: tuple[str, ...], after: str, now: datetime, reason: str = ""
) -> bool:
    """Write down how a movement ended, and do what follows; False when somebody else has done so before."""
    order = locked(session, row.order_id)
    if order is None or not rows.move(session, row.id, before, after, now, reason):
        return False
    session.flush()
    if after not in (rows.PLANNED, rows.SENT, rows.UNKNOWN):
        resolve_alert(session, LATE, _subject(order, row), now)
        follow = _after_debit if row.way == rows.DEBIT else _after_credit
        follow(session, order, row, after, now)
    session.flush()
    return True


def _subject(order: Order, row: ValueMovement) -> str:
    return f"{order.reference}/{row.id}"


def _alert(session: Session, kind: str, order: Order, row: ValueMovement, now: datetime) -> None:
    raise_alert(session, kind, _subject(order, row), now, merchant_id=order.merchant_id, detail=row.kind)


def _after_debit(session: Session, order: Order, row: ValueMovement, after: str, now: datetime) -> None:
    if after == rows.BY_HAND:
        _alert(session, BY_HAND, order, row, now)
    if order.state in ENDED:
        return_value(session, order, now)
        settle_refunds(session, order, now)
    elif order.state in rows.PAID and row.kind == POINTS:
        if after in (rows.REFUSED, rows.VOID):
            _alert(session, SHORT, order, row, now)  # paid and being cooked: never undone, a person is told
        tell_checked(session, order, now)
    elif order.state == "pending" and after == rows.DONE:
        attempt = last_attempt(session, order.id)
        if attempt is not None:
            pay_nothing(session, order, attempt, now)


def _after_credit(session: Session, order: Order, row: ValueMovement, after: str, now: datetime) -> None:
    if after != rows.DONE:
        _alert(session, BY_HAND, order, row, now)
    if row.request_id is not None:
        settle_request(session, row.request_id, now)
    settle_refunds(session, order, now)


def later(session: Session, row: ValueMovement, now: datetime, wait: timedelta, reason: str) -> None:
    """The programme does not answer: looked at again then; one that is late is shown (O5)."""
    if rows.look_again(session, row, now + wait, reason=reason) and now - row.created_at > timedelta(minutes=15):
        order = session.get_one(Order, row.order_id)
        _alert(session, LATE, order, row, now)
