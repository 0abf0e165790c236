"""What the payment page of an attempt is asked for, and who is asked."""

from webapp.nouns.merchant.facts import store_by_id
from webapp.nouns.order.find import lines_of
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.ports.payment.port import PaymentProvider, PaymentUnavailable, Sold, StartPayment
from webapp.usecases.wiring import Wiring

PAGE_LANGUAGES = ("fr", "en")
DESCRIPTION_MOST = 120


def order_link(wiring: Wiring, reference: str) -> str:
    """The signed word that opens this order's pages (A4)."""
    return wiring.signer.sign("order", reference)


def provider_of(wiring: Wiring, attempt: PaymentAttempt) -> PaymentProvider:
    """Whoever takes the money of this attempt.

    Raises:
        PaymentUnavailable: it is not set up (any more); what it holds is asked for when it is again.
    """
    provider = wiring.payments.behind(attempt.provider, attempt.payment_account_id)
    if provider is None:
        raise PaymentUnavailable("not set up")
    return provider


def wanted(wiring: Wiring, order: Order, attempt: PaymentAttempt) -> StartPayment:
    """The request of this attempt: made of frozen facts as far as possible, since the same key must ask the same."""
    link = order_link(wiring, order.reference)
    with wiring.db.reading() as session:
        store = store_by_id(session, order.store_id)
        lines = lines_of(session, order.id)
    name = _printable(store.name if store else "")
    return StartPayment(
        key=attempt.key,
        reference=order.reference,
        attempt_number=attempt.number,
        amount=attempt.amount,
        currency=attempt.currency,
        description=f"{name[:DESCRIPTION_MOST]} · {order.number}",
        return_url=f"{wiring.public_url}/pay/{link}/return",
        cancel_url=f"{wiring.public_url}/pay/{link}/cancel",
        expires_at=attempt.expires_at,
        language=order.language if order.language in PAGE_LANGUAGES else PAGE_LANGUAGES[-1],
        metadata={"merchant": _printable(store.merchant.name if store else "") or "-"},
        lines=tuple(Sold(_printable(one.name), one.quantity, one.total) for one in lines),
        number=str(order.number),
        # No address for the provider's receipt: ours is behind the order's link, numbered and with its VAT, and an
        # address asked for here would be one more fact about a person to keep, to explain and to erase. At Stripe's
        # page the payer may still give one to Stripe itself.
    )


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
