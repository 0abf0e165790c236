"""Builds what is sent: from an allow-list of fields, the same bytes for the same facts (L4).

Never sent: points (they would be added), PINs we were not given, names, an optional answer nobody gave (D1).
"""

from datetime import datetime
from typing import Any

from webapp.ports.loyalty.paid_order import PaidLine, PaidOrder
from webapp.ports.loyalty.pongo.guesses import Guesses
from webapp.ports.loyalty.values import Consent
from webapp.ports.loyalty.wire import written

Body = dict[str, Any]


def phone_digits(e164: str) -> str:
    """`+33612345678` → `33612345678` (pongo.md section 3).

    Raises:
        ValueError: not a number in international form.
    """
    digits = e164.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 15 and digits[0] != "0"):
        raise ValueError("not an international number")
    return digits


def moment(value: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS+HH:MM`: offset with a colon, no `Z`, no fraction.

    Raises:
        ValueError: no zone.
    """
    if value.tzinfo is None:
        raise ValueError("a moment without a zone")
    return value.isoformat(timespec="seconds")


def consent(answers: Consent, guesses: Guesses) -> Body:
    """The answers given, in both spellings of the vendor; nothing for a question not asked."""
    body: Body = {}
    if answers.sms is not None:
        body["has_optin_sms"] = answers.sms
    if answers.email is not None:
        body["has_optin_email"] = answers.email
    # One word for two questions: said only when both were answered, true only when both were accepted.
    if guesses.send_has_optin and answers.sms is not None and answers.email is not None:
        body["has_optin"] = answers.sms and answers.email
    return body


def enrolment(phone: str, store_slug: str, answers: Consent, email: str | None, guesses: Guesses) -> Body:
    """Body of `POST /customers`. `phone`: E.164."""
    body: Body = {"international_phone_number": phone_digits(phone), "reference_store_slug": store_slug}
    if email:
        body["email"] = email
    return body | consent(answers, guesses)


def purchase(member_id: str, store_slug: str, pin: str | None) -> Body:
    """Body of the buy call; used later, with an order."""
    body: Body = {"customer": member_id, "store_slug": store_slug, "is_used": False}
    return body | ({"pin": pin} if pin else {})


def use(owned_id: str, member_id: str, store_slug: str, pin: str | None) -> Body:
    """Body of the use call."""
    body: Body = {"customer": member_id, "store_slug": store_slug, "hash": owned_id, "is_used": True}
    return body | ({"pin": pin} if pin else {})


def _line(line: PaidLine) -> Body:
    body: Body = {"name": line.name or line.sku or "-", "quantity": 1, "amount": line.amount}
    if line.sku:
        body["sku"] = line.sku
    if line.reward_id:
        body["reward_id"] = line.reward_id
    return body


def _customer(order: PaidOrder, guesses: Guesses) -> Body | None:
    body: Body = {}
    if order.member_id:
        body["customer_public_id"] = order.member_id
    if order.phone:
        body["international_phone_number"] = phone_digits(order.phone)
    return body | consent(order.consent, guesses) if body else None


def order_report(order: PaidOrder, guesses: Guesses) -> bytes:
    """Body of `POST /orders` (pongo.md section 7).

    Raises:
        ValueError: the phone is not in international form.
    """
    at_table, words = order.mode == "table", guesses.words
    body: Body = {
        "order_id": order.reference,
        "channel": words.channel_table if at_table else words.channel_collect,
        "delivery_mode": words.delivery_table if at_table else words.delivery_collect,
        "loyalty_store_slug": order.store_slug,
        "amount": order.amount,
        "tax_amount": order.tax_amount,
        "status": words.status_closed,
        "created_at": moment(order.created_at),
        "delivery_status": words.delivery_status,
        "withdrawal_at": moment(order.pickup_at) if order.pickup_at else None,
        "comment": order.comment,
        "lines": [_line(line) for line in order.lines],
        "customer": _customer(order, guesses),
    }
    if guesses.send_reward_ids:
        body["reward_ids"] = [line.reward_id for line in order.lines if line.reward_id]
    return written(body)


def order_cancel(order: PaidOrder, guesses: Guesses) -> bytes:
    """Body of `PATCH /orders/{id}`; an order id is unique per store only, so the store is named."""
    return written({"status": guesses.words.status_canceled, "loyalty_store_slug": order.store_slug})
