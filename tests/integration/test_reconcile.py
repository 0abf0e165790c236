"""The reconciler alone, without a single callback or return, makes money right (G6, G7, M2, M4, M9)."""

import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from tests.integration.checkout_cast import SLOT, Cast
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.ports.payment.port import PaymentFact, RefundFact
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.usecases.checkout.confirm import confirm_payment, refresh
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.payments import OneForAll


def test_money_nobody_told_us_about_is_found_within_a_minute(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    cast.rounds(seconds=61)
    assert cast.state(order) == "paid"
    late, _ = cast.opened()
    cast.rounds(15, seconds=61)
    cast.paid_at_provider(late)
    cast.rounds(seconds=61)
    assert cast.state(late) == "paid"


def test_a_page_paid_twice_is_put_right_within_15_minutes_without_a_callback(cast: Cast) -> None:
    order, session_id = cast.opened()
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    cast.rounds(10, seconds=61)
    cast.payment_takes_again(session_id)
    assert cast.balance(order) == 2 * order.total
    cast.rounds(14, seconds=61)
    assert (cast.balance(order), cast.state(order)) == (order.total, "paid")
    assert [one.state for one in cast.attempts(order)] == ["captured"], "one of its two captures pays the order"


def test_the_page_whose_money_went_back_says_so_and_the_other_pays(cast: Cast) -> None:
    order, first = cast.opened()
    for _ in range(5):
        cast.payment.act(first, "decline")
    refresh(cast.wiring, order.reference, "return")
    start_payment(cast.wiring, order.reference)
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    cast.payment_takes_again(cast.session_of(order))
    with cast.payment.peer.bank.ledger.transaction() as db:  # the money surfaces on the page given up before
        db.execute("UPDATE capture SET session_id=? WHERE id=(SELECT MAX(id) FROM capture)", (first,))
        db.execute("UPDATE session SET state='captured' WHERE id=?", (first,))
    confirm_payment(cast.wiring, cast.attempts(order)[0].id, "callback")
    cast.rounds(2, seconds=61)
    assert (cast.balance(order), cast.state(order)) == (order.total, "paid")
    assert [one.state for one in cast.attempts(order)] == ["refunded", "captured"]


def test_an_order_nobody_pays_expires_and_returns_its_slot(cast: Cast) -> None:
    started, never_started = cast.opened(slot=SLOT)[0], cast.ordered(slot=SLOT)
    assert cast.held(started.store_id) == 2
    cast.rounds(31, minutes=1)
    assert (cast.state(started), cast.state(never_started)) == ("expired", "expired")
    assert cast.held(started.store_id) == 0
    assert all(session["state"] == "expired" for session in cast.payment.ledger()["sessions"])


def test_an_order_whose_last_attempt_failed_expires_too(cast: Cast) -> None:
    order, session_id = cast.opened(slot=SLOT)
    for _ in range(5):
        cast.payment.act(session_id, "decline")
    cast.rounds(31, minutes=1)
    assert (cast.state(order), cast.held(order.store_id)) == ("expired", 0)


def test_money_taken_at_the_last_moment_pays_instead_of_expiring(cast: Cast) -> None:
    order, _ = cast.opened(slot=SLOT)
    cast.later(minutes=29, seconds=59)
    cast.paid_at_provider(order)
    cast.rounds(seconds=2)
    assert (cast.state(order), cast.held(order.store_id)) == ("paid", 1)


def test_while_the_provider_is_silent_nothing_expires(cast: Cast) -> None:
    order, _ = cast.opened(slot=SLOT)
    cast.payment.fault("*", "error", count=1000)
    cast.rounds(45, minutes=1)
    assert (cast.state(order), cast.held(order.store_id)) == ("pending", 1)
    cast.payment.behave()
    cast.rounds(2, minutes=1)
    assert (cast.state(order), cast.held(order.store_id)) == ("expired", 0)


def test_a_session_we_never_stored_is_found_paid(cast: Cast) -> None:
    order = cast.ordered()
    cast.payment.fault("sessions.create", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(cast.wiring, order.reference)
    cast.payment.act(cast.payment.ledger()["sessions"][0]["id"], "pay")
    cast.rounds(seconds=61)
    assert cast.state(order) == "paid"


def test_a_session_we_never_stored_is_closed_when_the_order_expires(cast: Cast) -> None:
    order = cast.ordered()
    cast.payment.fault("sessions.create", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(cast.wiring, order.reference)
    cast.rounds(31, minutes=1)
    assert cast.state(order) == "expired"
    assert [session["state"] for session in cast.payment.ledger()["sessions"]] == ["expired"]


class Odd(SandboxPayment):
    """A provider that is asked, answers, and says something out of the ordinary about one of its things."""

    poison = ""
    refund_states: tuple[str, ...] = ()

    def look_up(self, provider_ref: str, *, deadline_s: float = 2.5) -> PaymentFact:
        """Falls over one session."""
        if provider_ref == self.poison:
            raise RuntimeError("poisoned")
        return super().look_up(provider_ref, deadline_s=deadline_s)

    def close(self, provider_ref: str, *, deadline_s: float = 2.5) -> PaymentFact:
        """Falls over one session."""
        if provider_ref == self.poison:
            raise RuntimeError("poisoned")
        return super().close(provider_ref, deadline_s=deadline_s)

    def _next(self, fact: RefundFact) -> RefundFact:
        if not self.refund_states:
            return fact
        state, *rest = self.refund_states
        self.refund_states = tuple(rest)
        said: Any = state
        return replace(fact, state=said)

    def refund(self, capture_id: str, amount: int, key: str, *, deadline_s: float = 15.0) -> RefundFact:
        """Says what comes next."""
        return self._next(super().refund(capture_id, amount, key, deadline_s=deadline_s))

    def refunds_of(self, capture_id: str, *, deadline_s: float = 15.0) -> tuple[RefundFact, ...]:
        """Says what comes next."""
        return tuple(self._next(fact) for fact in super().refunds_of(capture_id, deadline_s=deadline_s))


def odd(cast: Cast) -> Odd:
    """Put that provider in charge."""
    provider = Odd(cast.payment.http, api_key="key-for-tests", webhook_secrets=("s",), page_origin=cast.payment.url)
    cast.wiring = replace(cast.wiring, payments=OneForAll(provider))
    return provider


def test_one_poisoned_order_holds_up_nobody(cast: Cast) -> None:
    provider = odd(cast)
    bad, bad_session = cast.opened(slot=SLOT)
    provider.poison = bad_session
    good, paid = cast.opened(slot=SLOT), cast.opened()[0]
    cast.paid_at_provider(paid)
    cast.rounds(seconds=61)
    assert cast.state(paid) == "paid"
    cast.rounds(31, minutes=1)
    assert (cast.state(good[0]), cast.state(bad)) == ("expired", "pending")
    provider.poison = ""
    cast.rounds(2, minutes=1)
    assert cast.state(bad) == "expired"


def test_a_silent_provider_ends_a_round_early_and_the_next_one_goes_on(cast: Cast) -> None:
    for _ in range(4):
        cast.opened()
    waiting, _ = cast.opened()
    cast.paid_at_provider(waiting)
    cast.later(seconds=61)
    cast.payment.fault("sessions.get", "hang", count=2, seconds=3)
    began = time.monotonic()
    reconcile(cast.wiring)
    assert time.monotonic() - began < 2 * cast.wiring.worker_seconds + 1
    assert cast.state(waiting) == "pending"
    reconcile(cast.wiring)
    assert cast.state(waiting) == "paid"


def refused_money(cast: Cast) -> Order:
    """An order whose money is to go back."""
    cast.payment.settings(capture="wrong_amount")
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "refund_due"
    return order


@pytest.mark.parametrize("kind", ["hang_after", "reset_after", "reset", "error", "error_after", "malformed_after"])
def test_a_refund_is_asked_once_whatever_happens_to_the_answer(cast: Cast, kind: str) -> None:
    order = refused_money(cast)
    cast.payment.fault("refunds.create", kind, seconds=1)
    cast.rounds()
    assert cast.state(order) == "refund_due"
    cast.rounds(2, minutes=1)
    assert cast.state(order) == "refunded"
    assert len(cast.payment.ledger()["refunds"]) == 1


def test_a_refund_under_way_is_waited_for(cast: Cast) -> None:
    provider = odd(cast)
    order = refused_money(cast)
    provider.refund_states = ("pending", "pending", "succeeded")
    cast.rounds()
    assert ([refund.state for refund in cast.refunds(order)], cast.state(order)) == (["intended"], "refund_due")
    cast.rounds(3, minutes=1)
    assert ([refund.state for refund in cast.refunds(order)], cast.state(order)) == (["done"], "refunded")
    assert len(cast.payment.ledger()["refunds"]) == 1


def test_a_refund_that_fails_is_shown_to_a_person_and_the_order_stays_due(cast: Cast) -> None:
    provider = odd(cast)
    order = refused_money(cast)
    provider.refund_states = ("failed",)
    cast.rounds(3, minutes=1)
    assert ([refund.state for refund in cast.refunds(order)], cast.state(order)) == (["refused"], "refund_due")
    assert "refund_refused" in cast.alerts()


def test_a_refund_refused_for_a_wrong_key_goes_on_once_the_key_is_right(cast: Cast) -> None:
    order = refused_money(cast)
    right = cast.wiring
    cast.wiring = replace(right, payments=OneForAll(cast.payment.provider(api_key="wrong")))
    cast.rounds(2, minutes=1)
    assert "refund_refused" in cast.alerts()
    cast.wiring = right
    cast.rounds(2, minutes=10)
    assert cast.state(order) == "refunded"
    assert "refund_refused" not in cast.alerts()


def test_money_a_person_gave_back_meanwhile_needs_no_second_refund(cast: Cast) -> None:
    order = refused_money(cast)
    capture = cast.captures(order)[0]
    cast.payment.provider().refund(capture.capture_id, capture.amount, "by-hand")
    cast.rounds(2, minutes=1)
    assert (cast.state(order), len(cast.payment.ledger()["refunds"])) == ("refunded", 1)


def test_a_session_the_provider_lost_is_shown_and_ends(cast: Cast) -> None:
    order, _ = cast.opened(slot=SLOT)
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentAttempt).values(provider_ref="ses_lost"))
    cast.rounds(seconds=61)
    assert cast.alerts() == ["payment_refused"]
    cast.rounds(31, minutes=1)
    assert (cast.state(order), cast.held(order.store_id)) == ("expired", 0)
