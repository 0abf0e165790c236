"""What we ask Stripe for: one hosted Checkout Session for one attempt to pay."""

from datetime import timedelta
from typing import Any

from webapp.ports.payment.port import StartPayment

# Stripe takes no session that ends in less than 30 minutes, and a second attempt may start in the order's last one. So
# it is asked for longer, by the same rule each time (the same key must ask the same), and closed by us when our own
# time is over; whoever still pays after that, with our worker down, is given the money back. The quarter of an hour on
# top of Stripe's half is for clocks that differ.
BEYOND_OURS = timedelta(minutes=45)


def session_wish(wanted: StartPayment, *, manual: bool) -> Any:
    """The parameters of `POST /v1/checkout/sessions`.

    Cards only, which brings Apple Pay and Google Pay along: a bank's slow debit would pay a dish days after it was
    eaten. Our reference is on session and payment alike, so that every later event carries it.
    """
    facts = {
        **wanted.metadata,
        "reference": wanted.reference,
        "attempt": str(wanted.attempt_number),
    }
    line = {
        "quantity": 1,
        "price_data": {
            "currency": wanted.currency.lower(),
            "unit_amount": wanted.amount,
            "product_data": {"name": wanted.description},
        },
    }
    wish: dict[str, Any] = {
        "mode": "payment",
        "payment_method_types": ["card"],
        "line_items": [line],
        "client_reference_id": wanted.key,
        "metadata": facts,
        "payment_intent_data": {
            "capture_method": "manual" if manual else "automatic",
            "description": wanted.description,
            "metadata": facts,
        },
        "success_url": wanted.return_url,
        "cancel_url": wanted.cancel_url,
        "expires_at": int((wanted.expires_at + BEYOND_OURS).timestamp()),
        "locale": wanted.language,
    }
    if wanted.email:
        wish["customer_email"] = wanted.email
    return wish
