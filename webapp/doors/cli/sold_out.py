"""`sold-out`: take a dish or an option off sale in one store, or put it back."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused, store_options
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.models import CatalogVersion
from webapp.nouns.catalog.publish import mark_back, mark_sold_out
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs


def arguments(parser: ArgumentParser) -> None:
    """The options of `sold-out`."""
    store_options(parser)
    parser.add_argument("key", help="a SKU, or GROUP:OPTION")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--minutes", type=int, help="only for that long; otherwise until further notice")
    how.add_argument("--back", action="store_true", help="it is back on sale")


def command(settings: Settings, chosen: Namespace) -> int:
    """Mark it, and say so."""
    database = Database(settings.database_url)
    try:
        database.run(lambda session: _mark(session, chosen))
    except LookupError as error:
        return refused(str(error.args[0]))
    finally:
        database.close()
    print(f"{chosen.key} is {'back on sale' if chosen.back else 'sold out'} at {chosen.store}.")
    return 0


def _mark(session: Session, chosen: Namespace) -> None:
    store = store_by_slugs(session, chosen.merchant, chosen.store)
    if store is None:
        raise LookupError(f"There is no store {chosen.store!r} of {chosen.merchant!r}.")
    if chosen.back:
        mark_back(session, store.id, chosen.key)
        return
    if chosen.key not in _keys(session, store):
        raise LookupError(f"{chosen.key!r} is on nobody's menu at {chosen.merchant}: nothing was changed.")
    until = SystemClock().now() + timedelta(minutes=chosen.minutes) if chosen.minutes else None
    mark_sold_out(session, store.id, chosen.key, until)


def _keys(session: Session, store: StoreFacts) -> set[str]:
    text = session.scalar(
        select(CatalogVersion.document).where(
            CatalogVersion.merchant_id == store.merchant.id, CatalogVersion.number == store.merchant.catalog_number
        )
    )
    if text is None:
        return set()
    menu = Catalog.model_validate_json(text)
    dishes = {item.sku for item in (*menu.products, *menu.set_menus)}
    return dishes | {f"{group.id}:{option.id}" for group in menu.option_groups for option in group.options}
