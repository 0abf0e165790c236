"""The log of what staff did: written in the transaction of the deed, never changed (issue 4, point 1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.nouns.staff.models import Staff, StaffDeed

PAGE = 50


def note(
    session: Session,
    merchant_id: int,
    staff_id: int | None,
    deed: str,
    now: datetime,
    *,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down one deed, in the caller's transaction.

    Args:
        session: the transaction of the deed itself.
        merchant_id: at which merchant.
        staff_id: who; None for the operator.
        deed: stable word, such as `loyalty.map`; the desk's `present/deeds.py` has its sentence.
        now: the present moment.
        subject: what it was done to: a store's slug, an order's number. Never a diner's number or name (D4).
        before: what was, where that says something.
        after: what is. No secret, no personal data.
    """
    row = {
        "merchant_id": merchant_id, "staff_id": staff_id, "deed": deed, "subject": subject[:140], "at": now,
        "before": dict(before) if before is not None else None, "after": dict(after) if after is not None else None,
    }  # fmt: skip
    session.execute(insert(StaffDeed).values(row))


def deeds_of(session: Session, merchant_id: int, before_id: int | None = None) -> Sequence[tuple[StaffDeed, str]]:
    """A page of the log, newest first, each with who did it ("" for the operator); one row more than fits."""
    query = (
        select(StaffDeed, Staff.email)
        .outerjoin(Staff, Staff.id == StaffDeed.staff_id)
        .where(StaffDeed.merchant_id == merchant_id)
        .order_by(StaffDeed.id.desc())
        .limit(PAGE + 1)
    )
    if before_id is not None:
        query = query.where(StaffDeed.id < before_id)
    return [(row[0], row[1] or "") for row in session.execute(query)]
