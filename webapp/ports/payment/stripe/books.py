"""Stripe's own account of a span of time: charges and refunds that this shop caused (see `KeepsBooks`).

An account may also serve the merchant's other business, so what does not carry our reference is nobody's business here.
A refund carries none; the charge it is of does, and so one made by hand at Stripe is seen too. Both count at the moment
they were created, as our own rows do: a charge authorised before midnight and captured after it is of the day before.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from webapp.ports.payment.port import Movement, PaymentUnavailable, attempt_key
from webapp.ports.payment.stripe.failures import asking
from webapp.ports.payment.stripe.shapes import Misshapen, amount, flag, moment, refund_of, text
from webapp.ports.payment.stripe.transport import PeerClient

PAGE = 100


def movements(api: Any, wire: PeerClient, since: datetime, until: datetime, deadline_s: float) -> tuple[Movement, ...]:
    """See `KeepsBooks.movements`. `api`: the library's services; `wire`: what they speak through."""
    ends = time.monotonic() + deadline_s
    span = {"gte": math.ceil(since.timestamp()), "lt": math.ceil(until.timestamp())}

    def read(ask: Callable[[Any], Any], *expanded: str) -> Iterator[Mapping[str, Any]]:
        asked: dict[str, Any] = {"created": span, "limit": PAGE, "expand": [f"data.{name}" for name in expanded]}
        while True:
            left = ends - time.monotonic()
            if left <= 0:
                raise PaymentUnavailable("not all of it in time")
            with wire.within(left):
                page = ask(asked).to_dict()
            yield from page["data"]
            if not page["has_more"]:
                return
            asked["starting_after"] = text(page["data"][-1], "id")

    with asking():
        charges = [_taken(one) for one in read(api.charges.list, "balance_transaction")]
        refunds = [_given(one) for one in read(api.refunds.list, "balance_transaction", "charge")]
    moved = [one for one in (*charges, *refunds) if one is not None]
    return tuple(sorted(moved, key=lambda one: (one.at, one.id)))


def _taken(charge: Mapping[str, Any]) -> Movement | None:
    reference, key = _ours(charge)
    if not reference or text(charge, "status") != "succeeded" or not flag(charge, "captured"):
        return None
    name = text(charge, "id")
    return Movement(
        kind="capture",
        id=name,
        capture_id=name,
        key=key,
        reference=reference,
        amount=amount(charge, "amount_captured"),
        currency=text(charge, "currency").upper(),
        at=moment(charge, "created"),
        fee=_fee(charge),
    )


def _given(refund: Mapping[str, Any]) -> Movement | None:
    charge = refund.get("charge")
    if not isinstance(charge, Mapping):
        raise Misshapen("charge")
    reference, _ = _ours(charge)
    if not reference or not flag(charge, "captured"):
        return None  # of money never taken: what a cancelled authorisation lets go
    fact = refund_of({**refund, "charge": text(charge, "id")})
    if fact.state == "failed":
        return None
    return Movement(
        kind="refund",
        id=fact.id,
        capture_id=fact.capture_id,
        key=fact.key,
        reference=reference,
        amount=fact.amount,
        currency=fact.currency,
        at=fact.at,
        fee=_fee(refund),
    )


def _ours(charge: Mapping[str, Any]) -> tuple[str, str]:
    """Our order's reference and the key of the attempt; Stripe copies them from the payment to its charge."""
    metadata = charge.get("metadata") or {}
    reference, number = metadata.get("reference", ""), metadata.get("attempt", "")
    return (reference, attempt_key(reference, int(number))) if reference and number.isdecimal() else ("", "")


def _fee(row: Mapping[str, Any]) -> int | None:
    """What Stripe kept; None while it has not booked the movement."""
    booked = row.get("balance_transaction")
    found = booked.get("fee") if isinstance(booked, Mapping) else None
    return found if isinstance(found, int) else None
