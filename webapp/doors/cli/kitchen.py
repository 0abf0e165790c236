"""`order-progress`: say how far the kitchen is with an order, until the kitchen has a screen of its own."""

from argparse import ArgumentParser, Namespace

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused, store_options
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.nouns.merchant.facts import store_by_slugs
from webapp.nouns.order.models import ON_BOARD, Order
from webapp.nouns.order.moves import IllegalMove, move_progress

STEPS = ("preparing", "ready", "collected")


def arguments(parser: ArgumentParser) -> None:
    """The options of `order-progress`."""
    store_options(parser)
    parser.add_argument("--number", required=True, type=int, help="the order's number; the newest with it is meant")
    parser.add_argument("--to", required=True, choices=STEPS, help="how far it is now")


def command(settings: Settings, chosen: Namespace) -> int:
    """Move the order one step on."""
    database = Database(settings.database_url)
    try:
        before = database.run(lambda session: _move(session, chosen))
    except LookupError as error:
        return refused(str(error.args[0]))
    except IllegalMove as error:
        return refused(f"Order {chosen.number} cannot go this way: {error}.")
    finally:
        database.close()
    print(f"Order {chosen.number}: {before} → {chosen.to}." if before != chosen.to else f"It is {before} already.")
    return 0


def _move(session: Session, chosen: Namespace) -> str:
    store = store_by_slugs(session, chosen.merchant, chosen.store)
    if store is None:
        raise LookupError(f"There is no store {chosen.store!r} of {chosen.merchant!r}.")
    query = select(Order).where(Order.store_id == store.id, Order.number == chosen.number, Order.state.in_(ON_BOARD))
    order = session.scalar(query.order_by(Order.created_at.desc()).limit(1).with_for_update())
    if order is None:
        raise LookupError(f"No paid order of {chosen.store} has the number {chosen.number}.")
    if order.progress != chosen.to:
        move_progress(session, order.id, order.progress, chosen.to, SystemClock().now())
    return order.progress
