"""`sold-out`: take a dish or an option off sale in one store, or put it back."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused, store_options
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.nouns.catalog.current import current_menu
from webapp.nouns.catalog.publish import mark_back, mark_sold_out
from webapp.nouns.merchant.facts import store_by_slugs
from webapp.usecases.kitchen.sold_out import keys_of


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
    menu = current_menu(session, store.merchant.id)
    if menu is None or chosen.key not in keys_of(menu):
        raise LookupError(f"{chosen.key!r} is on nobody's menu at {chosen.merchant}: nothing was changed.")
    until = SystemClock().now() + timedelta(minutes=chosen.minutes) if chosen.minutes else None
    mark_sold_out(session, store.id, chosen.key, until)
