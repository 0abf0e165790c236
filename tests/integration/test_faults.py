"""Random schedules of faults and deaths leave nothing broken (M1 to M4, M9, L1, L3, L4, K3), on both databases."""

import secrets
import sys
from pathlib import Path

import pytest

from tests.integration.checkout_cast import Cast
from tests.integration.schedules import play
from tests.integration.truth import broken
from webapp.ground.db import Database
from webapp.nouns.order.models import Order, SlotUse
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.checkout.confirm import refresh

# A thousand in all, 500 on each database.
SCHEDULES, PARTS = 100, 5


@pytest.mark.parametrize("part", range(PARTS))
def test_random_schedules_leave_nothing_broken(database: Database, tmp_path: Path, part: int) -> None:
    seed = secrets.token_hex(4)
    sys.stdout.write(f"part {part}: seed {seed}\n")  # pytest shows it with a failure, and with -s always
    found = play(database, tmp_path, seed, SCHEDULES)
    assert not found, f"{SCHEDULES} schedules from seed {seed}: {found}"


def test_the_truth_sees_what_is_broken(cast: Cast) -> None:
    order, _ = cast.opened(slot=cast.soon())
    cast.paid_at_provider(order)
    assert any("M1" in words for words in broken(cast))
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    assert any("L1" in words for words in broken(cast))
    cast.deliver()
    assert broken(cast) == []
    cast.payment_takes_again(cast.session_of(order))
    assert any("M2" in words for words in broken(cast))
    with cast.wiring.db.transaction() as session:
        session.query(SlotUse).update({"taken": 0})
        session.query(OutboxMessage).delete()
        session.query(Order).update({"state": "expired"})
    found = " ".join(broken(cast))
    assert all(name in found for name in ("M2", "M3", "L1"))
