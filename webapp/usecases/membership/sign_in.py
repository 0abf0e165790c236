"""Signing in by a code that the programme itself e-mails: the one proof of being a member (menu.md section 3).

What it gives back is a secret of this one browser: sealed with its visit, and never handed to another (R8, X5).
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.ground.throttle import Attempt, Limit, Throttle, identify_attempts
from webapp.nouns.customer.identities import key_of, sealed
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.customer.visits import customer_of, keep_evidence, keep_member, sign_out
from webapp.nouns.customer.visits import sign_in as signed_in
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
from webapp.usecases.membership.identify import Caller, leave
from webapp.usecases.membership.join import Answers, evidence_of
from webapp.usecases.wiring import Wiring

MAILS = Limit("mail:person", 3, 900)
FROM_ADDRESS = Limit("mail:address", 20, 3600)
TRIES = Limit("mail:try", 5, 900)
# Over every browser: each that asked has tries of its own, and nothing stops a stranger from asking with many.
GUESSES = Limit("mail:guess", 20, 86_400)


class NotSignedIn(Exception):
    """The visit is as it was. `code`: `throttled` (`retry_after_s`), `no_answer`, `unknown`, `bad_code`, `begin`."""

    def __init__(self, code: str, retry_after_s: int = 0) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


def ask_code(
    wiring: Wiring, throttle: Throttle, *, visit_id: int, store: StoreFacts, email: str, caller: Caller
) -> None:
    """Have the programme mail a code to this address; nothing tells whether it knows it (A3).

    Raises:
        NotSignedIn: `throttled`, `no_answer`.
    """
    now, place = wiring.clock.now(), f"{store.merchant.id}:{key_of(Identity(IdentityKind.EMAIL, email))}"
    once = wiring.draw.token(16)
    attempts = (
        *identify_attempts(browser=caller.browser, address=caller.address, number=place, stranger=False),
        Attempt(MAILS, place, once),
        Attempt(FROM_ADDRESS, caller.address, once),
    )
    verdict = wiring.db.run(lambda session: throttle.check(session, attempts, now))
    if not verdict.allowed:
        raise NotSignedIn("throttled", max(1, verdict.retry_after_s))
    try:
        _program(wiring, store).ask_sign_in_code(email, deadline_s=wiring.page_seconds)
    except LoyaltyError as error:
        if not error.may_have_acted:
            raise NotSignedIn("no_answer") from error

    def keep(session: Session) -> None:
        leave(session, visit_id, now)
        sign_out(session, visit_id)
        session.execute(update(Visit).where(Visit.id == visit_id).values(email=email))

    wiring.db.run(keep)


def _program(wiring: Wiring, store: StoreFacts) -> LoyaltyProgram:
    program = wiring.programs.of(store.connection_id) if store.connection_id is not None else None
    if program is None or wiring.vault is None:
        raise NotSignedIn("no_answer")
    return program


def sign_in(
    wiring: Wiring,
    throttle: Throttle,
    *,
    visit_id: int,
    store: StoreFacts,
    code: str,
    joining: NewMember | None = None,
    answers: Answers | None = None,
    language: str = "",
) -> None:
    """The code that was mailed. `joining` and `answers`: for an address that is new there.

    Raises:
        NotSignedIn: `begin` when no code was asked for; else see the class.
        Reworded: a question is asked in other words than it was shown in; nothing was asked or written.
    """
    now, program, guess = wiring.clock.now(), _program(wiring, store), wiring.draw.token(16)

    def begin(session: Session) -> tuple[str, int, list[dict[str, object]]]:
        visit = session.get_one(Visit, visit_id)
        if not visit.email or visit.customer_id is not None:
            raise NotSignedIn("begin")
        who = Identity(IdentityKind.EMAIL, visit.email)
        place = f"{store.merchant.id}:{key_of(who)}"
        tries = (Attempt(TRIES, f"{visit_id}:{key_of(who)}", code), Attempt(GUESSES, place, guess))
        verdict = throttle.check(session, tries, now)
        if not verdict.allowed:
            raise NotSignedIn("throttled", max(1, verdict.retry_after_s))
        customer = customer_of(session, store.merchant.id, key_of(who), now, sealed=sealed(wiring.vault, who))
        rows = evidence_of(session, visit, customer, store, answers, language, wiring) if answers else []
        return visit.email, customer.id, rows

    email, customer_id, rows = wiring.db.run(begin)
    member = _ask(program, email, code, joining, wiring.page_seconds)
    wiring.db.run(lambda session: _keep(session, wiring, visit_id, store, customer_id, member, answers, rows))
    if answers is not None:
        _tell(program, member, answers, wiring.page_seconds)


def _ask(program: LoyaltyProgram, email: str, code: str, joining: NewMember | None, seconds: float) -> Member:
    try:
        return program.sign_in(email, code, joining=joining, deadline_s=seconds)
    except Refused as refused:
        raise NotSignedIn(refused.code if refused.code == "unknown" else "bad_code") from refused
    except LoyaltyError as error:
        raise NotSignedIn("no_answer") from error


def _keep(
    session: Session,
    wiring: Wiring,
    visit_id: int,
    store: StoreFacts,
    customer_id: int,
    member: Member,
    answers: Answers | None,
    rows: list[dict[str, object]],
) -> None:
    now = wiring.clock.now()
    visit, customer = session.get_one(Visit, visit_id), session.get_one(Customer, customer_id)
    signed_in(session, visit_id, customer.id, "member" if answers is None else "joined", now)
    if wiring.vault is not None and store.connection_id is not None:
        sealed_member = wiring.vault.seal(member.member_id)
        keep_member(session, visit_id, sealed_member, store.connection_id)
    prove(session, visit.browser, customer.id, "mail", now)
    keep_evidence(session, rows)
    if answers is not None:
        given = {"consent_email": answers.email, "consent_sms": answers.sms, "email": answers.address}
        session.execute(update(Visit).where(Visit.id == visit_id).values(**given))


def _tell(program: LoyaltyProgram, member: Member, answers: Answers, seconds: float) -> None:
    consent = Consent(answers.email, answers.sms)
    if not consent.asked or not program.capabilities.consent:
        return
    try:
        program.update_consent(member.member_id, consent, deadline_s=seconds)
    except LoyaltyError as error:
        logs.get().warning("answers about messages were not passed on", reason=error.code)
