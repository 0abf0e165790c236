"""Joining the programme and passing on consent, when the page could not do it at once (C2, C3, D3)."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.models import StoreMapping
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Consent, Disconnected, LoyaltyError, LoyaltyProgram
from webapp.usecases.delivery.outcome import Done, Later, Outcome, Park

TOPIC_ENROL = "loyalty.enrol"


@dataclass(frozen=True)
class Enrolment:
    """Somebody asked to join: what the programme is told. `consent` holds only answers that were given (D1)."""

    customer_id: int
    store_slug: str
    asked_at: str
    phone: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    consent: dict[str, bool] = field(default_factory=dict)

    def to_json(self) -> str:
        """As kept in the outbox."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Enrolment":
        """As read from the outbox."""
        return cls(**json.loads(text))


def consent_of(wanted: Enrolment) -> Consent:
    """The answers, as the port wants them."""
    return Consent(email=wanted.consent.get("email"), sms=wanted.consent.get("sms"))


def frozen_wish(session: Session, row: OutboxMessage) -> bytes | None:
    """The enrolment as it will be asked for, its store's name at the programme settled at the first attempt (L9).

    None when the store has no mapping any more.
    """
    if row.body is not None:
        return row.body
    mapping = session.get(StoreMapping, row.store_id)
    if mapping is None or mapping.connection_id != row.connection_id:
        return None
    return replace(Enrolment.from_json(row.payload), store_slug=mapping.slug).to_json().encode()


def send(program: LoyaltyProgram, body: bytes, deadline_s: float) -> Outcome:
    """One attempt. An existing member is found first and never enrolled again, so a repeat does no harm (C2)."""
    wanted = Enrolment.from_json(body.decode())
    try:
        member = program.enrol(
            wanted.phone,
            store_slug=wanted.store_slug,
            consent=consent_of(wanted),
            email=wanted.email,
            deadline_s=deadline_s,
        )
    except Disconnected as error:
        return Later(error.code, disconnected=True)
    except LoyaltyError as error:
        if error.permanent:
            return Park(str(error))
        return Later(error.code, acted=error.may_have_acted, retry_after_s=error.retry_after_s)
    return Done({"member_id": member.member_id})


def enrolled(session: Session, row: OutboxMessage, result: dict[str, Any]) -> None:
    """Remember the programme's id of the new member."""
    wanted = Enrolment.from_json(row.payload)
    session.execute(
        update(Customer)
        .where(Customer.id == wanted.customer_id)
        .values(member_id=result.get("member_id"), member_connection_id=row.connection_id)
    )
