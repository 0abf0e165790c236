"""`map-store`: say which store of the programme a store is, and let go what waited for it (L7, L8)."""

from argparse import ArgumentParser, Namespace

from webapp.doors.cli.answers import refused, store_options
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.usecases.setup.loyalty import NotDone, map_store

WHY = {
    "no_store": "There is no store {store!r} of {merchant!r}.",
    "no_connection": "{merchant} is not connected to a programme: connect-loyalty comes first.",
    "slug_taken": "{by} is mapped to {slug!r} already. With --confirm both are: their orders count as one store's.",
}


def arguments(parser: ArgumentParser) -> None:
    """The options of `map-store`."""
    store_options(parser)
    parser.add_argument("--slug", required=True, help="the programme's name of that store")
    parser.add_argument("--confirm", action="store_true", help="although another store has the same slug")


def command(settings: Settings, chosen: Namespace) -> int:
    """Map, and say how many orders may go now."""
    database = Database(settings.database_url)
    now = SystemClock().now()
    try:
        freed = database.run(
            lambda session: map_store(session, chosen.merchant, chosen.store, chosen.slug, now, shared=chosen.confirm)
        )
    except NotDone as not_done:
        return refused(WHY[not_done.code].format(**vars(chosen), by=not_done.by))
    finally:
        database.close()
    print(f"{chosen.store} is {chosen.slug} at the programme; {freed} waiting messages may go now.")
    return 0
