"""Inviting people, taking an invitation up, a forgotten password, dismissing somebody."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.ground.links import fingerprint
from webapp.ground.throttle import Attempt, Limit, Throttle
from webapp.nouns.staff import deeds, links, passwords, sessions
from webapp.nouns.staff.models import Staff, StaffLink
from webapp.nouns.staff.posts import appoint, by_email, dismiss
from webapp.ports.mail.port import Mail
from webapp.usecases.staff import mail
from webapp.usecases.staff.access import Denied, Visitor, set_password, sign_in
from webapp.usecases.wiring import Wiring

TOKEN_BYTES = 24
RESETS = Limit("reset:email", 3, 3600)
RESETS_HERE = Limit("reset:address", 10, 3600)
Write = Callable[[str], Mail]


class Refused(Exception):
    """Nothing was done. `code`: `gone` (the link works no more) or why a password cannot be one (see `passwords`)."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def mail_key(digest: str) -> str:
    """The key in the box of the mail that carries an invitation, by the digest of its link."""
    return f"invitation-{digest[:40]}"


def invite(wiring: Wiring, by: int | None, offer: links.Offer, write: Write | None = None) -> str:
    """Invite somebody; the link's token. `by`: whose deed it is; `write`: makes the mail from the token."""
    token, now = wiring.draw.token(TOKEN_BYTES), wiring.clock.now()

    def work(session: Session) -> None:
        links.invite(session, token, offer, now)
        after = {"role": offer.role, "stores": list(offer.store_ids) if offer.store_ids is not None else None}
        deeds.note(session, offer.merchant_id, by, "staff.invite", now, after=after)
        if wiring.office is not None and write is not None:
            mail.put(session, wiring.office, mail_key(fingerprint(token)), "invitation", write(token), wiring)

    wiring.db.run(work)
    return token


def accept(wiring: Wiring, token: str, name: str, password: str, visitor: Visitor) -> str:
    """Take an invitation up; the token of a session. Somebody known types the password they have.

    Raises:
        Refused: `gone`, or why the password cannot be one.
        Denied: the password of somebody known is wrong.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        link = links.living(session, "invitation", token, now)
        known = by_email(session, link.email) if link is not None else None
    if link is None or link.merchant_id is None:
        raise Refused("gone")
    if known is not None:
        signed = sign_in(wiring, link.email, password, visitor)
        wiring.db.run(lambda session: _take_up(session, link, known.id, now))
        return signed
    fault = passwords.fault(password, link.email)
    if fault is not None:
        raise Refused(fault)
    hashed = passwords.hashed(password)
    signed = wiring.draw.token(32)

    def work(session: Session) -> None:
        person = {"email": link.email, "name": name, "password_hash": hashed, "created_at": now}
        staff_id = int(session.execute(insert(Staff).values(person).returning(Staff.id)).scalar_one())
        _take_up(session, link, staff_id, now)
        sessions.open_session(session, staff_id, signed, now)

    wiring.db.run(work)
    return signed


def _take_up(session: Session, link: StaffLink, staff_id: int, now: datetime) -> None:
    if link.merchant_id is None or not links.use(session, link, now):
        raise Refused("gone")
    appoint(session, staff_id, link.merchant_id, link.role, link.store_ids, now)
    deeds.note(session, link.merchant_id, staff_id, "staff.join", now, after={"role": link.role})


def ask_reset(wiring: Wiring, email: str, address: str, throttle: Throttle, write: Write) -> bool:
    """Mail a link for a new password to an address somebody has. False: asked too often; who has one is never said."""
    token, now = wiring.draw.token(TOKEN_BYTES), wiring.clock.now()

    def work(session: Session) -> bool:
        tries = (Attempt(RESETS, email, token), Attempt(RESETS_HERE, address, token))
        if not throttle.check(session, tries, now).allowed:
            return False
        if by_email(session, email) is not None and wiring.office is not None:
            links.ask_reset(session, token, email, now)
            mail.put(session, wiring.office, f"reset-{fingerprint(token)[:40]}", "reset", write(token), wiring)
        return True

    return wiring.db.run(work)


def reset(wiring: Wiring, token: str, password: str) -> None:
    """A new password by a mailed link; every browser is signed out.

    Raises:
        Refused: `gone`, or why the password cannot be one.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        link = links.living(session, "reset", token, now)
    if link is None:
        raise Refused("gone")
    fault = passwords.fault(password, link.email)
    if fault is not None:
        raise Refused(fault)
    hashed = passwords.hashed(password)

    def work(session: Session) -> None:
        person = by_email(session, link.email)
        if person is None or not links.use(session, link, now):
            raise Refused("gone")
        set_password(session, person.id, hashed)

    wiring.db.run(work)


def let_go(wiring: Wiring, by: int, merchant_id: int, post_id: int) -> bool:
    """End somebody's post; False when there is none here, or it is the last owner's."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        post = dismiss(session, merchant_id, post_id, now)
        if post is not None:
            deeds.note(session, merchant_id, by, "staff.dismiss", now, subject=str(post_id), before={"role": post.role})
        return post is not None

    return wiring.db.run(work)


def take_back(wiring: Wiring, by: int, merchant_id: int, digest: str) -> bool:
    """Withdraw an invitation; False when there is none here."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        gone = links.withdraw(session, merchant_id, digest)
        if gone:
            deeds.note(session, merchant_id, by, "staff.withdraw", now)
        return gone

    return wiring.db.run(work)


__all__ = ["Denied", "Refused", "accept", "ask_reset", "invite", "let_go", "mail_key", "reset", "take_back"]
