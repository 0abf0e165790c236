"""Joining: two separate optional questions, each answer kept with its words, then told to the programme (D1 to D3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.customer.identities import number_in
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import keep_evidence
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.delivery.enrolment import TOPIC_ENROL, Enrolment
from webapp.usecases.delivery.lane import deliver
from webapp.usecases.delivery.outcome import Done
from webapp.usecases.membership.own_words import Reworded
from webapp.usecases.membership.wording import wording
from webapp.usecases.wiring import Wiring

CHANNELS = ("email", "sms")


@dataclass(frozen=True)
class Answers:
    """What the form said: None where a question was left alone, and then nothing is kept and nothing is sent (D1)."""

    email: bool | None = None
    sms: bool | None = None
    address: str | None = None  # given only together with a yes to email
    # The words each question was shown in, by digest; an answer to other words is no answer to these (D2).
    shown: Mapping[str, str] = field(default_factory=dict)

    def of(self, channel: str) -> bool | None:
        """The answer for `email` or `sms`."""
        return self.email if channel == "email" else self.sms


class NotJoining(Exception):
    """There is nobody to enrol: no number in this visit, or the number is a member already."""


def join(wiring: Wiring, *, visit_id: int, store: StoreFacts, answers: Answers, language: str) -> bool:
    """Make the visit's number a member. True when the programme confirmed at once, False when it will follow.

    Evidence and the message to the programme are one commit (C3); the first attempt is made here with the page's short
    deadline, every further one by the worker.

    Raises:
        NotJoining: see the class.
        Reworded: a question is asked in other words than it was shown in; nothing was written.
    """
    now = wiring.clock.now()
    token = wiring.draw.token(16)

    def work(session: Session) -> int | None:
        visit = session.get_one(Visit, visit_id)
        # Somebody who is already a member is never asked here: a typed number proves nothing (D3).
        if visit.customer_id is None or visit.membership not in {"new", "unsure"}:
            raise NotJoining
        customer = session.get_one(Customer, visit.customer_id)
        if number_in(customer.phone) is None:
            raise NotJoining
        keep_evidence(session, evidence_of(session, visit, customer, store, answers, language, wiring))
        session.execute(
            update(Visit)
            .where(Visit.id == visit_id)
            .values(consent_email=answers.email, consent_sms=answers.sms, email=answers.address, membership="joined")
        )
        wanted = Enrolment(
            customer_id=customer.id,
            store_slug=store.loyalty_slug,
            asked_at=now.isoformat(),
            phone=customer.phone,
            email=answers.address if answers.email else None,
            consent={channel: given for channel in CHANNELS if (given := answers.of(channel)) is not None},
        )
        return _put(session, wiring, wanted, store, f"{customer.id}-{token}")

    row_id = wiring.db.run(work)
    return row_id is not None and _first_try(wiring, store, row_id, token)


def _put(session: Session, wiring: Wiring, wanted: Enrolment, store: StoreFacts, key: str) -> int | None:
    message = box.Message(
        topic=TOPIC_ENROL,
        key=key,
        merchant_id=store.merchant.id,
        store_id=store.id,
        payload=wanted.to_json(),
        connection_id=store.connection_id if store.loyalty_slug else None,
    )
    box.put(session, message, wiring.clock.now())
    query = select(OutboxMessage.id).where(OutboxMessage.topic == TOPIC_ENROL, OutboxMessage.key == key)
    return session.scalar(query)


def _first_try(wiring: Wiring, store: StoreFacts, row_id: int, token: str) -> bool:
    program = wiring.programs.of(store.connection_id) if store.connection_id is not None else None
    if program is None or not store.loyalty_slug:
        return False
    now = wiring.clock.now()
    row = wiring.db.run(lambda session: box.lease_one(session, row_id, now, token))
    if row is None:
        return False
    return isinstance(deliver(wiring, program, row, deadline_s=wiring.page_seconds), Done)


def evidence_of(
    session: Session,
    visit: Visit,
    customer: Customer,
    store: StoreFacts,
    answers: Answers,
    language: str,
    wiring: Wiring,
) -> list[dict[str, object]]:
    """One row per answer, with the words it was asked in (D2).

    Raises:
        Reworded: a question is asked in other words than it was shown in.
    """
    rows: list[dict[str, object]] = []
    for channel in CHANNELS:
        granted = answers.of(channel)
        if granted is None:
            continue
        asked = wording(session, channel, store.merchant, language)
        if answers.shown.get(channel, asked.mark) != asked.mark:
            raise Reworded
        rows.append(
            {
                "merchant_id": store.merchant.id,
                "customer_id": customer.id,
                "visit_id": visit.id,
                "channel": channel,
                "granted": granted,
                "answered_at": wiring.clock.now(),
                "wording": asked.text,
                "wording_version": asked.version,
                "wording_hash": asked.digest,
                "language": asked.language,
                "page": "join",
                "proof": "typed",
            }
        )
    return rows
