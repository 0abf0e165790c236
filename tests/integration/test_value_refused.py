"""A gift card and a bank card paid together, and one of them refuses: nothing goes back twice, nothing is given up."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.test_reconcile import odd
from tests.integration.value_table import GIFT, Payer, payer
from webapp.ground.db import Database
from webapp.nouns.order.models import Order
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.rows import IN_FLIGHT, debits_of, send
from webapp.usecases.checkout.give_back import NotGivenBack, ask_again
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.value.take import take_one


@pytest.fixture
def there(database: Database) -> Iterator[Payer]:
    with payer(database) as made:
        yield made


def _requests(there: Payer) -> list[tuple[str, int | None]]:
    return [(row.state, row.credit_number) for row in there.cast.rows(RefundRequest)]


def test_a_refused_share_of_the_card_is_asked_again_and_its_dish_is_not_given_back_once_more(there: Payer) -> None:
    order = there.placed(GIFT)
    there.pay(order)
    provider = odd(there.cast)
    provider.refund_states = ("failed",)
    there.cast.give_back(order, {0: 1})  # 3.00 of the card, 6.00 of the gift card
    there.work()
    assert (there.there(), _requests(there), there.cast.state(order)) == (600, [("asked", None)], "paid")
    with pytest.raises(NotGivenBack, match="too_many"):
        there.cast.wish(order, {0: 2})
    (refused,) = there.cast.refunds(order)
    about: dict[str, Any] = {"merchant_id": order.merchant_id, "store_id": order.store_id, "staff_id": None}
    there.cast.give_back(order)  # the rest: nothing of it is the refused share
    there.work()
    assert (there.cast.state(order), there.there()) == ("refund_due", 1500)
    assert ask_again(there.cast.wiring, refused.id, **about)
    there.work(minutes=1)
    assert (there.cast.state(order), there.cast.balance(order), there.there()) == ("refunded", 0, 1500)
    assert _requests(there) == [("done", 2), ("done", 1)]


def test_a_part_set_free_when_it_was_refused_is_asked_for_anew_only(there: Payer) -> None:
    order = there.cast.place(there.guest)
    there.pay(order)
    provider = odd(there.cast)
    provider.refund_states = ("failed",)
    there.cast.give_back(order, {0: 1})
    there.work()
    (refused,) = there.cast.refunds(order)
    about: dict[str, Any] = {"merchant_id": order.merchant_id, "store_id": order.store_id, "staff_id": None}
    assert (_requests(there), ask_again(there.cast.wiring, refused.id, **about)) == ([("refused", None)], False)


def _debit(there: Payer, order: Order) -> ValueMovement:
    with there.cast.wiring.db.reading() as session:
        (row,) = debits_of(session, order.id)
    return row


def test_a_page_loaded_again_while_the_gift_card_is_being_asked_waits_for_it(there: Payer) -> None:
    order, wiring = there.placed(GIFT), there.cast.wiring
    row = _debit(there, order)
    assert wiring.db.run(lambda session: send(session, row.id, 1500, wiring.clock.now()))  # by the first page
    for stale in (row, _debit(there, order)):
        assert take_one(wiring, stale) == "under_way"
    there.at.later(seconds=int(IN_FLIGHT.total_seconds()))  # that page is gone
    with pytest.raises(CannotPay, match="unclear"):
        start_payment(wiring, order.reference)


def test_a_second_tab_that_finds_the_card_emptied_for_this_very_order_goes_on_to_pay(there: Payer) -> None:
    order = there.placed(GIFT)
    read_before = _debit(there, order)
    assert start_payment(there.cast.wiring, order.reference)
    assert (there.there(), take_one(there.cast.wiring, read_before)) == (0, "")
