"""The one place that decides "paid": whatever is said, however often, in any order (M1 to M8)."""

import itertools
from dataclasses import replace

import pytest

from tests.integration.checkout_cast import SLOT, Cast
from webapp.nouns.order.models import Order, OrderTransition, PaymentAttempt
from webapp.nouns.order.moves import ORDER_MOVES
from webapp.ports.payment.port import PaymentFact
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.checkout.settle import apply_payment_fact


def fact_of(cast: Cast, order: Order) -> PaymentFact:
    """What the provider says now of the newest attempt."""
    return cast.payment.provider().look_up(cast.session_of(order))


def apply(cast: Cast, attempt: PaymentAttempt, fact: PaymentFact) -> str:
    """Tell it once."""
    work = cast.wiring.db.run
    return work(lambda session: apply_payment_fact(session, attempt.id, fact, cast.clock.now(), "test"))


def path(cast: Cast, order: Order) -> list[str]:
    """The audit trail, checked to be a path of the graph (M3)."""
    rows = cast.rows(OrderTransition, OrderTransition.order_id == order.id)
    states = [rows[0].before, *(row.after for row in rows)]
    assert all(row.before == states[place] for place, row in enumerate(rows))
    assert all(after in ORDER_MOVES[before] for before, after in itertools.pairwise(states))
    assert states[-1] == cast.state(order)
    return states


@pytest.mark.parametrize("capture", ["wrong_amount", "wrong_currency"])
def test_another_sum_or_currency_never_pays_and_goes_back(cast: Cast, capture: str) -> None:
    cast.payment.settings(capture=capture)
    order, _ = cast.opened(slot=SLOT)
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "refund_due"
    assert cast.held(order.store_id) == 0
    assert cast.alerts() == [f"payment_{capture}"]
    cast.rounds(2, minutes=1)
    assert path(cast, order) == ["draft", "pending", "refund_due", "refunded"]
    assert (cast.balance(order), cast.messages(order)) == (0, [])


def test_authorised_money_is_not_captured_money(cast: Cast) -> None:
    cast.payment.settings(capture="authorize_only")
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "pending"
    cast.rounds(40, minutes=1)
    assert path(cast, order) == ["draft", "pending", "expired"]
    assert cast.messages(order) == []


def test_a_late_failure_undoes_nothing(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    attempt, captured = cast.attempts(order)[0], fact_of(cast, order)
    assert apply(cast, attempt, captured) == "paid"
    for state in ("failed", "expired", "open"):
        assert apply(cast, attempt, replace(captured, state=state, captures=())) == "paid"
    assert cast.attempts(order)[0].state == "captured"


@pytest.mark.parametrize("count", [1, 50])
def test_a_payment_told_many_times_counts_once(cast: Cast, count: int) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    for _ in range(count):
        assert apply(cast, cast.attempts(order)[0], fact_of(cast, order)) == "paid"
    assert path(cast, order) == ["draft", "pending", "paid"]
    assert (len(cast.captures(order)), len(cast.messages(order)), cast.refunds(order)) == (1, 1, [])


def test_a_page_paid_twice_gives_one_back(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order, "twice")
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    cast.rounds(2, minutes=1)
    assert [refund.state for refund in cast.refunds(order)] == ["done"]
    assert (cast.balance(order), cast.state(order)) == (order.total, "paid")
    assert len(cast.messages(order)) == 1


def test_two_attempts_paid_give_one_back_and_an_open_one_is_closed(cast: Cast) -> None:
    order, first = cast.opened()
    said = fact_of(cast, order)
    # A provider that said "failed" and took the money all the same: the second attempt is open by then.
    apply(cast, cast.attempts(order)[0], replace(said, state="failed"))
    start_payment(cast.wiring, order.reference)
    cast.payment.act(first, "pay")
    captured = cast.payment.provider().look_up(first)
    assert apply(cast, cast.attempts(order)[0], captured) == "paid"
    cast.rounds(seconds=1)
    assert [attempt.state for attempt in cast.attempts(order)] == ["captured", "expired"]
    cast.payment.act(cast.session_of(order), "pay")
    assert cast.balance(order) == order.total


def test_money_for_an_order_that_is_over_goes_back(cast: Cast) -> None:
    order, session_id = cast.opened(slot=SLOT)
    cast.payment.act(session_id, "pay")
    captured = fact_of(cast, order)
    # The provider had said "expired" when asked to close: what it says later is money all the same.
    apply(cast, cast.attempts(order)[0], replace(captured, state="expired", captures=()))
    assert give_up(cast.wiring, order.reference, "cancelled", "payer") == "cancelled"
    assert apply(cast, cast.attempts(order)[0], captured) == "refund_due"
    cast.rounds(2, minutes=1)
    assert path(cast, order) == ["draft", "pending", "cancelled", "refund_due", "refunded"]
    assert (cast.held(order.store_id), cast.balance(order)) == (0, 0)
    assert cast.alerts() == ["payment_paid_too_late"]


def test_money_given_back_by_hand_before_we_heard_of_it_pays_nothing(cast: Cast) -> None:
    order, _ = cast.opened(slot=SLOT)
    cast.paid_at_provider(order)
    capture = fact_of(cast, order).captures[0]
    cast.payment.provider().refund(capture.id, capture.amount, "by-hand")
    assert refresh(cast.wiring, order.reference, "return") == "refunded"
    assert (cast.refunds(order), cast.held(order.store_id)) == ([], 0)
    assert cast.alerts() == ["payment_given_back"]


def test_a_capture_under_another_reference_or_key_never_pays(cast: Cast) -> None:
    for reference, key in ((None, "another-1"), ("another", None)):
        order, _ = cast.opened()
        cast.paid_at_provider(order)
        said = fact_of(cast, order)
        wrong = replace(said, reference=reference or said.reference, key=key or said.key)
        assert apply(cast, cast.attempts(order)[0], wrong) == "refund_due"
        assert cast.messages(order) == []
