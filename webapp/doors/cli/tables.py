"""`tables`: list the addresses printed on a store's tables, or revoke one."""

from argparse import ArgumentParser, Namespace

from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused, store_options
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.links import Signer
from webapp.ground.randomness import SystemRandomness
from webapp.nouns.merchant.facts import store_by_slugs
from webapp.nouns.merchant.tables import add_tables, revoke_table, tables_of


def arguments(parser: ArgumentParser) -> None:
    """The options of `tables`."""
    store_options(parser)
    parser.add_argument("--revoke", metavar="LABEL", help="this table's printed code stops working for good")
    parser.add_argument("--renew", action="store_true", help="with --revoke: make a fresh code for the same table")


def command(settings: Settings, chosen: Namespace) -> int:
    """List, after revoking if asked to."""
    database = Database(settings.database_url)
    signer = Signer(settings.secrets_of("secret_keys"))
    try:
        for label, code in database.run(lambda session: _tables(session, chosen)):
            address = f"{settings.public_url}/r/{chosen.merchant}/{chosen.store}/t/{signer.sign('table', code)}"
            print(f"{label:<16} {address}")
    except LookupError as error:
        return refused(str(error.args[0]))
    finally:
        database.close()
    return 0


def _tables(session: Session, chosen: Namespace) -> list[tuple[str, str]]:
    store = store_by_slugs(session, chosen.merchant, chosen.store)
    if store is None:
        raise LookupError(f"There is no store {chosen.store!r} of {chosen.merchant!r}.")
    now = SystemClock().now()
    if chosen.revoke is not None:
        revoked = [table for table in tables_of(session, store.id) if table.label == chosen.revoke]
        if not revoked:
            raise LookupError(f"{chosen.store} has no table {chosen.revoke!r}.")
        for table in revoked:
            revoke_table(session, table.id, now)
        if chosen.renew:
            add_tables(session, store.id, [chosen.revoke], SystemRandomness(), now)
    return [(table.label, table.code) for table in tables_of(session, store.id)]
