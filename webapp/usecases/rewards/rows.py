"""The rows of purchases: questions by their names, and every move as one conditional update.

`intended → sent → owned | refused | unknown → owned | void` (section 1 of the protocol); a process that dies before it
sends leaves `intended → void`.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.nouns.promotion.models import RewardPurchase

OPEN = ("intended", "sent", "unknown")
ASKED = ("sent", "unknown")


def key_of(session: Session, customer_id: int, reward_id: str) -> str:
    """The key of the next purchase of this reward: the same in every tab until this person has bought something else.

    It names the last purchase it follows, so that pages opened before one cannot cause another by accident (R2), and
    the customer, so that nobody can use up a key of somebody else's (R8).
    """
    last = session.scalar(select(func.max(RewardPurchase.id)).where(RewardPurchase.customer_id == customer_id)) or 0
    return hashlib.sha256(f"{customer_id}\n{last}\n{reward_id}".encode()).hexdigest()[:40]


def by_key(session: Session, key: str, customer_id: int) -> RewardPurchase | None:
    """This customer's purchase of that key."""
    query = select(RewardPurchase).where(RewardPurchase.key == key, RewardPurchase.customer_id == customer_id)
    return session.scalar(query)


def open_one(session: Session, customer_id: int) -> RewardPurchase | None:
    """The one purchase of this customer whose end is not known yet (G10)."""
    query = select(RewardPurchase).where(RewardPurchase.customer_id == customer_id, RewardPurchase.state.in_(OPEN))
    return session.scalar(query)


def not_in_balance(session: Session, customer_id: int, connection_id: int, as_of: datetime) -> Sequence[RewardPurchase]:
    """Purchases that a wallet asked for at `as_of` may not show: those still open and those that ended since (R3)."""
    since = and_(RewardPurchase.state == "owned", RewardPurchase.settled_at > as_of)
    query = select(RewardPurchase).where(
        RewardPurchase.customer_id == customer_id,
        RewardPurchase.connection_id == connection_id,
        or_(RewardPurchase.state.in_(OPEN), since),
    )
    return list(session.scalars(query.order_by(RewardPurchase.id)))


def claimed(session: Session, connection_id: int, owned_ids: Sequence[str]) -> frozenset[str]:
    """Those of these copies that some purchase has as its own."""
    if not owned_ids:
        return frozenset()
    query = select(RewardPurchase.owned_id).where(
        RewardPurchase.connection_id == connection_id, RewardPurchase.owned_id.in_(owned_ids)
    )
    return frozenset(owned_id for owned_id in session.scalars(query) if owned_id is not None)


def move(session: Session, purchase_id: int, before: Sequence[str], after: str, **values: Any) -> bool:
    """One arrow; False when the row was no longer in one of the states of `before`."""
    changed = session.connection().execute(
        update(RewardPurchase)
        .where(RewardPurchase.id == purchase_id, RewardPurchase.state.in_(before))
        .values(state=after, **values)
    )
    return changed.rowcount == 1


def due(session: Session, now: datetime, limit: int) -> Sequence[RewardPurchase]:
    """Open purchases whose next look is due, oldest first."""
    query = (
        select(RewardPurchase)
        .where(RewardPurchase.state.in_(OPEN), RewardPurchase.settle_at <= now)
        .order_by(RewardPurchase.settle_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def look_later(session: Session, row: RewardPurchase, when: datetime) -> bool:
    """Move the next look of a row that nobody else has moved since it was read; False when somebody has.

    Also the lease of a look: a worker takes a row by moving its look ahead, and dies without harm (G8).
    """
    changed = session.connection().execute(
        update(RewardPurchase)
        .where(RewardPurchase.id == row.id, RewardPurchase.settle_at == row.settle_at, RewardPurchase.state.in_(OPEN))
        .values(settle_at=when)
    )
    return changed.rowcount == 1
