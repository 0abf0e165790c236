"""Orders that nobody has to pay anything for: the same road to "paid" as every other (M10)."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.order.find import locked
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.value.rows import all_taken
from webapp.ports.payment.port import Capture, PaymentFact
from webapp.usecases.checkout.frozen import ZERO
from webapp.usecases.checkout.settle import apply_payment_fact
from webapp.usecases.wiring import Wiring


def settle_zero(wiring: Wiring, attempt_id: int) -> None:
    """A rest of 0 is paid by nobody and confirmed by the same function as every other (M10)."""
    now = wiring.clock.now()

    def work(session: Session) -> None:
        attempt = session.get_one(PaymentAttempt, attempt_id)
        order = locked(session, attempt.order_id)
        if order is not None:
            pay_nothing(session, order, attempt, now)

    wiring.db.run(work)


def pay_nothing(session: Session, order: Order, attempt: PaymentAttempt, now: datetime) -> None:
    """A pending, locked order nobody need pay for is paid; with a gift card or points only once they were taken."""
    if order.state != "pending" or order.due != 0 or not (order.by_value == 0 or all_taken(session, order)):
        return
    capture = Capture(f"zero:{order.reference}", 0, order.currency, 0, now)
    fact = PaymentFact(
        provider_ref=f"zero:{order.reference}",
        key=attempt.key,
        reference=order.reference,
        state="captured",
        amount=0,
        currency=order.currency,
        account=attempt.account,
        livemode=attempt.livemode,
        captures=(capture,),
    )
    apply_payment_fact(session, attempt.id, fact, now, ZERO)
