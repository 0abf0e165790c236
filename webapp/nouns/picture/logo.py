"""A merchant's logo: shown once the worker has made it; until then, or when it cannot be read, what was before."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.catalog.publish import bump
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.picture.models import Picture
from webapp.nouns.picture.store import LOGO, name_of, take_in


def newest(session: Session, merchant_id: int) -> Picture | None:
    """The logo sent last, whatever has become of it; None when none was, or it was taken away."""
    query = select(Picture).where(Picture.merchant_id == merchant_id, Picture.kind == LOGO, Picture.state != "dropped")
    return session.scalar(query.order_by(Picture.created_at.desc(), Picture.key).limit(1))


def give(session: Session, merchant_id: int, raw: bytes, now: datetime) -> str:
    """Keep a logo for the worker; its key. One that was made before is shown at once."""
    _drop(session, merchant_id)
    key = take_in(session, merchant_id, raw, now, LOGO)
    here = (Picture.merchant_id == merchant_id, Picture.key == key)
    session.execute(update(Picture).where(*here).values(created_at=now))
    waiting = {"state": "new", "attempts": 0, "source": raw}
    session.execute(update(Picture).where(*here, Picture.state == "dropped").values(waiting))
    if session.scalar(select(Picture.state).where(*here)) == "ready":
        show(session, merchant_id, key)
    return key


def take_away(session: Session, merchant_id: int) -> None:
    """No logo from now on, whatever is still being made."""
    _drop(session, merchant_id)
    session.execute(update(Merchant).where(Merchant.id == merchant_id).values(logo=""))
    bump(session, merchant_id=merchant_id)


def _drop(session: Session, merchant_id: int) -> None:
    """What was sent before and is not shown is not waited for any more; what is made already can be shown again."""
    waiting = (Picture.merchant_id == merchant_id, Picture.kind == LOGO, Picture.state != "ready")
    session.execute(update(Picture).where(*waiting).values(state="dropped", source=None, lease_until=None))


def show(session: Session, merchant_id: int, key: str) -> None:
    """The worker has made it: diners see it."""
    session.execute(update(Merchant).where(Merchant.id == merchant_id).values(logo=name_of(key)))
    bump(session, merchant_id=merchant_id)
