"""From a basket to a paid order told to the programme, and every way the payment page can end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.checkout_cast import SLOT, Cast, on_stage
from webapp.ground.db import Database
from webapp.usecases.checkout.pay import refresh, start_payment


@pytest.fixture
def cast(database: Database, tmp_path: Path) -> Iterator[Cast]:
    """The café, open."""
    with on_stage(database, tmp_path) as everybody:
        yield everybody


def test_a_basket_becomes_a_paid_order_told_once(cast: Cast) -> None:
    guest = cast.guest(slot=SLOT)
    cast.choose(guest, "CREPE", 2)
    cast.choose(guest, "CIDER")
    order = cast.place(guest)
    assert (order.state, order.total, order.slot_items, cast.held(guest.store_id)) == ("pending", 2250, 3, 3)
    url = start_payment(cast.wiring, order.reference)
    assert url.startswith(cast.payment.url)
    cast.paid_at_provider(order)
    assert cast.state(order) == "pending"
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    assert [message.state for message in cast.messages(order)] == ["new"]
    cast.deliver()
    assert cast.effects(order) == 1
    assert cast.held(guest.store_id) == 3
    assert cast.refunds(order) == []
    assert cast.alerts() == []
