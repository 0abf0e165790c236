"""The versions of a merchant's menu: the one on sale with its number, and putting another in its place, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.models import CatalogVersion, MenuDraft
from webapp.nouns.catalog.publish import bump
from webapp.nouns.merchant.models import Merchant

DRAFT_KEPT = timedelta(hours=24)
# Versions older than this that many others have followed are forgotten; whoever wants them longer exports them.
KEPT, KEPT_AT_LEAST = timedelta(days=90), 50


@dataclass(frozen=True)
class Version:
    """A version in a list."""

    number: int
    created_at: datetime


def on_sale(session: Session, merchant_id: int) -> tuple[int, str | None]:
    """The number and the text of the menu on sale; 0 and None before the first."""
    row = session.execute(
        select(Merchant.catalog_number, CatalogVersion.document)
        .outerjoin(
            CatalogVersion,
            (CatalogVersion.merchant_id == Merchant.id) & (CatalogVersion.number == Merchant.catalog_number),
        )
        .where(Merchant.id == merchant_id)
    ).one()
    return row[0], row[1]


def document_of(session: Session, merchant_id: int, number: int) -> str | None:
    """The text of one version, or None."""
    return session.scalar(
        select(CatalogVersion.document).where(
            CatalogVersion.merchant_id == merchant_id, CatalogVersion.number == number
        )
    )


def versions_of(session: Session, merchant_id: int, limit: int) -> Sequence[Version]:
    """The newest versions first."""
    query = select(CatalogVersion.number, CatalogVersion.created_at).where(CatalogVersion.merchant_id == merchant_id)
    return [Version(*row) for row in session.execute(query.order_by(CatalogVersion.number.desc()).limit(limit))]


def publish_after(session: Session, merchant_id: int, seen: int, document: Catalog, now: datetime) -> int | None:
    """Put a document on sale in place of version `seen`; its number, or None when another is on sale by now (C30).

    One conditional update decides between two who publish at once; the loser has changed nothing.
    """
    last = select(func.max(CatalogVersion.number)).where(CatalogVersion.merchant_id == merchant_id).scalar_subquery()
    taken = session.connection().execute(
        update(Merchant)
        .where(Merchant.id == merchant_id, Merchant.catalog_number == seen)
        .values(catalog_number=func.coalesce(last, 0) + 1)
    )
    if taken.rowcount != 1:
        return None
    number = session.scalar(select(Merchant.catalog_number).where(Merchant.id == merchant_id)) or 0
    row = {
        "merchant_id": merchant_id, "number": number, "document": document.model_dump_json(exclude_none=False),
        "created_at": now,
    }  # fmt: skip
    session.execute(insert(CatalogVersion), [row])
    bump(session, merchant_id=merchant_id)
    return number


def stage(
    session: Session, key: str, merchant_id: int, staff_id: int, document: Catalog, note: str, now: datetime
) -> None:
    """Keep an import until it is applied; a person has one at a merchant, the newest."""
    session.execute(delete(MenuDraft).where(MenuDraft.merchant_id == merchant_id, MenuDraft.staff_id == staff_id))
    row = {
        "key": key, "merchant_id": merchant_id, "staff_id": staff_id, "note": note[:40], "created_at": now,
        "document": document.model_dump_json(exclude_none=False), "expires_at": now + DRAFT_KEPT,
    }  # fmt: skip
    session.execute(insert(MenuDraft).values(row))


def staged(session: Session, key: str, merchant_id: int, staff_id: int, now: datetime) -> MenuDraft | None:
    """The import of that key: this person's, at this merchant, not expired."""
    return session.scalar(
        select(MenuDraft).where(
            MenuDraft.key == key,
            MenuDraft.merchant_id == merchant_id,
            MenuDraft.staff_id == staff_id,
            MenuDraft.expires_at > now,
        )
    )


def unstage(session: Session, key: str, merchant_id: int, staff_id: int) -> bool:
    """Forget it; whether it was still there."""
    gone = session.connection().execute(
        delete(MenuDraft).where(
            MenuDraft.key == key, MenuDraft.merchant_id == merchant_id, MenuDraft.staff_id == staff_id
        )
    )
    return gone.rowcount == 1


def purge(session: Session, now: datetime) -> int:
    """Forget imports nobody applied and versions long replaced; how many rows."""
    drafts = session.connection().execute(delete(MenuDraft).where(MenuDraft.expires_at <= now))
    newest = select(Merchant.catalog_number).where(Merchant.id == CatalogVersion.merchant_id).scalar_subquery()
    old = session.connection().execute(
        delete(CatalogVersion).where(
            CatalogVersion.created_at < now - KEPT, CatalogVersion.number <= newest - KEPT_AT_LEAST
        )
    )
    return int(drafts.rowcount + old.rowcount)
