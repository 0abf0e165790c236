"""The rows of a frozen order: its lines as they were priced, its attempts, the answers given with it (G1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from webapp.nouns.basket.lines import Line
from webapp.nouns.catalog.texts import said
from webapp.nouns.customer.visits import Guest
from webapp.nouns.order.models import Order
from webapp.nouns.pricing import Quote, QuoteDetail, QuoteLine
from webapp.ports.payment.port import attempt_key
from webapp.usecases.payments import Payee

FIRST_CHECK = timedelta(seconds=60)
ZERO = "zero"


def attempt_row(payee: Payee | None, order: Order, number: int, now: datetime) -> dict[str, Any]:
    """A new attempt, amount and currency read only from the frozen order (G1); `payee`: not asked for a total of 0."""
    paid_to = payee if order.due else None
    return {
        "order_id": order.id,
        "number": number,
        "key": attempt_key(order.reference, number),
        "provider": paid_to.provider.name if paid_to else ZERO,
        "payment_account_id": paid_to.account_id if paid_to else None,
        "url": "",
        "state": "created",
        "amount": order.due,
        "currency": order.currency,
        "account": paid_to.provider.account if paid_to else ZERO,
        "livemode": bool(payee and payee.provider.livemode),
        "created_at": now,
        "expires_at": order.expires_at,
        "next_check_at": now + FIRST_CHECK,
        "checks": 0,
    }


def answers(visit: Guest) -> dict[str, bool]:
    """What was answered about messages in this visit; a question left is left out (D1)."""
    given = {"email": visit.consent_email, "sms": visit.consent_sms}
    return {channel: answer for channel, answer in given.items() if answer is not None}


def line_rows(
    priced: Quote, basket_lines: Sequence[Line], order_id: int, language: str, languages: tuple[str, ...]
) -> Sequence[dict[str, Any]]:
    """The lines as they were priced, in `language` for the diner and in the first of `languages` for the kitchen."""
    wanted = {str(line.id): line.wanted for line in basket_lines}
    return [
        _line_row(line, order_id, position, wanted[line.line_id].note, (language, languages))
        | {"configuration": wanted[line.line_id].configuration.to_json()}
        for position, line in enumerate(priced.lines)
    ]


def _line_row(
    line: QuoteLine, order_id: int, position: int, note: str, tongues: tuple[str, tuple[str, ...]]
) -> dict[str, Any]:
    language, languages = tongues
    return {
        "order_id": order_id,
        "position": position,
        "basket_line_id": int(line.line_id),
        "sku": line.sku,
        "name": said(line.name, languages[0], languages),
        "shown_name": said(line.name, language, languages),
        "details": [_detail(detail, language, languages) for detail in line.details],
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "total": line.total,
        "vat_rate": line.vat_rate,
        "note": note,
    }


def _detail(detail: QuoteDetail, language: str, languages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": said(detail.name, languages[0], languages),
        "shown_name": said(detail.name, language, languages),
        "quantity": detail.quantity,
        "unit_price": detail.unit_price,
        "sku": detail.sku,
        "included": detail.included,
        "kind": detail.kind,
        "course": detail.course,
    }
