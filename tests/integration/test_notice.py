"""Callbacks: kept before they are answered, acted on by asking, harmless when repeated or forged (M5, M7, M11)."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from tests.integration.checkout_cast import Cast
from tests.payment_peer import SECRETS
from webapp.nouns.order.models import Order, OrderLine, OrderTransition, PaymentAttempt, PaymentNotice
from webapp.ports.payment.port import ForgedNotice, PaymentFact, StaleNotice
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.usecases.checkout.notice import take_notice
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.payments import OneForAll


def test_a_callback_pays_the_order_and_its_copies_change_nothing(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    for body in cast.events(order) * 3:
        cast.call_back(body)
    assert cast.state(order) == "paid"
    assert [notice.state for notice in cast.notices()] == ["applied", "applied"]
    assert (len(cast.captures(order)), len(cast.messages(order))) == (1, 1)


def test_old_news_after_new_ones_change_nothing(cast: Cast) -> None:
    order, session_id = cast.opened()
    cast.payment.act(session_id, "decline")
    cast.paid_at_provider(order)
    for body in reversed(cast.events(order)):
        cast.call_back(body)
    assert cast.state(order) == "paid"
    assert [row.after for row in cast.rows(OrderTransition)] == ["pending", "paid"]


def test_what_a_callback_claims_is_not_believed(cast: Cast) -> None:
    order, _ = cast.opened()
    told = json.loads(cast.events(order)[0])
    told["kind"] = "payment.captured"
    told["session"] |= {"state": "captured", "captures": [{"id": "cap", "amount": order.total, "currency": "EUR"}]}
    cast.call_back(json.dumps(told).encode())
    assert cast.state(order) == "pending"


def test_a_forged_or_old_callback_is_refused_and_not_kept(cast: Cast) -> None:
    order, _ = cast.opened()
    body = cast.events(order)[0]
    stamp = int(cast.clock.now().timestamp())
    for secrets, moment, error in ((("guess",), stamp, ForgedNotice), (SECRETS, stamp - 301, StaleNotice)):
        with pytest.raises(error):
            take_notice(cast.wiring, "sandbox", {SIGNATURE_HEADER: signature(secrets, moment, body)}, body)
    assert cast.notices() == []


@pytest.mark.parametrize("claim", [{"account": "acct_other"}, {"livemode": True}])
def test_a_callback_of_another_account_or_mode_is_kept_and_never_acted_on(cast: Cast, claim: dict[str, Any]) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    cast.call_back(json.dumps(json.loads(cast.events(order)[-1]) | claim).encode())
    assert [notice.state for notice in cast.notices()] == ["ignored"]
    assert (cast.state(order), cast.alerts()) == ("pending", ["foreign_notice"])


def unknown(cast: Cast, event_id: str = "evt_unknown") -> bytes:
    """A true callback about an order we do not have."""
    order, _ = cast.opened()
    told = json.loads(cast.events(order)[0])
    told["id"] = event_id
    told["session"] |= {"id": "ses_unknown", "reference": "nobody"}
    return json.dumps(told).encode()


def test_a_callback_for_an_unknown_order_is_kept_for_72_hours_and_then_shown(cast: Cast) -> None:
    cast.call_back(unknown(cast))
    assert [notice.state for notice in cast.notices()] == ["orphan"]
    assert cast.alerts() == ["orphan_notice"]
    for _ in range(30):
        cast.rounds(hours=2.3)
    assert [notice.state for notice in cast.notices()] == ["orphan"]
    cast.rounds(2, hours=2)
    assert [notice.state for notice in cast.notices()] == ["parked"]
    assert cast.alerts() == ["orphan_notice"]


def test_a_callback_that_came_before_its_order_is_applied_when_it_appears(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    attempt = cast.attempts(order)[0]
    real = {"key": attempt.key, "provider_ref": attempt.provider_ref}
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentAttempt).values(key="not-there-yet", provider_ref="not-there-yet"))
    cast.call_back(cast.events(order)[-1])
    assert cast.alerts() == ["orphan_notice"]
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentAttempt).values(**real))
    cast.rounds(seconds=11)
    assert (cast.state(order), cast.alerts()) == ("paid", [])
    assert [notice.state for notice in cast.notices()] == ["applied"]


@pytest.mark.parametrize("kind", ["hang", "reset", "error", "html", "drip"])
def test_a_silent_provider_delays_a_callback_and_loses_nothing(cast: Cast, kind: str) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    cast.payment.fault("sessions.get", kind, seconds=5)
    began = time.monotonic()
    cast.call_back(cast.events(order)[-1])
    assert time.monotonic() - began < cast.wiring.page_seconds + 1
    assert [notice.state for notice in cast.notices()] == ["new"]
    cast.rounds(seconds=6)
    assert cast.state(order) == "paid"
    assert [notice.state for notice in cast.notices()] == ["applied"]


def test_while_the_provider_is_silent_callbacks_are_answered_without_asking(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    cast.payment.fault("sessions.get", "hang", seconds=5)
    first, second = cast.events(order)
    cast.call_back(first)
    began = time.monotonic()
    cast.call_back(second)
    assert time.monotonic() - began < cast.wiring.page_seconds / 2
    assert cast.state(order) == "pending"
    cast.rounds(seconds=6)
    assert cast.state(order) == "paid"


def test_whatever_goes_wrong_after_it_is_kept_is_left_to_the_worker(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.paid_at_provider(order)

    class Broken(SandboxPayment):
        def look_up(self, provider_ref: str, *, deadline_s: float = 2.5) -> PaymentFact:
            raise RuntimeError(f"{provider_ref} within {deadline_s} s")

    base = cast.payment.provider()
    broken = Broken(cast.payment.http, api_key="k", webhook_secrets=SECRETS, page_origin=base.page_origin)
    cast.call_back(cast.events(order)[-1], replace(cast.wiring, payments=OneForAll(broken)))
    assert [notice.state for notice in cast.notices()] == ["new"]
    cast.rounds(seconds=6)
    assert cast.state(order) == "paid"


def test_a_callback_brings_the_id_of_a_session_we_never_stored(cast: Cast) -> None:
    order = cast.ordered()
    cast.payment.fault("sessions.create", "reset_after")
    with pytest.raises(CannotPay):
        start_payment(cast.wiring, order.reference)
    session_id = cast.payment.ledger()["sessions"][0]["id"]
    cast.payment.act(session_id, "pay")
    cast.call_back(cast.events(order)[-1])
    assert (cast.state(order), cast.session_of(order)) == ("paid", session_id)


def test_a_refusal_to_speak_of_it_is_shown_to_a_person(cast: Cast) -> None:
    order, _ = cast.opened()
    cast.call_back(cast.events(order)[0], replace(cast.wiring, payments=OneForAll(cast.payment.provider(api_key="x"))))
    assert [notice.state for notice in cast.notices()] == ["ignored"]
    assert cast.alerts() == ["payment_refused"]


def test_a_notice_outlives_the_order_it_spoke_of(cast: Cast) -> None:
    order, _ = cast.opened()
    with cast.wiring.db.transaction() as session:
        for table in (OrderTransition, OrderLine, PaymentAttempt, Order):
            session.execute(delete(table))
    cast.call_back(cast.events(order)[0])
    cast.later(seconds=timedelta(days=4).total_seconds())
    cast.rounds()
    assert [notice.state for notice in cast.rows(PaymentNotice)] == ["parked"]
