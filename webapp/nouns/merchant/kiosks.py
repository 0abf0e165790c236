"""Kiosks: made with a one-time code, paired by one device, seen, revoked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.links import fingerprint
from webapp.ground.randomness import Randomness
from webapp.nouns.merchant.kiosk_models import Kiosk
from webapp.nouns.merchant.models import DiningTable, Merchant, Store

CODE_SIGNS = 8  # of 31 that cannot be mistaken: 40 bits, for half an hour, behind the limits of typed codes
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LASTS = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
LONGEST_TYPED = 40


class Device(NamedTuple):
    """A paired kiosk and where it stands."""

    id: int
    name: str
    table_id: int
    store_id: int
    merchant: str
    store: str
    seen_at: datetime | None


def draw_code(draw: Randomness) -> str:
    """A new one-time code, such as `K7QD3MPA`."""
    raw = draw.token(CODE_SIGNS * 5 // 8)
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"  # what `token` is written in
    return "".join(SIGNS[alphabet.index(sign)] for sign in raw[:CODE_SIGNS])


def printed(code: str) -> str:
    """The code in two groups: `K7QD 3MPA`."""
    return f"{code[:4]} {code[4:]}"


def read_code(typed: str) -> str | None:
    """The code meant by what was typed; None when no code looks like this."""
    bare = "".join(sign for sign in typed[:LONGEST_TYPED].upper() if not sign.isspace() and sign != "-")
    return bare if len(bare) == CODE_SIGNS and all(sign in SIGNS for sign in bare) else None


def make(session: Session, store_id: int, name: str, code: str, table_code: str, now: datetime) -> int:
    """A kiosk that waits for its device; its row. `table_code`: for the table of those who eat here."""
    table = {"store_id": store_id, "label": name, "code": table_code, "created_at": now}
    table_id = session.execute(insert(DiningTable).values(table).returning(DiningTable.id)).scalar_one()
    row = {
        "store_id": store_id, "name": name, "table_id": table_id, "code_hash": fingerprint(code),
        "code_expires_at": now + CODE_LASTS, "created_at": now,
    }  # fmt: skip
    return int(session.execute(insert(Kiosk).values(row).returning(Kiosk.id)).scalar_one())


def renew_code(session: Session, store_id: int, kiosk_id: int, code: str, now: datetime) -> bool:
    """Another one-time code; whichever device was paired is no longer, once the new one is used. False when gone."""
    changed = session.connection().execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, Kiosk.store_id == store_id, Kiosk.revoked_at.is_(None))
        .values(code_hash=fingerprint(code), code_expires_at=now + CODE_LASTS)
    )
    return changed.rowcount == 1


def pair(session: Session, code: str, token: str, now: datetime) -> int | None:
    """The kiosk whose one-time code this is now trusts the device holding `token`: once, whoever comes first."""
    changed = session.execute(
        update(Kiosk)
        .where(Kiosk.code_hash == fingerprint(code), Kiosk.code_expires_at > now, Kiosk.revoked_at.is_(None))
        .values(code_hash=None, code_expires_at=None, token_hash=fingerprint(token), paired_at=now, seen_at=now)
        .returning(Kiosk.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar()


def waiting(session: Session, code: str, now: datetime) -> str | None:
    """The name of the kiosk this code would pair; None when it pairs nothing any more."""
    query = select(Kiosk.name).where(
        Kiosk.code_hash == fingerprint(code), Kiosk.code_expires_at > now, Kiosk.revoked_at.is_(None)
    )
    return session.scalar(query)


def device(session: Session, token: str) -> Device | None:
    """The living kiosk of the device that holds this token."""
    query = (
        select(Kiosk.id, Kiosk.name, Kiosk.table_id, Store.id, Merchant.slug, Store.slug, Kiosk.seen_at)
        .join(Store, Store.id == Kiosk.store_id)
        .join(Merchant, Merchant.id == Store.merchant_id)
        .where(Kiosk.token_hash == fingerprint(token), Kiosk.revoked_at.is_(None))
    )
    row = session.execute(query).first()
    return Device(*row) if row else None


def note_seen(session: Session, kiosk_id: int, now: datetime) -> None:
    """It is there; written down once a minute."""
    session.execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, or_(Kiosk.seen_at.is_(None), Kiosk.seen_at < now - SEEN_EVERY))
        .values(seen_at=now)
    )


def kiosks_of(session: Session, store_id: int) -> Sequence[Kiosk]:
    """The living kiosks of a store."""
    return session.scalars(
        select(Kiosk).where(Kiosk.store_id == store_id, Kiosk.revoked_at.is_(None)).order_by(Kiosk.id)
    ).all()


def revoke(session: Session, store_id: int, kiosk_id: int, now: datetime) -> str | None:
    """Its device, and any code not used yet, work no more; its name, None when it was revoked already."""
    changed = session.execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, Kiosk.store_id == store_id, Kiosk.revoked_at.is_(None))
        .values(revoked_at=now, token_hash=None, code_hash=None, code_expires_at=None)
        .returning(Kiosk.name, Kiosk.table_id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        return None
    session.execute(update(DiningTable).where(DiningTable.id == changed[1]).values(revoked_at=now))
    return str(changed[0])
