"""Pictures in the database: taken in, waiting for the worker, served, forgotten."""

import hashlib
import re
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.models import CatalogVersion
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.picture.models import Picture, PictureFile

WIDTHS = (224, 448, 896)
LOGO_WIDTHS = (112, 448)  # squares: at the top of a page, and where it stands alone or is printed
DISH, LOGO = "dish", "logo"
FORMATS = {"webp": "image/webp", "avif": "image/avif"}
NAME = re.compile(r"^u-([0-9a-f]{32})\.webp$")
FILE = re.compile(rf"^[0-9a-f]{{32}}-(?:{'|'.join(map(str, {*WIDTHS, *LOGO_WIDTHS}))})\.(?:{'|'.join(FORMATS)})$")
LEASE = timedelta(minutes=5)
ATTEMPTS = 3
KEPT = timedelta(days=7)


def name_of(key: str) -> str:
    """What the menu document calls it."""
    return f"u-{key}.webp"


def key_of(name: str | None) -> str | None:
    """The key of an uploaded picture; None for a drawing of the demo, or for nothing."""
    found = NAME.match(name or "")
    return found[1] if found else None


def take_in(session: Session, merchant_id: int, raw: bytes, now: datetime, kind: str = DISH) -> str:
    """Keep an uploaded picture for the worker; its key. The same bytes again are the same picture of its kind."""
    key = hashlib.sha256(raw if kind == DISH else kind.encode() + b"\0" + raw).hexdigest()[:32]
    fresh = {"state": "new", "attempts": 0, "source": raw, "created_at": now}
    row = {"merchant_id": merchant_id, "key": key, "kind": kind, **fresh}
    session.execute(insert_into(session, Picture).values(row).on_conflict_do_nothing())
    failed = (Picture.merchant_id == merchant_id, Picture.key == key, Picture.state == "failed")
    session.execute(update(Picture).where(*failed).values(fresh))
    return key


def state_of(session: Session, merchant_id: int, key: str) -> str | None:
    """new, encoding, ready or failed; None when there is none."""
    return session.scalar(select(Picture.state).where(Picture.merchant_id == merchant_id, Picture.key == key))


def named(document: Catalog) -> frozenset[str]:
    """The uploaded pictures a menu names."""
    rows = (*document.products, *document.set_menus)
    return frozenset(row.picture for row in rows if row.picture is not None and NAME.match(row.picture))


def ready(session: Session, merchant_id: int) -> frozenset[str]:
    """Names, as the menu document has them, of the pictures that can be shown."""
    keys = session.scalars(select(Picture.key).where(Picture.merchant_id == merchant_id, Picture.state == "ready"))
    return frozenset(name_of(key) for key in keys)


def content(session: Session, name: str) -> bytes | None:
    """A served file."""
    return session.scalar(select(PictureFile.content).where(PictureFile.name == name))


def lease(session: Session, now: datetime) -> Picture | None:
    """One picture to encode, ours until the lease runs out; None when there is nothing to do (G8)."""
    waiting = (Picture.state == "new") | ((Picture.state == "encoding") & (Picture.lease_until < now))
    found = session.scalar(select(Picture).where(waiting).order_by(Picture.created_at).limit(1))
    if found is None:
        return None
    mine = (Picture.merchant_id == found.merchant_id, Picture.key == found.key, Picture.attempts == found.attempts)
    values = {"state": "encoding", "attempts": found.attempts + 1, "lease_until": now + LEASE}
    if found.attempts >= ATTEMPTS:
        values = {"state": "failed", "source": None}
    taken = session.connection().execute(update(Picture).where(*mine, waiting).values(values))
    if taken.rowcount != 1 or found.attempts >= ATTEMPTS:
        return None
    session.expunge(found)
    found.attempts += 1
    return found


def finish(session: Session, picture: Picture, files: dict[str, bytes] | None, now: datetime) -> bool:
    """Store what was made of it, or that nothing can be (None); whether the lease was still ours."""
    mine = (
        Picture.merchant_id == picture.merchant_id,
        Picture.key == picture.key,
        Picture.state == "encoding",
        Picture.attempts == picture.attempts,
    )
    values = {"state": "failed" if files is None else "ready", "source": None, "lease_until": None}
    if session.connection().execute(update(Picture).where(*mine).values(values)).rowcount != 1:
        return False
    names = set(session.scalars(select(PictureFile.name).where(PictureFile.key == picture.key)))
    rows = [
        {"name": name, "key": picture.key, "content": made, "created_at": now}
        for name, made in (files or {}).items()
        if name not in names
    ]
    if rows:
        session.execute(insert(PictureFile), rows)
    return True


def purge(session: Session, now: datetime, at_most: int = 20) -> int:
    """Forget pictures that are no logo and that no version of their merchant's menu names any more; how many rows.

    Looking costs reading menus: a few in a round, and whoever is still named is looked at again a week later.
    """
    old = select(Picture.merchant_id, Picture.key).where(Picture.created_at < now - KEPT).limit(at_most)
    gone = 0
    for merchant_id, key in session.execute(old).all():
        here = (Picture.merchant_id == merchant_id, Picture.key == key)
        named = select(CatalogVersion.id).where(
            CatalogVersion.merchant_id == merchant_id, CatalogVersion.document.contains(key)
        )
        logo = select(Merchant.id).where(Merchant.id == merchant_id, Merchant.logo == name_of(key))
        if session.scalar(logo) is not None or session.scalar(named.limit(1)) is not None:
            session.execute(update(Picture).where(*here).values(created_at=now))
            continue
        session.execute(delete(Picture).where(*here))
        if session.scalar(select(Picture.key).where(Picture.key == key).limit(1)) is None:
            session.execute(delete(PictureFile).where(PictureFile.key == key))
        gone += 1
    return gone
