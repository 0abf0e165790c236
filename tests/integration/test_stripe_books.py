"""A day at Stripe held against ours: nothing differs, and money nobody told us of is found in its ledger (M1, M2)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from tests.contract.peers import free_port
from tests.integration.checkout_cast import Cast
from tests.integration.test_stripe_orders import Stage, staged
from tests.stripe_peer import localstripe
from webapp.nouns.order.models import Alert, Order, PaymentAttempt
from webapp.usecases.books.report import find_unheard, make_report
from webapp.usecases.checkout.confirm import refresh


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with localstripe(free_port()) as url:
        yield url


@pytest.fixture
def stage(cast: Cast, upstream: str) -> Iterator[Stage]:
    cast.clock.set(datetime.now(UTC))  # localstripe stamps its charges by the machine's own clock
    with staged(cast, upstream) as here:
        yield here


def test_a_day_at_stripe_differs_in_nothing_and_shows_what_stripe_kept(stage: Stage) -> None:
    cast = stage.cast
    stage.keep()
    first, page = stage.opened()
    stage.stripe.act(page, "pay")
    assert refresh(cast.wiring, first.reference, "return") == "paid"
    _, other = stage.opened()
    stage.stripe.act(other, "decline")
    cast.give_back(first)
    cast.rounds(2, seconds=1)
    assert cast.state(first) == "refunded"
    day = datetime.now(ZoneInfo("Europe/Paris")).date()
    rows = make_report(cast.wiring, stage.merchant, "cafe", day)
    assert rows is not None
    (row,) = rows
    assert row["differences"] == []
    assert (row["captured"], row["refunded"]) == (first.total, first.total)
    assert (row["provider_captured"], row["provider_refunded"]) == (first.total, first.total)
    assert row["fees"] == round(first.total * 0.015) + 25
    assert "payment_difference" not in cast.alerts()


def test_money_taken_at_stripe_that_nobody_told_us_of_is_found_and_given_back(stage: Stage) -> None:
    cast = stage.cast
    stage.keep()
    order, page = stage.opened()
    stage.stripe.act(page, "pay")  # no callback, no return; and the attempt is lost sight of
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentAttempt).values(state="expired", next_check_at=None))
        session.execute(update(Order).values(state="expired"))
    cast.later(minutes=5)
    assert find_unheard(cast.wiring) == 1
    cast.rounds(2, seconds=5)
    assert (cast.state(order), stage.taken()) == ("refunded", 0)
    assert [one.kind for one in cast.rows(Alert)] == ["payment_paid_too_late"]
    assert find_unheard(cast.wiring) == 0
    assert cast.clock.now() - order.created_at < timedelta(minutes=15)
