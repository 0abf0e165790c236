"""Requests of staff to give money back: asked, answered, counted against what was taken (M2, M9)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from webapp.nouns.order.models import PaymentCapture, Refund
from webapp.nouns.order.papers import CREDIT, take_number
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.value.rows import going_back, value_goes_back


def requests_of(session: Session, order_id: int) -> Sequence[RefundRequest]:
    """Every request about an order, oldest first."""
    query = select(RefundRequest).where(RefundRequest.order_id == order_id)
    return list(session.scalars(query.order_by(RefundRequest.id)))


def request_of_key(session: Session, key: str) -> RefundRequest | None:
    """The request a confirmation page has made already, or None."""
    return session.scalar(select(RefundRequest).where(RefundRequest.key == key))


def honoured_capture(session: Session, order_id: int) -> PaymentCapture | None:
    """The money that paid an order; None for one that cost nothing."""
    query = select(PaymentCapture).where(PaymentCapture.order_id == order_id, PaymentCapture.honoured)
    return session.scalar(query.limit(1))


def reserve(session: Session, capture_row_id: int, amount: int) -> bool:
    """Set `amount` of a capture aside to go back; False when less than that is left of it."""
    changed = session.connection().execute(
        update(PaymentCapture)
        .where(PaymentCapture.id == capture_row_id, PaymentCapture.asked_back + amount <= PaymentCapture.amount)
        .values(asked_back=PaymentCapture.asked_back + amount)
    )
    return changed.rowcount == 1


def intend(session: Session, request: RefundRequest, capture: PaymentCapture, amount: int, now: datetime) -> None:
    """The intent to give this request's share of the card back, with a key of its own at the provider (M9, C25)."""
    row = {
        "capture_row_id": capture.id, "request_id": request.id, "order_id": request.order_id,
        "key": f"refund-{capture.capture_id}-{request.id}"[:140], "state": "intended", "amount": amount,
        "reason": request.reason, "attempts": 0, "next_check_at": now, "created_at": now,
    }  # fmt: skip
    session.execute(insert(Refund).values(row))


def note_gone(session: Session, refund: Refund, now: datetime) -> None:
    """The money has gone back: the request is done once its other shares have, see `settle_request`."""
    if refund.request_id is not None:
        session.flush()
        settle_request(session, refund.request_id, now)


def settle_request(session: Session, request_id: int, now: datetime) -> None:
    """All a request gives back has gone, to the card and to the gift card: done, with the next credit note's number."""
    request = session.get(RefundRequest, request_id, populate_existing=True)
    if request is None or request.state != "asked" or going_back(session, request.order_id, request.id):
        return
    under_way = select(Refund.id).where(Refund.request_id == request_id, Refund.state != "done").limit(1)
    if session.scalar(under_way) is None:
        request.state, request.done_at = "done", now
        request.credit_number = take_number(session, request.merchant_id, CREDIT)


def note_refused(session: Session, refund: Refund) -> None:
    """The provider said no: a part is free to be asked for again; of a whole order the money is still owed.

    So it is of a part whose share of a gift card goes, or was for people to give, back: were that part free again, its
    dish would be given back once more. It stays asked, and only the card's share can be asked for again.
    """
    request = _asked(session, refund)
    if request is None or request.whole or value_goes_back(session, request.id):
        return
    request.state = "refused"
    session.execute(
        update(PaymentCapture)
        .where(PaymentCapture.id == refund.capture_row_id)
        .values(asked_back=PaymentCapture.asked_back - refund.amount)
    )


def _asked(session: Session, refund: Refund) -> RefundRequest | None:
    if refund.request_id is None:
        return None
    request = session.get(RefundRequest, refund.request_id, populate_existing=True)
    return request if request is not None and request.state == "asked" else None


def refunds_of_order(session: Session, order_id: int) -> Sequence[Refund]:
    """Everything that goes or went back for an order, oldest first."""
    return list(session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)))


def given(session: Session, order_id: int) -> int:
    """Minor units staff have asked back of an order and that were not refused."""
    asked = select(func.coalesce(func.sum(RefundRequest.amount), 0)).where(
        RefundRequest.order_id == order_id, RefundRequest.state != "refused"
    )
    return int(session.scalar(asked) or 0)


def ask_anew(session: Session, refund_id: int, now: datetime) -> bool:
    """Ask for a refused refund once more, under another key: the provider has given its answer to the old one.

    Not for a part that was set free when it was refused: whoever wants it back asks for it anew.
    """
    set_free = select(RefundRequest.id).where(RefundRequest.id == Refund.request_id, RefundRequest.state != "asked")
    changed = session.connection().execute(
        update(Refund)
        .where(Refund.id == refund_id, Refund.state == "refused", ~set_free.exists())
        .values(state="intended", key=Refund.key + "+", attempts=0, next_check_at=now)
    )
    return changed.rowcount == 1
