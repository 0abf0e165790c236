"""Browsers somebody is signed in with: made, seen, ended. The table holds digests, cookies hold the tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.links import fingerprint
from webapp.nouns.staff.models import Staff, StaffSession

IDLE = timedelta(hours=12)  # a tablet on the counter lives through a shift
ABSOLUTE = timedelta(days=7)
RECENT = timedelta(minutes=15)  # how long a typed password opens what holds secrets
NOTED = timedelta(minutes=2)  # being seen is written down this seldom


@dataclass(frozen=True)
class SignedIn:
    """Somebody, in one browser."""

    digest: str
    staff_id: int
    email: str
    name: str
    proved_at: datetime

    def is_recent(self, now: datetime) -> bool:
        """Whether the password was typed here a moment ago."""
        return now - self.proved_at < RECENT


def open_session(session: Session, staff_id: int, token: str, now: datetime) -> None:
    """Remember a browser by the digest of its token."""
    row = {"digest": fingerprint(token), "staff_id": staff_id, "created_at": now, "seen_at": now, "proved_at": now}
    session.execute(insert(StaffSession).values(row))


def signed_in(session: Session, token: str, now: datetime) -> tuple[SignedIn, bool] | None:
    """Who holds this token, and whether that they were seen is to be written; None once a limit has passed."""
    query = (
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.digest == fingerprint(token),
            StaffSession.seen_at > now - IDLE,
            StaffSession.created_at > now - ABSOLUTE,
        )
    )
    found = session.execute(query).first()
    if found is None:
        return None
    row, person = found[0], found[1]
    who = SignedIn(row.digest, person.id, person.email, person.name, row.proved_at)
    return who, now - row.seen_at > NOTED


def seen(session: Session, digest: str, now: datetime) -> None:
    """The browser was used; the idle limit starts anew."""
    session.execute(update(StaffSession).where(StaffSession.digest == digest).values(seen_at=now))


def proved(session: Session, digest: str, now: datetime) -> None:
    """The password was typed again in this browser."""
    session.execute(update(StaffSession).where(StaffSession.digest == digest).values(proved_at=now, seen_at=now))


def end(session: Session, digest: str) -> None:
    """Sign one browser out."""
    session.execute(delete(StaffSession).where(StaffSession.digest == digest))


def end_all(session: Session, staff_id: int, *, but: str = "") -> None:
    """Sign somebody out everywhere; `but`: the digest of a browser that stays."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.digest != but))


def purge(session: Session, now: datetime) -> int:
    """Forget browsers past their limits; how many."""
    past = or_(StaffSession.seen_at <= now - IDLE, StaffSession.created_at <= now - ABSOLUTE)
    return int(session.connection().execute(delete(StaffSession).where(past)).rowcount)
