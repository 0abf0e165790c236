"""`deliveries`: what waits for the loyalty programmes, why, and sending it again (L5, O5)."""

from argparse import ArgumentParser, Namespace

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage


def arguments(parser: ArgumentParser) -> None:
    """The options of `deliveries`."""
    parser.add_argument("--all", action="store_true", help="also what is merely on its way")
    parser.add_argument("--resend", type=int, metavar="ID", help="send this parked message again, unchanged")


def command(settings: Settings, chosen: Namespace) -> int:
    """List, or send again."""
    database = Database(settings.database_url)
    try:
        if chosen.resend is not None:
            now = SystemClock().now()
            if not database.run(lambda session: box.unpark(session, chosen.resend, now)):
                return refused("That message is not parked, or its store is not mapped (map-store lets it go).")
            print("It will be sent within seconds.")
            return 0
        with database.reading() as session:
            lines = waiting(session, everything=chosen.all)
        print("\n".join(lines) or "Nothing waits.")
    finally:
        database.close()
    return 0


def waiting(session: Session, *, everything: bool) -> list[str]:
    """One line per waiting message, oldest first, without anything personal; `everything`: not only parked ones."""
    states = ("parked", "new", "leased") if everything else ("parked",)
    query = (
        select(OutboxMessage, Merchant.slug, Store.slug)
        .join(Merchant, Merchant.id == OutboxMessage.merchant_id)
        .join(Store, Store.id == OutboxMessage.store_id)
        .where(OutboxMessage.state.in_(states))
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
    )
    return [
        f"{row.id:>8}  {row.state:<7}  {row.created_at:%Y-%m-%d %H:%M}  {row.topic:<15}  {merchant}/{store}"
        f"  tried {row.attempts}×  {row.reason}"
        for row, merchant, store in session.execute(query)
    ]
