"""Joining a programme that wants more than a number: names, an address, a password. Asked once, and never kept.

A password cannot wait in an outbox, so the programme is asked while the diner looks on. What became of an answer that
was lost is read by looking the person up, never by asking again.
"""

import time

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.nouns.customer.identities import number_in
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.visits import keep_evidence
from webapp.nouns.merchant.facts import StoreFacts
from webapp.ports.loyalty.port import (
    Consent,
    Identity,
    IdentityKind,
    LoyaltyError,
    LoyaltyProgram,
    Member,
    NewMember,
    Refused,
)
from webapp.usecases.membership.join import Answers, NotJoining, evidence_of
from webapp.usecases.membership.reading import remember_member
from webapp.usecases.wiring import Wiring

LEAST_S = 0.3  # kept back for looking the new member up


class NotRegistered(Exception):
    """Nobody joined. `code`: `taken`, `refused` (`fields` when the programme named some), `no_answer`."""

    def __init__(self, code: str, fields: tuple[str, ...] = ()) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.fields = fields


def register(
    wiring: Wiring, *, visit_id: int, store: StoreFacts, who: NewMember, answers: Answers, language: str
) -> None:
    """Make the person of this visit a member; both calls share the page's deadline.

    Raises:
        NotJoining: nobody is here who could join.
        Reworded: a question is asked in other words than it was shown in; nothing was written.
        NotRegistered: see the class; the visit is as it was, and its answers about messages are kept as evidence.
    """
    customer_id, phone = wiring.db.run(lambda session: _begin(session, wiring, visit_id, store, answers, language))
    program = wiring.programs.of(store.connection_id) if store.connection_id is not None else None
    if program is None or store.connection_id is None or not store.loyalty_slug:
        raise NotRegistered("no_answer")
    whole = NewMember(who.first_name, who.last_name, who.email, who.password, phone)
    member = _ask(program, whole, Consent(answers.email, answers.sms), store.loyalty_slug, wiring.page_seconds)
    connection_id = store.connection_id

    def keep(session: Session) -> None:
        said = {"consent_email": answers.email, "consent_sms": answers.sms, "email": answers.address}
        same = (Visit.id == visit_id, Visit.customer_id == customer_id)
        session.execute(update(Visit).where(*same).values(membership="joined", **said))
        if member is not None:
            remember_member(session, customer_id, member.member_id, connection_id)

    wiring.db.run(keep)


def _begin(
    session: Session, wiring: Wiring, visit_id: int, store: StoreFacts, answers: Answers, language: str
) -> tuple[int, str]:
    visit = session.get_one(Visit, visit_id)
    if visit.customer_id is None or visit.membership not in {"new", "unsure"}:
        raise NotJoining
    customer = session.get_one(Customer, visit.customer_id)
    keep_evidence(session, evidence_of(session, visit, customer, store, answers, language, wiring))
    return customer.id, number_in(customer.phone) or ""


def _ask(program: LoyaltyProgram, who: NewMember, consent: Consent, slug: str, seconds: float) -> Member | None:
    """The new member; None when they joined and cannot be found yet: their number or address finds them later."""
    ends, lost = time.monotonic() + seconds, False
    try:
        program.register(who, consent, store_slug=slug, deadline_s=seconds - LEAST_S)
    except Refused as refused:
        raise NotRegistered("taken" if refused.code == "taken" else "refused", refused.fields) from refused
    except LoyaltyError as error:
        if not error.may_have_acted:
            raise NotRegistered("no_answer") from error
        lost = True
    try:
        left = max(LEAST_S, ends - time.monotonic())
        member = program.find_member(Identity(IdentityKind.EMAIL, who.email), store_slug=slug, deadline_s=left)
    except LoyaltyError:
        member = None
    if member is None and lost:
        raise NotRegistered("no_answer")
    return member
