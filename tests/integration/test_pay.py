"""From a basket to a paid order told to the programme, and every way the payment page can end."""

from dataclasses import replace

import pytest

from tests.integration.checkout_cast import SLOT, Cast
from tests.payment_peer import API_KEY, SECRETS
from webapp.nouns.basket.lines import lines
from webapp.nouns.order.models import OrderTransition
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.checkout.wanted import order_link
from webapp.usecases.payments import OneForAll


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


def test_pressing_pay_again_leads_to_the_same_page(cast: Cast) -> None:
    order = cast.ordered()
    assert start_payment(cast.wiring, order.reference) == start_payment(cast.restart(), order.reference)
    assert len(cast.payment.ledger()["sessions"]) == 1


def test_a_lost_answer_is_asked_for_again_with_the_same_key(cast: Cast) -> None:
    order = cast.ordered()
    cast.payment.fault("sessions.create", "reset_after")
    with pytest.raises(CannotPay, match="unavailable"):
        start_payment(cast.wiring, order.reference)
    assert start_payment(cast.wiring, order.reference)
    assert len(cast.payment.ledger()["sessions"]) == 1


def test_a_key_refused_for_new_words_is_closed_and_the_next_press_pays(cast: Cast) -> None:
    order = cast.ordered()
    cast.payment.fault("sessions.create", "reset_after")
    with pytest.raises(CannotPay, match="unavailable"):
        start_payment(cast.wiring, order.reference)
    moved = replace(cast.wiring, public_url="http://new-address.test")
    with pytest.raises(CannotPay, match="unavailable"):
        start_payment(moved, order.reference)
    assert start_payment(moved, order.reference)
    assert [attempt.state for attempt in cast.attempts(order)] == ["expired", "open"]
    cast.paid_at_provider(order)
    assert refresh(moved, order.reference, "return") == "paid"


def test_a_refused_card_leaves_the_basket_and_a_second_attempt_pays(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest)
    order = cast.place(guest)
    start_payment(cast.wiring, order.reference)
    for _ in range(5):
        cast.payment.act(cast.session_of(order), "decline")
    assert refresh(cast.wiring, order.reference, "return") == "pending"
    with cast.wiring.db.reading() as session:
        assert len(lines(session, guest.visit_id, guest.store_id)) == 1
    start_payment(cast.wiring, order.reference)
    assert [attempt.state for attempt in cast.attempts(order)] == ["failed", "open"]
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"


def test_giving_up_closes_the_page_and_returns_the_slot_once(cast: Cast) -> None:
    order, session_id = cast.opened(slot=SLOT)
    assert cast.held(order.store_id) == 1
    assert give_up(cast.wiring, order.reference, "cancelled", "payer") == "cancelled"
    assert give_up(cast.wiring, order.reference, "expired", "again") == "cancelled"
    assert cast.held(order.store_id) == 0
    cast.payment.act(session_id, "pay")
    assert cast.payment.ledger()["sessions"][0]["captures"] == []
    with pytest.raises(CannotPay, match="over"):
        start_payment(cast.wiring, order.reference)


def test_giving_up_a_page_that_was_paid_pays_the_order(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    assert give_up(cast.wiring, order.reference, "cancelled", "payer") == "paid"
    assert len(cast.messages(order)) == 1


def test_without_an_answer_giving_up_keeps_order_and_slot(cast: Cast) -> None:
    order, _ = cast.opened(slot=SLOT)
    for kind in ("reset", "reset_after", "hang", "error", "html"):
        cast.payment.fault("sessions.expire", kind, seconds=1)
        assert give_up(cast.wiring, order.reference, "cancelled", "payer") == "pending"
        assert cast.held(order.store_id) == 1
    assert give_up(cast.wiring, order.reference, "cancelled", "payer") == "cancelled"


def test_a_session_whose_id_was_never_stored_is_closed_before_the_order_ends(cast: Cast) -> None:
    order = cast.ordered()
    cast.payment.fault("sessions.create", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(cast.wiring, order.reference)
    assert give_up(cast.wiring, order.reference, "cancelled", "payer") == "cancelled"
    assert [session["state"] for session in cast.payment.ledger()["sessions"]] == ["expired"]


def test_a_total_of_nothing_takes_the_same_road(cast: Cast) -> None:
    order = cast.ordered("WATER")
    assert order.total == 0
    assert start_payment(cast.wiring, order.reference) == ""
    assert cast.state(order) == "paid"
    assert [row.after for row in cast.rows(OrderTransition)] == ["pending", "paid"]
    assert [row.capture_id for row in cast.captures(order)] == [f"zero:{order.reference}"]
    with pytest.raises(CannotPay, match="over"):
        start_payment(cast.wiring, order.reference)
    cast.deliver()
    assert cast.effects(order) == 1
    assert cast.payment.ledger()["sessions"] == []


def test_a_total_of_nothing_is_settled_by_the_reconciler_and_never_after_it_ended(cast: Cast) -> None:
    kept, dropped = cast.ordered("WATER"), cast.ordered("WATER")
    assert give_up(cast.wiring, dropped.reference, "cancelled", "payer") == "cancelled"
    cast.rounds(3, seconds=61)
    assert (cast.state(kept), cast.state(dropped)) == ("paid", "cancelled")
    assert cast.alerts() == []


def test_a_provider_that_is_not_set_up_any_more_changes_nothing(cast: Cast) -> None:
    order, _ = cast.opened()
    gone = replace(cast.wiring, payments=OneForAll(None))
    assert refresh(gone, order.reference, "return") == "pending"
    assert give_up(gone, order.reference, "cancelled", "payer") == "pending"


def test_words_the_page_cannot_show_do_not_stop_a_payment(cast: Cast) -> None:
    cast.rename_store("one", "Café\u2028" + "x" * 150)
    order = cast.ordered()
    assert start_payment(cast.wiring, order.reference)
    assert order_link(cast.wiring, order.reference) in cast.payment.ledger()["sessions"][0]["return_url"]


def test_another_account_or_mode_never_pays(cast: Cast) -> None:
    class Live(SandboxPayment):
        livemode = True

    http, url = cast.payment.http, cast.payment.url
    strangers = (
        SandboxPayment(http, api_key=API_KEY, webhook_secrets=SECRETS, page_origin=url, account="acct_other"),
        Live(http, api_key=API_KEY, webhook_secrets=SECRETS, page_origin=url),
    )
    for provider, reason in zip(strangers, ("wrong_account", "wrong_mode"), strict=True):
        cast.wiring = replace(cast.wiring, payments=OneForAll(provider))
        order, _ = cast.opened(slot=SLOT)
        cast.paid_at_provider(order)
        assert refresh(cast.wiring, order.reference, "return") == "refund_due"
        assert f"payment_{reason}" in cast.alerts()
        assert cast.held(order.store_id) == 0
        cast.rounds()
        assert cast.state(order) == "refunded"
        assert cast.balance(order) == 0
        assert cast.messages(order) == []
