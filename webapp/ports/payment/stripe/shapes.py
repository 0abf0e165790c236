"""Stripe's objects as the port's values, field by field: what is not as documented is no answer (G14)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from webapp.ports.payment.port import Capture, PaymentFact, PaymentState, RefundFact, RefundState

LONGEST_ID = 120
LONGEST_KEY = 140
REFUNDS: dict[str, RefundState] = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}


class Misshapen(Exception):
    """Not the object Stripe documents."""


def fact_of(session: Any, account: str) -> PaymentFact:
    """A Checkout Session, its payment intent and charge expanded, as a fact.

    `account`: the key we asked with opens this account only, and was seen to do so when it was stored; Stripe's own
    objects do not say whose they are.
    """
    intent = _field(session, "payment_intent")
    captures = () if intent is None else _captures(intent)
    return PaymentFact(
        provider_ref=text(session, "id"),
        key=text(session, "client_reference_id", LONGEST_KEY),
        reference=text(_field(session, "metadata"), "reference"),
        state="captured" if captures else _state(session, intent),
        amount=amount(session, "amount_total"),
        currency=text(session, "currency").upper(),
        account=account,
        livemode=flag(session, "livemode"),
        captures=captures,
    )


def _state(session: Any, intent: Any) -> PaymentState:
    status = text(session, "status")
    if status == "expired":
        return "expired"
    of_intent = "" if intent is None else text(intent, "status")
    if of_intent == "canceled":
        return "expired"
    return "authorized" if of_intent == "requires_capture" else "open"


def _captures(intent: Any) -> tuple[Capture, ...]:
    charge = _field(intent, "latest_charge")
    if charge is None or text(charge, "status") != "succeeded" or not flag(charge, "captured"):
        return ()
    whole, taken = amount(charge, "amount"), amount(charge, "amount_captured")
    # Of a payment captured in part Stripe calls the rest "refunded", though it was never taken.
    back = max(0, amount(charge, "amount_refunded") - (whole - taken))
    capture = Capture(
        id=text(charge, "id"),
        amount=taken,
        currency=text(charge, "currency").upper(),
        refunded=back,
        at=moment(charge, "created"),
        disputed=flag(charge, "disputed"),
    )
    return (capture,)


def refund_of(refund: Any) -> RefundFact:
    """A refund; one made by hand in Stripe's own pages carries no key of ours."""
    metadata = _field(refund, "metadata") or {}
    key = metadata.get("key", "") if isinstance(metadata, Mapping) else ""
    return RefundFact(
        id=text(refund, "id"),
        key=key if isinstance(key, str) else "",
        capture_id=text(refund, "charge"),
        amount=amount(refund, "amount"),
        currency=text(refund, "currency").upper(),
        state=REFUNDS[text(refund, "status")],
        at=moment(refund, "created"),
    )


def intent_of(session: Any) -> str:
    """The id of the payment behind a session.

    Raises:
        Misshapen: there is none yet.
    """
    intent = _field(session, "payment_intent")
    return text(intent, "id") if isinstance(intent, Mapping) else text(session, "payment_intent")


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        raise Misshapen(f"{name} of something that is no object")
    return value.get(name)


def text(value: Any, name: str, most: int = LONGEST_ID) -> str:
    """A text that is not empty."""
    found = _field(value, name)
    if not isinstance(found, str) or not 1 <= len(found) <= most:
        raise Misshapen(name)
    return found


def amount(value: Any, name: str) -> int:
    """Minor units."""
    found = _field(value, name)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise Misshapen(name)
    return found


def flag(value: Any, name: str) -> bool:
    """Yes or no."""
    found = _field(value, name)
    if not isinstance(found, bool):
        raise Misshapen(name)
    return found


def moment(value: Any, name: str) -> datetime:
    """A moment, seconds since 1970."""
    try:
        return datetime.fromtimestamp(amount(value, name), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Misshapen(name) from error
