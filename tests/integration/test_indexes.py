"""What desks ask finds its rows by an index, however many orders there have been; asked of the databases themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from tests.integration.scene import NOON, open_cafe
from webapp.ground.db import Database
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.board import handed_over, open_tickets
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.compare import Where, compare
from webapp.nouns.outbox.deliveries import counts, deliveries
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.setup.figures import fortnight

ORDERS = 3000
LARGE = ("order", "outbox_message", "consent_evidence", "order_discount", "order_line")


@dataclass(frozen=True)
class Ask:
    """Whom a desk asks, and for whom."""

    session: Session
    merchant: int
    stores: list[StoreFacts]


QUESTIONS: dict[str, Callable[[Ask], object]] = {
    "every paid order": lambda ask: deliveries(ask.session, ask.merchant),
    "an old page": lambda ask: deliveries(ask.session, ask.merchant, before=1500),
    "waiting": lambda ask: deliveries(ask.session, ask.merchant, only="waiting"),
    "parked": lambda ask: deliveries(ask.session, ask.merchant, only="parked"),
    "sent": lambda ask: deliveries(ask.session, ask.merchant, only="sent"),
    "untold": lambda ask: deliveries(ask.session, ask.merchant, only="untold"),
    "counts": lambda ask: counts(ask.session, ask.merchant),
    "fortnight": lambda ask: fortnight(ask.session, ask.merchant, ask.stores, NOON),
    "board": lambda ask: open_tickets(ask.session, ask.stores[0].id, NOON),
    "handed over": lambda ask: handed_over(ask.session, ask.stores[0].id, NOON - timedelta(hours=2)),
    "comparison": lambda ask: compare(
        ask.session, ask.merchant, NOON.date(), [Where(one.id, one.zone) for one in ask.stores], NOON
    ),
}


def _fill(session: Session, merchant_id: int, store_id: int, many: int, prefix: str) -> None:
    """Past orders, one every half hour, nearly all of them told and handed over."""
    orders: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for number in range(many):
        moment = NOON - timedelta(minutes=30 * number)
        orders.append(
            {"reference": f"{prefix}-{number}", "number": number, "merchant_id": merchant_id, "store_id": store_id,
             "state": "paid", "phone": "+33612345678", "progress": "accepted" if number < 5 else "collected",
             "progress_at": moment, "mode": "collect", "language": "fr", "currency": "EUR", "subtotal": 1000,
             "total": 1000, "vat": [], "discounts": [], "quote_digest": "", "menu_stamp": 1, "consent": {},
             "points_state": "none" if number % 50 == 0 else "credited", "created_at": moment, "expires_at": moment,
             "paid_at": moment}
        )  # fmt: skip
        messages.append(
            {"topic": "loyalty.report", "key": f"{prefix}-{number}", "merchant_id": merchant_id, "store_id": store_id,
             "payload": "", "state": "parked" if number % 100 == 0 else "done", "attempts": 1, "not_before": moment,
             "created_at": moment}
        )  # fmt: skip
    session.execute(insert(Order), orders)
    ours = select(Order.reference, Order.id).where(Order.merchant_id == merchant_id)
    ids = {str(row.reference): int(row.id) for row in session.execute(ours)}
    session.execute(insert(OutboxMessage), [one | {"order_id": ids[one["key"]]} for one in messages])


def _plan(session: Session, statement: str, parameters: Any) -> str:
    lite = session.get_bind().dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
    if not lite:  # a few thousand rows are read from end to end out of thrift; only where there is no index is now
        session.execute(text("SET LOCAL enable_seqscan = off"))
    rows = session.connection().exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def _walks(plan: str) -> list[str]:
    """The large tables this plan reads from end to end."""
    lines = plan.splitlines()
    whole = [line for line in lines if "Seq Scan" in line or (line.startswith("SCAN ") and "USING" not in line)]
    return [line for line in whole if any(f" {name}" in line.replace('"', "") for name in LARGE)]


@pytest.fixture
def cafes(database: Database) -> tuple[int, list[StoreFacts]]:
    """A merchant with few orders beside one with many; the first's row and stores."""
    open_cafe(database, "small", "token-a", NOON, {})
    open_cafe(database, "large", "token-b", NOON, {})
    with database.transaction() as session:
        for slug, many in (("small", ORDERS // 10), ("large", ORDERS)):
            merchant = session.scalars(select(Merchant.id).where(Merchant.slug == slug)).one()
            _fill(session, merchant, stores_of(session, slug)[0].id, many, slug)
    with database.transaction() as session:
        session.execute(text("ANALYZE"))
    with database.reading() as session:
        return stores_of(session, "small")[0].merchant.id, stores_of(session, "small")


def _asked(
    database: Database, merchant: int, stores: list[StoreFacts], question: Callable[[Ask], object]
) -> list[tuple[str, Any]]:
    """What a question asks of the database, with its values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.transaction() as session:
        question(Ask(session, merchant, stores))
    event.remove(database.engine, "before_cursor_execute", note)
    return asked


def test_no_desk_reads_a_table_of_orders_from_end_to_end(
    database: Database, cafes: tuple[int, list[StoreFacts]]
) -> None:
    merchant, stores = cafes
    for name, ask in QUESTIONS.items():
        asked = _asked(database, merchant, stores, ask)
        assert asked, name
        with database.reading() as session:
            walks = [_walks(_plan(session, statement, parameters)) for statement, parameters in asked]
        assert [found for found in walks if found] == [], name
