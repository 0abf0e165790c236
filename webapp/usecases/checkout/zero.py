"""Orders that nobody has to pay anything for: the same road to "paid" as every other (M10)."""

from sqlalchemy.orm import Session

from webapp.nouns.order.find import locked
from webapp.nouns.order.models import PaymentAttempt
from webapp.ports.payment.port import Capture, PaymentFact
from webapp.usecases.checkout.frozen import ZERO
from webapp.usecases.checkout.settle import apply_payment_fact
from webapp.usecases.wiring import Wiring


def settle_zero(wiring: Wiring, attempt_id: int) -> None:
    """A total of 0 is paid by nobody and confirmed by the same function as every other (M10)."""
    now = wiring.clock.now()

    def work(session: Session) -> None:
        attempt = session.get_one(PaymentAttempt, attempt_id)
        order = locked(session, attempt.order_id)
        if order is None or order.state != "pending" or order.total != 0:
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

    wiring.db.run(work)
