"""Who may do what: people, their posts at merchants, and the order of roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.staff.models import Staff, StaffPost

ROLES = ("staff", "manager", "owner")  # each may do what those before it may
LONGEST_EMAIL = 254


@dataclass(frozen=True)
class Post:
    """What somebody is at one merchant. `store_ids`: the stores they work in, None for all."""

    id: int
    staff_id: int
    merchant_id: int
    merchant_slug: str
    merchant_name: str
    role: str
    store_ids: frozenset[int] | None

    def may(self, role: str) -> bool:
        """Whether this post is at least `role`."""
        rank = {name: place for place, name in enumerate(ROLES)}
        return rank.get(self.role, -1) >= rank.get(role, len(ROLES))

    def works_in(self, store_id: int) -> bool:
        """Whether this store of the merchant is one of theirs."""
        return self.store_ids is None or store_id in self.store_ids


def plain_email(typed: str) -> str | None:
    """The address in the one form it is stored in; None when it cannot be one."""
    if len(typed) > 2 * LONGEST_EMAIL or not typed.isascii():
        return None  # before anything is folded: the Kelvin sign is no k
    email = typed.strip().lower()
    name, at, domain = email.rpartition("@")
    sound = at and name and "." in domain and not domain.startswith(".") and not domain.endswith(".")
    written = email.isprintable() and not set(email) & set(' ,;<>()[]"\\') and "@" not in name
    return email if sound and written and len(email) <= LONGEST_EMAIL else None


def by_email(session: Session, email: str) -> Staff | None:
    """The person with this address."""
    return session.scalar(select(Staff).where(Staff.email == email))


def posts_of(session: Session, staff_id: int) -> list[Post]:
    """Every post they have now, by the merchant's name."""
    query = (
        select(StaffPost, Merchant.slug, Merchant.name)
        .join(Merchant, Merchant.id == StaffPost.merchant_id)
        .where(StaffPost.staff_id == staff_id, StaffPost.ended_at.is_(None))
        .order_by(Merchant.name)
    )
    return [_post(row, slug, name) for row, slug, name in session.execute(query)]


def _post(row: StaffPost, slug: str, name: str) -> Post:
    stores = None if row.store_ids is None else frozenset(row.store_ids)
    return Post(row.id, row.staff_id, row.merchant_id, slug, name, row.role, stores)


def colleagues(session: Session, merchant_id: int) -> Sequence[tuple[StaffPost, Staff]]:
    """Everybody who has a post at a merchant, owners first."""
    query = (
        select(StaffPost, Staff)
        .join(Staff, Staff.id == StaffPost.staff_id)
        .where(StaffPost.merchant_id == merchant_id, StaffPost.ended_at.is_(None))
    )
    found = [(row[0], row[1]) for row in session.execute(query)]
    rank = {role: -place for place, role in enumerate(ROLES)}
    return sorted(found, key=lambda pair: (rank.get(pair[0].role, 0), pair[1].email))


def appoint(
    session: Session, staff_id: int, merchant_id: int, role: str, store_ids: list[int] | None, now: datetime
) -> None:
    """Give somebody a post; one they have, or had, becomes this one."""
    facts = {"role": role, "store_ids": store_ids, "ended_at": None}
    row = insert_into(session, StaffPost).values(staff_id=staff_id, merchant_id=merchant_id, created_at=now, **facts)
    session.execute(row.on_conflict_do_update(index_elements=["staff_id", "merchant_id"], set_=facts))


def dismiss(session: Session, merchant_id: int, post_id: int, now: datetime) -> StaffPost | None:
    """End a post of this merchant; None when there is none, or it is the last owner's."""
    merchant = select(Merchant.id).where(Merchant.id == merchant_id).with_for_update()
    session.execute(merchant)  # two owners who dismiss each other at once: one of them stays
    post = session.get(StaffPost, post_id)
    if post is None or post.merchant_id != merchant_id or post.ended_at is not None:
        return None
    owners = select(func.count()).where(
        StaffPost.merchant_id == merchant_id, StaffPost.role == "owner", StaffPost.ended_at.is_(None)
    )
    if post.role == "owner" and (session.scalar(owners) or 0) < 2:
        return None
    session.execute(update(StaffPost).where(StaffPost.id == post_id).values(ended_at=now))
    return post
