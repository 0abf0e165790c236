"""Saying who one is: what the programme says of it, as far as a stranger may know (A1, A3, section 3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.ground.throttle import Throttle, Verdict, identify_attempts
from webapp.nouns.basket.lines import touch_all
from webapp.nouns.customer.identities import identity_of, key_of, sealed
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import proof_of, revoke
from webapp.nouns.customer.visits import customer_of, sign_in, sign_out
from webapp.nouns.merchant.facts import StoreFacts
from webapp.ports.loyalty.port import Identity, LoyaltyError, Member, NotFound
from webapp.usecases.membership.sessions import Session as Checkin
from webapp.usecases.membership.sessions import end_session, open_session
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Caller:
    """Where a request comes from, for the limits: the browser's fingerprint and its network address."""

    browser: str
    address: str


@dataclass(frozen=True)
class Identified:
    """What came of it: `member`, `new`, `unsure` (not answered, or not to be told unproved) or `throttled`."""

    membership: str
    retry_after_s: int = 0


def identify(
    wiring: Wiring, throttle: Throttle, *, visit_id: int, store: StoreFacts, who: Identity, caller: Caller
) -> Identified:
    """Take a parsed number, address or code for this visit; the programme is asked once, briefly, never waited for.

    It is kept whatever the programme says: it orders and earns (section 3). Distinct ones of every kind are counted
    before the programme is asked; above the limits nothing is looked up and nothing is kept. Where nothing may be
    shown without proof, the programme is not asked either: members and strangers must meet the same pages, equally
    fast (A3).
    """
    now, key = wiring.clock.now(), key_of(who)

    def allowed(session: Session) -> tuple[Verdict, bool]:
        visit = session.get_one(Visit, visit_id)
        known = known_customer(session, store, key)
        stranger = visit.customer_id is None or visit.customer_id != known
        attempts = identify_attempts(
            browser=caller.browser,
            address=caller.address,
            number=f"{store.merchant.id}:{key}",
            stranger=stranger,
        )
        proved = known is not None and proof_of(session, caller.browser, known, now) is not None
        return throttle.check(session, attempts, now), proved

    verdict, proved = wiring.db.run(allowed)
    if not verdict.allowed:
        return Identified("throttled", max(1, verdict.retry_after_s))
    hidden = (verdict.strict or store.merchant.loyalty_display == "strict") and not proved
    member, membership = (None, "unsure") if hidden else _ask(wiring, store, who)

    def keep(session: Session) -> None:
        customer = customer_of(session, store.merchant.id, key, now, sealed=sealed(wiring.vault, who))
        if member is not None:
            _remember(session, customer.id, member, store.connection_id)
        leave(session, visit_id, now, keeping=customer.id)
        sign_in(session, visit_id, customer.id, membership, now, strict=verdict.strict)

    wiring.db.run(keep)
    return Identified(membership)


def known_customer(session: Session, store: StoreFacts, key: str) -> int | None:
    """The customer row behind this number or key at this merchant, or None."""
    return session.scalar(select(Customer.id).where(Customer.merchant_id == store.merchant.id, Customer.phone == key))


def _ask(wiring: Wiring, store: StoreFacts, who: Identity | None) -> tuple[Member | None, str]:
    if store.connection_id is None or not store.loyalty_slug:
        return None, "unsure"
    program, seconds = wiring.programs.of(store.connection_id), wiring.page_seconds
    if program is None or who is None or who.kind not in program.capabilities.find_by:
        return None, "unsure"
    try:
        member = wiring.patience.ask(
            store.connection_id,
            seconds,
            lambda: program.find_member(who, store_slug=store.loyalty_slug, deadline_s=seconds),
        )
    except NotFound:
        return None, "new"  # a name that nobody there can have
    except LoyaltyError:
        return None, "unsure"
    return member, "member" if member is not None else "new"


def _remember(session: Session, customer_id: int, member: Member, connection_id: int | None) -> None:
    session.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(member_id=member.member_id, member_connection_id=connection_id)
    )


def ask_again(wiring: Wiring, *, visit_id: int, customer_id: int, store: StoreFacts) -> str:
    """A number nothing was asked about before its proof (strict display) is looked up now; its membership since."""
    with wiring.db.reading() as session:
        visit, customer = session.get_one(Visit, visit_id), session.get_one(Customer, customer_id)
    if visit.membership != "unsure":
        return visit.membership
    member, membership = _ask(wiring, store, identity_of(wiring.vault, customer))

    def keep(session: Session) -> None:
        if member is not None:
            _remember(session, customer_id, member, store.connection_id)
        # Only while it still says so: another tab may have joined, or given another number, meanwhile.
        same = (Visit.id == visit_id, Visit.customer_id == customer_id, Visit.membership == "unsure")
        session.execute(update(Visit).where(*same).values(membership=membership))

    wiring.db.run(keep)
    return membership


def go_on_without(wiring: Wiring, visit_id: int) -> None:
    """The diner would rather stay a guest; a number given before is forgotten by this visit."""
    forget_number(wiring, visit_id, "guest")


def forget_number(wiring: Wiring, visit_id: int, membership: str = "") -> None:
    """This browser no longer knows its number, nor that it proved it: whoever holds it next proves it anew."""
    now = wiring.clock.now()

    def work(session: Session) -> Checkin | None:
        checked_in = open_session(session, visit_id)
        leave(session, visit_id, now)
        sign_out(session, visit_id, membership)
        return checked_in

    end_session(wiring, wiring.db.run(work))


def leave(session: Session, visit_id: int, now: datetime, *, keeping: int | None = None) -> None:
    """End what this browser could do for the number it gave before, unless that is customer `keeping` again.

    An order placed before stays as it was agreed: its proof was good when it was given.
    """
    visit = session.get_one(Visit, visit_id)
    if visit.customer_id is not None and visit.customer_id != keeping:
        revoke(session, visit.customer_id, now, browser=visit.browser)
    # Prices with rewards and codes depend on who orders: bars that kept the old one are out of date.
    touch_all(session, visit_id, now)
