"""Links that work once: invitations and new passwords. The table holds digests, mails hold the links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.links import fingerprint
from webapp.nouns.staff.models import StaffLink

LIFE = {"invitation": timedelta(days=7), "reset": timedelta(minutes=30)}


@dataclass(frozen=True)
class Offer:
    """What an invitation offers."""

    email: str
    merchant_id: int
    role: str
    store_ids: tuple[int, ...] | None = None


def invite(session: Session, token: str, offer: Offer, now: datetime) -> None:
    """Remember an invitation; an earlier one of the same person by the same merchant works no more."""
    same = (StaffLink.kind == "invitation", StaffLink.email == offer.email, StaffLink.merchant_id == offer.merchant_id)
    session.execute(delete(StaffLink).where(*same, StaffLink.used_at.is_(None)))
    stores = list(offer.store_ids) if offer.store_ids is not None else None
    _add(session, token, "invitation", offer.email, now, merchant_id=offer.merchant_id, role=offer.role, stores=stores)


def ask_reset(session: Session, token: str, email: str, now: datetime) -> None:
    """Remember a link for a new password; earlier ones work no more."""
    session.execute(delete(StaffLink).where(StaffLink.kind == "reset", StaffLink.email == email))
    _add(session, token, "reset", email, now)


def _add(
    session: Session,
    token: str,
    kind: str,
    email: str,
    now: datetime,
    *,
    merchant_id: int | None = None,
    role: str = "",
    stores: list[int] | None = None,
) -> None:
    row = {
        "digest": fingerprint(token), "kind": kind, "email": email, "merchant_id": merchant_id, "role": role,
        "store_ids": stores, "created_at": now, "expires_at": now + LIFE[kind],
    }  # fmt: skip
    session.execute(insert(StaffLink).values(row))


def living(session: Session, kind: str, token: str, now: datetime) -> StaffLink | None:
    """The link of this token while it works."""
    query = select(StaffLink).where(
        StaffLink.digest == fingerprint(token),
        StaffLink.kind == kind,
        StaffLink.used_at.is_(None),
        StaffLink.expires_at > now,
    )
    return session.scalar(query)


def use(session: Session, link: StaffLink, now: datetime) -> bool:
    """Use it up; False when somebody else just did."""
    used = session.connection().execute(
        update(StaffLink).where(StaffLink.digest == link.digest, StaffLink.used_at.is_(None)).values(used_at=now)
    )
    return used.rowcount == 1


def open_invitations(session: Session, merchant_id: int, now: datetime) -> Sequence[StaffLink]:
    """Invitations of a merchant nobody has taken up yet."""
    query = select(StaffLink).where(
        StaffLink.merchant_id == merchant_id,
        StaffLink.kind == "invitation",
        StaffLink.used_at.is_(None),
        StaffLink.expires_at > now,
    )
    return list(session.scalars(query.order_by(StaffLink.email)))


def withdraw(session: Session, merchant_id: int, digest: str) -> bool:
    """Take an invitation of this merchant back; False when there is none."""
    gone = session.connection().execute(
        delete(StaffLink).where(
            StaffLink.digest == digest, StaffLink.merchant_id == merchant_id, StaffLink.used_at.is_(None)
        )
    )
    return gone.rowcount == 1


def purge(session: Session, now: datetime) -> int:
    """Forget links past their end; how many."""
    return int(session.connection().execute(delete(StaffLink).where(StaffLink.expires_at <= now)).rowcount)
