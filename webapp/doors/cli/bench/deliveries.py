"""The worker: how many paid orders a second reach a programme that answers in 5 ms, and what one that hangs costs."""

import sys
import time
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select

from webapp.doors.cli.bench.house import house
from webapp.doors.cli.bench.report import Failed, Figure, told
from webapp.doors.cli.bench.servers import ROOT, process
from webapp.doors.cli.bench.stage import Stage, join_programme
from webapp.ground.randomness import SystemRandomness
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs
from webapp.nouns.outbox.box import Message, put
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.paid_order import PaidLine, PaidOrder
from webapp.usecases.checkout.tell import TOPIC_REPORT
from webapp.usecases.setup.house import store_house

QUICK = ("quick-1", "quick-2", "quick-3", "quick-4")
HANGING = "hanging"
PATIENCE_S = 60.0
SLOWED = 0.9


def figures(stage: Stage) -> list[Figure]:
    """Four merchants with rows each; then the same beside a fifth whose programme never answers."""
    stores = [_merchant(stage, slug) for slug in (*QUICK, HANGING)]
    environment = dict(stage.environment) | {"PYTHONPATH": str(ROOT), "PASSE_PLAT_LOYALTY_WORKER_SECONDS": "5"}
    command = [sys.executable, "-m", "webapp.doors.cli", "worker"]
    each = stage.many(200)
    with process(command, environment, stage.folder / "worker.log"):
        time.sleep(2)
        _deliver(stage, stores[:-1], 5)
        alone = _deliver(stage, stores[:-1], each)
        _put(stage, stores[-1], 10)
        time.sleep(0.5)
        beside = _deliver(stage, stores[:-1], each)
    ratio = beside / alone
    return [
        told("deliveries a second, programme answering in 5 ms", f"{alone:.0f}/s", "4 merchants, one lane each"),
        Figure(
            "the same beside a merchant whose programme hangs", f"{beside:.0f}/s ({ratio:.2f})", f"≥ {SLOWED}",
            ratio >= SLOWED, "the others' rate against their rate without it",
        ),
    ]  # fmt: skip


def _merchant(stage: Stage, slug: str) -> StoreFacts:
    now = stage.seats.wiring.clock.now()
    with stage.database.transaction() as session:
        store_house(session, house(slug, 1), SystemRandomness(), now)
        join_programme(session, Vault(stage.settings.secrets_of("vault_keys")), slug, now)
        store = store_by_slugs(session, slug, "s0")
    assert store is not None  # noqa: S101 -- just stored
    return store


def _order(store: StoreFacts, reference: str, now: datetime) -> PaidOrder:
    return PaidOrder(
        reference=reference, store_slug=store.loyalty_slug, mode="table", currency="EUR", amount=1950, tax_amount=177,
        created_at=now, paid_at=now, lines=(PaidLine("Galette", 650, "GAL-000"),) * 3, phone="+33612345678",
    )  # fmt: skip


def _put(stage: Stage, store: StoreFacts, count: int) -> None:
    now, draw = stage.seats.wiring.clock.now(), stage.seats.wiring.draw
    blank = _order(store, "", now)
    with stage.database.transaction() as session:
        for _ in range(count):
            order = replace(blank, reference=draw.token(16))
            message = Message(
                TOPIC_REPORT, order.reference, store.merchant.id, store.id, order.to_json(),
                connection_id=store.connection_id,
            )  # fmt: skip
            put(session, message, now)


def _done(stage: Stage) -> int:
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == "done")) or 0


def _deliver(stage: Stage, stores: list[StoreFacts], each: int) -> float:
    before = _done(stage)
    for store in stores:
        _put(stage, store, each)
    began = time.perf_counter()
    while _done(stage) - before < each * len(stores):
        if time.perf_counter() - began > PATIENCE_S:
            raise Failed(f"only {_done(stage) - before} of {each * len(stores)} rows were delivered in a minute")
        time.sleep(0.02)
    return each * len(stores) / (time.perf_counter() - began)
