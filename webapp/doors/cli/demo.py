"""`demo`: fill an empty database with the invented merchants, or with the reader's own menu."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import demo
from webapp.doors.cli.addresses import CannotStart, Opening
from webapp.doors.cli.catalog import pictures, told
from webapp.doors.cli.demo_loyalty import SEED
from webapp.doors.cli.demo_programmes import Connected, connected, kept
from webapp.doors.cli.demo_staff import employ, owner_of
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.links import Signer
from webapp.ground.randomness import SystemRandomness
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.check import House, read_house, read_pair
from webapp.nouns.merchant.facts import StoreFacts, merchants, stores_of
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.merchant.tables import tables_of
from webapp.nouns.promotion.offer import Offer, store_offer
from webapp.ports.loyalty.pongo import Pongo
from webapp.usecases.setup.house import store_house
from webapp.usecases.setup.loyalty import Access, connect, map_stores


def load(settings: Settings, catalog_file: Path | None = None) -> Opening:
    """Fill the database when it is empty; what is worth opening.

    Args:
        settings: of the demo.
        catalog_file: a menu file of the reader's own, in place of the demo's merchants; a changed one is put on sale.

    Raises:
        CannotStart: with every reason, when that file cannot be sold.
    """
    houses = _own(catalog_file) if catalog_file else _invented()
    accesses = _accesses(settings.data_dir / SEED)
    database = Database(settings.database_url)
    try:
        vault = Vault(settings.secrets_of("vault_keys"))
        with database.transaction() as session:
            for place, house in enumerate(houses):
                _fill(session, vault, house, accesses, spare=place if catalog_file else None)
                _employ(session, settings, house.merchant.slug)
            for house, known in [] if catalog_file else _with_programmes(settings):
                _join(session, vault, house, known)
                _employ(session, settings, house.merchant.slug)
        with database.reading() as session:
            opening = _opening(session, settings, houses[0].merchant.slug)
            return opening if catalog_file else replace(opening, programmes=_programmes(settings))
    finally:
        database.close()


def _invented() -> list[House]:
    reports = [
        read_pair(merchant.read_bytes(), menu.read_bytes(), pictures=pictures()) for merchant, menu in demo.merchants()
    ]
    for report in reports:
        if report.document is None:
            raise CannotStart(told(report))
    return [report.document for report in reports if report.document is not None]


def _with_programmes(settings: Settings) -> list[tuple[House, Connected]]:
    accesses = connected(kept(settings.data_dir))
    reports = [read_pair(merchant.read_bytes(), menu.read_bytes()) for merchant, menu in demo.programme_houses()]
    houses = {report.document.merchant.slug: report.document for report in reports if report.document is not None}
    return [(houses[one.merchant], one) for one in accesses if one.merchant in houses]


def _join(session: Session, vault: Vault, house: House, known: Connected) -> None:
    """Store a house and connect it to its programme by credentials, once."""
    if session.scalar(select(Merchant.id).where(Merchant.slug == house.merchant.slug)) is not None:
        return
    now = SystemClock().now()
    store_house(session, house, SystemRandomness(), now)
    connect(session, vault, house.merchant.slug, Access(known.vendor, "", "", known.secret), now)
    map_stores(session, house.merchant.slug, {known.store: known.place}, now)


def _programmes(settings: Settings) -> tuple[tuple[str, str], ...]:
    found = connected(kept(settings.data_dir))
    return tuple((one.name, f"{settings.public_url}/r/{one.merchant}/{one.store}/") for one in found)


def _own(path: Path) -> list[House]:
    report = read_house(path.read_bytes(), pictures=pictures())
    if report.document is None:
        raise CannotStart(f"{path} cannot be put on sale:\n{told(report)}")
    return [report.document]


def _accesses(seed: Path) -> list[dict[str, Any]]:
    """The accounts the loyalty sandbox was started with; none where there is no such sandbox."""
    if not seed.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(seed.read_text("utf-8"))["merchants"]
    return found


def _fill(session: Session, vault: Vault, house: House, accesses: list[dict[str, Any]], *, spare: int | None) -> None:
    slug = house.merchant.slug
    known = session.scalar(select(Merchant.id).where(Merchant.slug == slug))
    if known is not None and spare is None:
        return
    now = SystemClock().now()
    stored = store_house(session, house, SystemRandomness(), now)
    if known is None and spare is None:
        for offer in json.loads(demo.coupons().read_text("utf-8")).get(slug, []):
            store_offer(session, stored.merchant_id, Offer.model_validate(offer), now)
    if known is not None or not accesses:
        return
    own = next((access for access in accesses if access["slug"] == slug), None)
    account = own or accesses[spare or 0]
    access = Access(Pongo.vendor, account["client_id"], account["client_secret"], account["token"])
    connect(session, vault, slug, access, now)
    theirs = {store["store"]: store["slug"] for store in account["stores"]}
    if own is None:  # the reader's own stores borrow the demo's places at the programme, as far as they go
        theirs = dict(zip((store.slug for store in house.stores), theirs.values(), strict=False))
    map_stores(session, slug, theirs, now)


def _employ(session: Session, settings: Settings, slug: str) -> None:
    merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == slug))
    if merchant_id is not None:
        employ(session, owner_of(settings, slug), merchant_id, SystemClock().now())


def _opening(session: Session, settings: Settings, merchant_slug: str) -> Opening:
    store = stores_of(session, merchant_slug)[0]
    tables = tables_of(session, store.id)
    address = f"{settings.public_url}/r/{merchant_slug}/{store.slug}/"
    signer = Signer(settings.secrets_of("secret_keys"))
    table = f"{address}t/{signer.sign('table', tables[0].code)}" if tables else None
    owner = owner_of(settings, merchant_slug)
    return Opening(address, table, owner.email, owner.password)


def arguments(parser: ArgumentParser) -> None:
    """The options of `demo`."""
    parser.add_argument("--catalog", type=Path, metavar="FILE", help="this menu file instead of the demo's merchants")


def command(settings: Settings, chosen: Namespace) -> int:
    """Load and say what is there."""
    try:
        opening = load(settings, chosen.catalog)
    except CannotStart as refused:
        print(refused)
        return 1
    database = Database(settings.database_url)
    with database.reading() as session:
        for merchant in merchants(session):
            print(f"{merchant.name}: {', '.join(map(_named, stores_of(session, merchant.slug)))}")
    database.close()
    print(f"Menu: {opening.menu}")
    print(f"At a table: {opening.table}" if opening.table else "No tables.")
    return 0


def _named(store: StoreFacts) -> str:
    return store.name if store.loyalty_slug else f"{store.name} (not mapped to loyalty)"
