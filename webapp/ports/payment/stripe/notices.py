"""Reading Stripe's callbacks: the library's verifier over the raw body first, content afterwards (X6)."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stripe import SignatureVerificationError, WebhookSignature

from webapp.ports.payment.port import ForgedNotice, Notice, StaleNotice, UnreadableNotice
from webapp.ports.payment.stripe.shapes import Misshapen, flag, moment, text

HEADER = "stripe-signature"
TOLERANCE_S = 300
MAX_HEADER = 1024
MAX_BODY = 256 * 1024
_STAMP = re.compile(r"t=([0-9]{1,12})")
# Everything else a busy endpoint may be sent is stored, answered with 2xx and left alone.
HEEDED = ("checkout.session.", "payment_intent.", "charge.", "refund.")


def check_signature(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Return when one live secret signed exactly this body at most 300 s before or after `now`.

    The library judges the signature; the time is judged here, since it takes no future date for wrong and reads the
    clock itself.

    Raises:
        ForgedNotice: no, unreadable or wrong signature, or a body larger than any real one.
        StaleNotice: right signature, wrong time.
    """
    values = [value for name, value in headers.items() if name.lower() == HEADER]
    if len(values) != 1 or len(values[0]) > MAX_HEADER or not values[0].isascii() or len(body) > MAX_BODY:
        raise ForgedNotice("no usable signature")
    stamps = [found[1] for part in values[0].split(",") if (found := _STAMP.fullmatch(part.strip()))]
    if len(stamps) != 1 or not any(_signed(body, values[0], secret) for secret in secrets):
        raise ForgedNotice("wrong signature")
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE_S:
        raise StaleNotice("signed too long before or after now")


def _signed(body: bytes, header: str, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(body, header, secret, tolerance=None)
    except (SignatureVerificationError, ValueError):
        return False
    return True


def read_content(body: bytes) -> Notice:
    """The notice in a body whose signature was right.

    Raises:
        UnreadableNotice: when it is not an event.
    """
    try:
        event = json.loads(body)
        kind, about = text(event, "type", 200), event["data"]["object"]
        metadata = about.get("metadata") or {}
        number = metadata.get("attempt", "")
        return Notice(
            event_id=text(event, "id"),
            kind=kind,
            provider_ref=about["id"] if kind.startswith("checkout.session.") else None,
            reference=_short(metadata.get("reference")),
            attempt_number=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None,
            created_at=moment(event, "created"),
            account=_short(event.get("account")),
            livemode=flag(event, "livemode"),
            capture_id=_capture_id(about),
            heeded=kind.startswith(HEEDED),
        )
    except (Misshapen, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableNotice("signed, but not a notice") from error


def _short(value: Any) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= 120 and value.isprintable() else None


def _capture_id(about: Mapping[str, Any]) -> str | None:
    """The charge a refund or dispute is about: neither carries our reference."""
    if about.get("object") == "charge":
        return _short(about.get("id"))
    return _short(about.get("charge"))
