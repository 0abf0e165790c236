"""What the board and the deliveries desk ask, beside 100,000 past orders and beside 1,000, in processor time."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from webapp.doors.cli.bench.house import MERCHANT
from webapp.doors.cli.bench.report import Failed, Figure, at_most
from webapp.doors.cli.bench.stage import Stage
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.nouns.order.board import handed_over, open_tickets
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.deliveries import deliveries
from webapp.nouns.outbox.models import OutboxMessage

FEW, MANY, AT_ONCE = 1_000, 100_000, 5_000
ASKED, AIM = 100, 1.5
NOW = datetime.now(UTC).replace(microsecond=0)
Question = Callable[[Session, StoreFacts], object]
QUESTIONS: dict[str, Question] = {
    "open orders of the board": lambda session, store: open_tickets(session, store.id, NOW),
    "handed over today": lambda session, store: handed_over(session, store.id, NOW - timedelta(hours=2)),
    "first page of the deliveries": lambda session, store: deliveries(session, store.merchant.id),
    "a later page of them": lambda session, store: deliveries(session, store.merchant.id, before=FEW),
    "parked deliveries": lambda session, store: deliveries(session, store.merchant.id, only="parked"),
}


def figures(stage: Stage) -> Iterator[Figure]:
    """The ratio of each question's processor time.

    Raises:
        Failed: a question answered nothing.
    """
    with stage.database.reading() as session:
        store = stores_of(session, MERCHANT)[0]
    _fill(stage, store, range(FEW))
    before = {name: _seconds(stage, store, question) for name, question in QUESTIONS.items()}
    for start in range(FEW, MANY, AT_ONCE):
        _fill(stage, store, range(start, min(MANY, start + AT_ONCE)))
    for name, question in QUESTIONS.items():
        after = _seconds(stage, store, question)
        detail = f"{after * 1e6:.0f} against {before[name] * 1e6:.0f} µs"
        yield at_most(f"{name}, {MANY:,} past orders against {FEW:,}", after / before[name], AIM, "×", detail)


def _seconds(stage: Stage, store: StoreFacts, question: Question) -> float:
    """Processor time of one asking, the least of five rounds."""
    with stage.database.transaction() as session:
        session.execute(text("ANALYZE"))
    rounds = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(ASKED // 5):
            with stage.database.reading() as session:
                if not question(session, store):
                    raise Failed("a desk's question found nothing")
        rounds.append((time.process_time() - began) / (ASKED // 5))
    return min(rounds)


def _fill(stage: Stage, store: StoreFacts, numbers: range) -> None:
    """Past orders, newest first, nearly all told and handed over; five are still the kitchen's."""
    orders = [_order(store, number) for number in numbers]
    with stage.database.transaction() as session:
        session.execute(insert(Order), orders)
        mine = select(Order.reference, Order.id).where(Order.reference.in_([one["reference"] for one in orders]))
        told = [_told(store, row.reference, row.id) for row in session.execute(mine).all()]
        session.execute(insert(OutboxMessage), told)


def _order(store: StoreFacts, number: int) -> dict[str, Any]:
    moment = NOW - timedelta(minutes=number)
    progress = "accepted" if number < 5 else "collected"
    return {
        "reference": f"past-{number:06d}", "number": number, "merchant_id": store.merchant.id, "store_id": store.id,
        "state": "paid", "phone": "+33612345678", "progress": progress, "progress_at": moment, "mode": "collect",
        "language": "fr", "currency": "EUR", "subtotal": 1000, "total": 1000, "vat": [], "discounts": [],
        "quote_digest": "", "menu_stamp": 1, "consent": {}, "points_state": "credited", "created_at": moment,
        "expires_at": moment, "paid_at": moment,
    }  # fmt: skip


def _told(store: StoreFacts, reference: str, order_id: int) -> dict[str, Any]:
    number = int(reference.removeprefix("past-"))
    state = "parked" if number < FEW and number % 10 == 0 else "done"
    return {
        "topic": "loyalty.report", "key": reference, "merchant_id": store.merchant.id, "store_id": store.id,
        "order_id": order_id, "payload": "", "state": state, "attempts": 1,
        "not_before": NOW, "created_at": NOW - timedelta(minutes=number),
    }  # fmt: skip
