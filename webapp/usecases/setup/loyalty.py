"""Connecting a merchant to its loyalty programme, and saying which of its stores is which of ours (L7 to L9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.secrets import Vault
from webapp.ground.upsert import insert_into
from webapp.nouns.catalog.publish import bump
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs
from webapp.nouns.merchant.models import LoyaltyConnection, Merchant, Store, StoreMapping
from webapp.nouns.order.alerts import resolve_alert
from webapp.nouns.outbox import box
from webapp.usecases.checkout.tell import for_another


class NotDone(Exception):
    """Nothing was written. `code`: `no_merchant`, `no_store`, `no_connection`, `slug_taken` (`by`: the other store)."""

    def __init__(self, code: str, by: str = "") -> None:
        """See the class."""
        super().__init__(code)
        self.code = code
        self.by = by


@dataclass(frozen=True)
class Access:
    """A merchant's account at a programme, secrets in plain: sealed before they are stored (X5)."""

    vendor: str
    client_id: str
    client_secret: str = field(repr=False)
    token: str = field(repr=False)
    token_expires_at: datetime | None = None


def connect(
    session: Session, vault: Vault, merchant_slug: str, access: Access, now: datetime, *, same_account: bool = True
) -> int:
    """Store this access as the merchant's one living connection; its row.

    `same_account`: False when the programme shows that another account answers, though it calls us the same.

    The same account (vendor and client id) keeps its row, so that waiting rows go on with the new token. Another
    account retires the old one: what was attempted, or holds something of the old account's, stays with it (L9).

    Raises:
        NotDone: `no_merchant`.
    """
    merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == merchant_slug))
    if merchant_id is None:
        raise NotDone("no_merchant")
    facts = {
        "client_secret_sealed": vault.seal(access.client_secret),
        "token_sealed": vault.seal(access.token),
        "token_expires_at": access.token_expires_at,
        "state": "connected",
        "paused_until": None,
        "failures": 0,
    }
    living = select(LoyaltyConnection).where(
        LoyaltyConnection.merchant_id == merchant_id, LoyaltyConnection.state != "retired"
    )
    kept: int | None = None
    for old in session.scalars(living.with_for_update()).all():
        if kept is None and same_account and (old.vendor, old.client_id) == (access.vendor, access.client_id):
            kept = old.id
            session.execute(update(LoyaltyConnection).where(LoyaltyConnection.id == kept).values(facts))
        else:
            _retire(session, old.id)
    if kept is None:
        named = {"merchant_id": merchant_id, "vendor": access.vendor, "client_id": access.client_id, "created_at": now}
        added = insert(LoyaltyConnection).values(named | facts).returning(LoyaltyConnection.id)
        kept = int(session.execute(added).scalar_one())
    resolve_alert(session, "loyalty_disconnected", str(kept), now)
    bump(session, merchant_id=merchant_id)
    return kept


def disconnect(session: Session, merchant_slug: str, now: datetime) -> int | None:
    """Retire the living connection; its row, None when there is none. Rows never attempted wait, others stay (L9)."""
    connection_id = living_connection(session, merchant_slug)
    if connection_id is None:
        return None
    _retire(session, connection_id)
    resolve_alert(session, "loyalty_disconnected", str(connection_id), now)
    bump(session, merchant_id=session.get_one(LoyaltyConnection, connection_id).merchant_id)
    return connection_id


def _retire(session: Session, connection_id: int) -> None:
    mapped = select(StoreMapping.store_id, StoreMapping.slug).where(StoreMapping.connection_id == connection_id)
    slugs = {str(store_id): slug for store_id, slug in session.execute(mapped)}
    ended = update(LoyaltyConnection).where(LoyaltyConnection.id == connection_id)
    session.execute(ended.values(state="retired", last_slugs=slugs, paused_until=None))
    for row in box.untried(session, connection_id):
        freed = for_another(session, row)
        if freed is not None:
            box.unassign(session, row.id, freed)


def living_connection(session: Session, merchant_slug: str) -> int | None:
    """The merchant's connection that is not retired, or None."""
    query = select(LoyaltyConnection.id).join(Merchant, Merchant.id == LoyaltyConnection.merchant_id)
    return session.scalar(query.where(Merchant.slug == merchant_slug, LoyaltyConnection.state != "retired"))


def map_store(
    session: Session, merchant_slug: str, store_slug: str, slug: str, now: datetime, *, shared: bool = False
) -> int:
    """Say that our store is the programme's `slug`; how many waiting rows that set free, oldest first (L7).

    Args:
        session: the caller's transaction.
        merchant_slug: our merchant.
        store_slug: our store.
        slug: the programme's name for it.
        now: the present moment.
        shared: the owner confirmed that another store of ours goes by the same slug (L8).

    Raises:
        NotDone: `no_store`, `no_connection`, `slug_taken`.
    """
    store = store_by_slugs(session, merchant_slug, store_slug)
    if store is None:
        raise NotDone("no_store")
    if store.connection_id is None:
        raise NotDone("no_connection")
    other = _taken_by(session, store, slug)
    if other is not None and not shared:
        raise NotDone("slug_taken", other)
    facts = {"connection_id": store.connection_id, "slug": slug, "mapped_at": now}
    row = insert_into(session, StoreMapping).values(store_id=store.id, **facts)
    session.execute(row.on_conflict_do_update(index_elements=["store_id"], set_=facts))
    bump(session, store_id=store.id)
    return box.release_mapped(session, store.id, store.connection_id)


def _taken_by(session: Session, store: StoreFacts, slug: str) -> str | None:
    return session.scalar(
        select(Store.slug)
        .join(StoreMapping, StoreMapping.store_id == Store.id)
        .where(
            StoreMapping.connection_id == store.connection_id,
            StoreMapping.slug == slug,
            StoreMapping.store_id != store.id,
        )
        .limit(1)
    )


def unmap_store(session: Session, merchant_slug: str, store_slug: str) -> bool:
    """The store is no longer any of the programme's; False when it was none. Its orders wait from now on (L7)."""
    store = store_by_slugs(session, merchant_slug, store_slug)
    if store is None or not store.loyalty_slug:
        return False
    session.execute(delete(StoreMapping).where(StoreMapping.store_id == store.id))
    bump(session, store_id=store.id)
    return True


def map_stores(session: Session, merchant_slug: str, slugs: Mapping[str, str], now: datetime) -> int:
    """Several stores at once, ours → theirs; how many rows that set free."""
    return sum(map_store(session, merchant_slug, ours, theirs, now) for ours, theirs in slugs.items())
