"""The programme's list of stores as we last read it, and the states of OAuth forms under way (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.links import fingerprint
from webapp.ground.upsert import insert_into
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.merchant.program_models import ConnectState, ProgramCheck, ProgramPlace

STATE_LIFE = timedelta(minutes=10)
FRESH = timedelta(hours=24)
AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    """A store of the programme. `slug` is what orders carry."""

    slug: str
    public_id: str = ""
    name: str = ""
    address: str = ""


def begin_state(
    session: Session, state: str, session_digest: str, merchant_id: int, vendor: str, now: datetime
) -> None:
    """Remember the state of a form that opens now; old ones are forgotten."""
    session.execute(delete(ConnectState).where(ConnectState.created_at <= now - timedelta(days=1)))
    row = {
        "digest": fingerprint(state), "session_digest": session_digest, "merchant_id": merchant_id, "vendor": vendor,
        "created_at": now,
    }  # fmt: skip
    session.execute(insert(ConnectState).values(row))


def use_state(session: Session, state: str, session_digest: str, merchant_id: int, now: datetime) -> str | None:
    """Use a state up; its vendor. None when it is not of this browser and merchant, was used, or is too old (A6)."""
    used = (
        update(ConnectState)
        .where(
            ConnectState.digest == fingerprint(state),
            ConnectState.session_digest == session_digest,
            ConnectState.merchant_id == merchant_id,
            ConnectState.used_at.is_(None),
            ConnectState.created_at > now - STATE_LIFE,
        )
        .values(used_at=now)
        .returning(ConnectState.vendor)
    )
    return session.execute(used).scalar_one_or_none()


def places_of(session: Session, connection_id: int) -> Sequence[ProgramPlace]:
    """Every store the programme ever listed for this connection, the vanished ones last."""
    query = select(ProgramPlace).where(ProgramPlace.connection_id == connection_id)
    return sorted(session.scalars(query), key=lambda place: (place.gone_at is not None, place.name, place.slug))


def has_vanished(session: Session, connection_id: int, slug: str) -> bool:
    """Whether the programme once listed this store and no longer does; one typed by hand was never listed."""
    place = session.get(ProgramPlace, (connection_id, slug))
    return place is not None and place.gone_at is not None


def note_places(session: Session, connection_id: int, places: Sequence[Place], now: datetime) -> None:
    """Store a list just read: new ones come, known ones are brought up to date, missing ones are marked as gone."""
    for place in places:
        facts = {"public_id": place.public_id, "name": place.name, "address": place.address, "gone_at": None}
        row = insert_into(session, ProgramPlace).values(connection_id=connection_id, slug=place.slug, **facts)
        session.execute(row.on_conflict_do_update(index_elements=["connection_id", "slug"], set_=facts))
    session.execute(
        update(ProgramPlace)
        .where(
            ProgramPlace.connection_id == connection_id,
            ProgramPlace.slug.not_in([place.slug for place in places]),
            ProgramPlace.gone_at.is_(None),
        )
        .values(gone_at=now)
    )


def note_check(session: Session, connection_id: int, now: datetime, trouble: str = "") -> None:
    """The list was asked for just now; `trouble`: why it could not be read, "" when it could."""
    facts = {"tried_at": now, "trouble": trouble[:60]} | ({} if trouble else {"read_at": now})
    row = insert_into(session, ProgramCheck).values(connection_id=connection_id, **facts)
    session.execute(row.on_conflict_do_update(index_elements=["connection_id"], set_=facts))


def check_of(session: Session, connection_id: int) -> ProgramCheck | None:
    """When and how the list was last asked for."""
    return session.get(ProgramCheck, connection_id)


def stale(session: Session, now: datetime, limit: int = 20) -> Sequence[int]:
    """Living connections whose list is a day old, or could not be read an hour ago."""
    read = func.coalesce(ProgramCheck.read_at, now - 2 * FRESH)
    query = (
        select(LoyaltyConnection.id)
        .outerjoin(ProgramCheck, ProgramCheck.connection_id == LoyaltyConnection.id)
        .where(
            LoyaltyConnection.state == "connected",
            or_(
                ProgramCheck.connection_id.is_(None),
                (read <= now - FRESH) & (ProgramCheck.tried_at <= now - AGAIN),
            ),
        )
        .order_by(LoyaltyConnection.id)
        .limit(limit)
    )
    return list(session.scalars(query))
