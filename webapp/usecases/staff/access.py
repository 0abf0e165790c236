"""Signing in and out. Limits are counted before any password is hashed; an unknown address costs the same work (A1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground.throttle import Attempt, Limit, Throttle, Verdict, network_of
from webapp.nouns.staff import passwords, sessions
from webapp.nouns.staff.models import Staff
from webapp.nouns.staff.posts import by_email, plain_email
from webapp.usecases.wiring import Wiring

TOKEN_BYTES = 32
NO_ADDRESS = "no address"  # whatever was typed that cannot be one: it is counted, and the database never sees it
# Distinct addresses asked for from one place; every single try, on an address from one network, and on it at all.
EMAILS = Limit("sign-in:emails", 10, 3600)
NETWORK = Limit("sign-in:network", 60, 3600)
TRIES = Limit("sign-in:tries", 10, 900)
EVERYWHERE = Limit("sign-in:everywhere", 200, 86_400)


class Denied(Exception):
    """Not signed in. `code`: `wrong` (address or password, never said which) or `slow` (wait `retry_after_s`)."""

    def __init__(self, code: str, retry_after_s: int = 0) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Visitor:
    """Who knocks: the network address of the request, and the limits' book."""

    address: str
    throttle: Throttle


def _attempts(email: str, visitor: Visitor, nonce: str) -> tuple[Attempt, ...]:
    network = network_of(visitor.address)
    return (
        Attempt(EMAILS, visitor.address, email),
        Attempt(NETWORK, network, nonce),
        Attempt(TRIES, f"{email} {network}", nonce),
        Attempt(EVERYWHERE, email, nonce),
    )


def _person(wiring: Wiring, email: str, password: str, visitor: Visitor) -> Staff:
    now, nonce = wiring.clock.now(), wiring.draw.token(16)

    def count(session: Session) -> tuple[Verdict, Staff | None]:
        verdict = visitor.throttle.check(session, _attempts(email, visitor, nonce), now)
        return verdict, by_email(session, email) if verdict.allowed and email != NO_ADDRESS else None

    verdict, person = wiring.db.run(count)
    if not verdict.allowed:
        raise Denied("slow", verdict.retry_after_s)
    fits = passwords.fits(person.password_hash if person is not None else None, password)  # outside any transaction
    if person is None or not fits:
        raise Denied("wrong")
    return person


def sign_in(wiring: Wiring, typed: str, password: str, visitor: Visitor) -> str:
    """The token of a new session, for the cookie.

    Raises:
        Denied: `wrong` or `slow`.
    """
    person = _person(wiring, plain_email(typed) or NO_ADDRESS, password, visitor)
    token, now = wiring.draw.token(TOKEN_BYTES), wiring.clock.now()
    fresh = passwords.hashed(password) if passwords.is_dated(person.password_hash) else None

    def work(session: Session) -> None:
        if fresh is not None:
            session.execute(update(Staff).where(Staff.id == person.id).values(password_hash=fresh))
        sessions.open_session(session, person.id, token, now)

    wiring.db.run(work)
    return token


def prove_again(wiring: Wiring, who: sessions.SignedIn, password: str, visitor: Visitor) -> None:
    """The password typed once more, for what holds secrets.

    Raises:
        Denied: `wrong` or `slow`.
    """
    _person(wiring, who.email, password, visitor)
    now = wiring.clock.now()
    wiring.db.run(lambda session: sessions.proved(session, who.digest, now))


def sign_out(wiring: Wiring, who: sessions.SignedIn, *, everywhere: bool = False) -> None:
    """End this browser's session, or all of this person's."""

    def work(session: Session) -> None:
        if everywhere:
            sessions.end_all(session, who.staff_id)
        else:
            sessions.end(session, who.digest)

    wiring.db.run(work)


def set_password(session: Session, staff_id: int, hashed: str, *, but: str = "") -> None:
    """Store a new password and sign every other browser out. `but`: the digest of the one that stays."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(password_hash=hashed))
    sessions.end_all(session, staff_id, but=but)


def note_seen(wiring: Wiring, who: sessions.SignedIn, now: datetime) -> None:
    """Let the idle limit start anew."""
    wiring.db.run(lambda session: sessions.seen(session, who.digest, now))
