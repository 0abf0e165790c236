"""The Stripe adapter against Stripe's stand-in: every method, every way an answer can go wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.peers import free_port
from tests.payment_peer import a_payment
from tests.stripe_peer import ACCOUNT, StripePeer, localstripe, signed, stripe_peer
from webapp.ports.payment.port import (
    PaymentFact,
    PaymentOutcomeUnknown,
    PaymentRefused,
    PaymentUnavailable,
    Started,
    StartPayment,
)
from webapp.ports.payment.stripe import StripePayment
from webapp.sandbox.stripe.api import listed

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with localstripe(free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def peer(upstream: str) -> Iterator[StripePeer]:
    with stripe_peer(upstream) as running:
        yield running


@pytest.fixture
def wish(request: pytest.FixtureRequest) -> StartPayment:
    return a_payment(f"order-{request.node.name}"[:60])


def paid(peer: StripePeer, wish: StartPayment, provider: StripePayment | None = None) -> tuple[Started, PaymentFact]:
    provider = provider or peer.provider()
    started = provider.start(wish)
    assert peer.act(started.provider_ref, "pay").status == 303
    return started, provider.look_up(started.provider_ref)


def test_the_same_key_gives_the_same_session_and_another_wish_is_refused(peer: StripePeer, wish: StartPayment) -> None:
    provider = peer.provider()
    first = provider.start(wish)
    assert provider.start(wish) == first
    assert first.url.startswith(peer.url)
    with pytest.raises(PaymentRefused, match="key_reused"):
        provider.start(replace(wish, amount=wish.amount + 1))


def test_a_session_says_what_was_asked_and_ends_after_ours(peer: StripePeer, wish: StartPayment) -> None:
    started = peer.provider().start(wish)
    session = next(one for one in peer.sessions() if one["id"] == started.provider_ref)
    assert session["metadata"] == {"reference": wish.reference, "attempt": "1", "merchant": "Crêperie du Port"}
    assert session["locale"] == "fr"
    assert session["customer_email"] is None
    assert session["expires_at"] >= wish.expires_at.timestamp() + 1800
    fact = peer.provider().look_up(started.provider_ref)
    assert (fact.state, fact.amount, fact.currency, fact.key, fact.reference, fact.account, fact.livemode) == (
        "open", 2450, "EUR", wish.key, wish.reference, ACCOUNT, False,
    )  # fmt: skip


def test_a_paid_session_is_one_capture_of_the_whole_sum(peer: StripePeer, wish: StartPayment) -> None:
    started, fact = paid(peer, wish)
    assert fact.state == "captured"
    assert [(one.amount, one.currency, one.refunded, one.disputed) for one in fact.captures] == [
        (2450, "EUR", 0, False)
    ]
    assert peer.provider().close(started.provider_ref) == fact


def test_a_declined_card_may_be_tried_again_and_a_bank_that_asks_is_answered(
    peer: StripePeer, wish: StartPayment
) -> None:
    provider = peer.provider()
    started = provider.start(wish)
    peer.act(started.provider_ref, "decline")
    assert provider.look_up(started.provider_ref).state == "open"
    assert peer.act(started.provider_ref, "secure").headers["location"].endswith("/bank")
    assert provider.look_up(started.provider_ref).state == "open"
    peer.act(started.provider_ref, "no", "/bank")
    assert provider.look_up(started.provider_ref).captures == ()
    peer.act(started.provider_ref, "secure")
    peer.act(started.provider_ref, "yes", "/bank")
    assert provider.look_up(started.provider_ref).state == "captured"


def test_a_session_is_found_by_its_key_through_the_list(peer: StripePeer, wish: StartPayment) -> None:
    provider = peer.provider()
    assert provider.find(wish.key, since=NOW) is None
    started = provider.start(wish)
    found = provider.find(wish.key, since=NOW)
    assert found is not None
    assert found.provider_ref == started.provider_ref


def test_a_closed_session_takes_no_money(peer: StripePeer, wish: StartPayment) -> None:
    provider = peer.provider()
    started = provider.start(wish)
    assert provider.close(started.provider_ref).state == "expired"
    assert provider.close(started.provider_ref).state == "expired"
    peer.act(started.provider_ref, "pay")
    assert provider.look_up(started.provider_ref).captures == ()


def test_authorised_money_is_taken_once_or_let_go(peer: StripePeer, wish: StartPayment) -> None:
    provider = peer.provider(manual=True)
    started, fact = paid(peer, wish, provider)
    assert (fact.state, fact.captures) == ("authorized", ())
    taken = provider.capture(started.provider_ref, "capture-1")
    assert [one.amount for one in taken.captures] == [2450]
    assert provider.capture(started.provider_ref, "capture-2") == taken
    assert provider.void(started.provider_ref, "void-1") == taken
    other, _ = paid(peer, replace(wish, key=f"{wish.key}9"), provider)
    assert provider.void(other.provider_ref, "void-2").state == "expired"
    assert provider.capture(other.provider_ref, "capture-3").captures == ()
    third, _ = paid(peer, replace(wish, key=f"{wish.key}8"), provider)
    assert provider.close(third.provider_ref).state == "expired"


def test_a_refund_happens_once_per_key_and_never_beyond_the_capture(peer: StripePeer, wish: StartPayment) -> None:
    provider = peer.provider()
    started, fact = paid(peer, wish)
    capture = fact.captures[0].id
    part = provider.refund(capture, 450, "refund-a-" + wish.key)
    assert (part.state, part.amount, part.capture_id) == ("succeeded", 450, capture)
    assert provider.refund(capture, 450, "refund-a-" + wish.key) == part
    with pytest.raises(PaymentRefused, match="over_refund"):
        provider.refund(capture, 2001, "refund-b-" + wish.key)
    provider.refund(capture, 2000, "refund-c-" + wish.key)
    with pytest.raises(PaymentRefused, match="over_refund"):
        provider.refund(capture, 1, "refund-d-" + wish.key)
    assert sorted(one.amount for one in provider.refunds_of(capture)) == [450, 2000]
    assert provider.look_up(started.provider_ref).captures[0].refunded == 2450


def test_a_dispute_is_seen_on_the_capture_and_told_by_an_event(peer: StripePeer, wish: StartPayment) -> None:
    started, fact = paid(peer, wish)
    peer.http.request("POST", "/_dispute", json_body={"charge": fact.captures[0].id})
    assert peer.provider().look_up(started.provider_ref).captures[0].disputed
    body = peer.events("charge.dispute")[-1]
    notice = peer.provider().read_notice(signed(body, NOW.timestamp()), body, NOW)
    assert notice.capture_id == fact.captures[0].id


def test_the_ledger_names_every_capture_and_refund_of_ours_with_its_fee(peer: StripePeer, wish: StartPayment) -> None:
    provider = peer.provider()
    since = datetime.now(UTC) - timedelta(seconds=2)
    _, fact = paid(peer, wish, provider)
    charge = fact.captures[0]
    given = provider.refund(charge.id, 1000, f"r-{wish.key}")
    until = datetime.now(UTC) + timedelta(seconds=2)
    mine = [one for one in provider.movements(since, until) if one.reference == wish.reference]
    assert [(one.kind, one.id, one.capture_id, one.key, one.amount, one.fee) for one in mine] == [
        ("capture", charge.id, charge.id, wish.key, wish.amount, 62),
        ("refund", given.id, charge.id, given.key, 1000, 0),
    ]
    assert {(one.at, one.currency) for one in mine} == {(charge.at, "EUR"), (given.at, "EUR")}
    assert provider.movements(until, until + timedelta(days=1)) == ()
    with pytest.raises(PaymentRefused, match="credentials"):
        peer.provider(key="sk_test_of_somebody_else").movements(since, until)


def test_a_ledger_of_many_pages_is_read_whole_or_not_at_all(peer: StripePeer, wish: StartPayment) -> None:
    paid(peer, wish)
    charge = peer.peer.sessions.charges()[-1]
    page = [{**charge, "id": f"ch_{number}"} for number in range(250)]
    answers = [listed(page, {"limit": "100", "starting_after": after}, "") for after in ("", "ch_99", "ch_199")]
    assert [(len(one["data"]), one["has_more"]) for one in answers] == [(100, True), (100, True), (50, False)]
    since, until = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    for route in ("charges.list", "refunds.list"):
        peer.fault(route, "error")
        with pytest.raises(PaymentUnavailable):
            peer.provider().movements(since, until)
    with pytest.raises(PaymentUnavailable):
        peer.provider().movements(since, until, deadline_s=0)


def test_a_wrong_key_is_refused_everywhere_and_the_right_one_opens_its_account(peer: StripePeer) -> None:
    wrong = peer.provider(key="sk_test_another0one")
    for ask in (lambda: wrong.look_up("cs_x"), lambda: wrong.start(a_payment()), wrong.check):
        with pytest.raises(PaymentRefused, match="credentials"):
            ask()
    assert peer.provider().check() == ACCOUNT


def test_what_stripe_does_not_know_is_refused_by_name(peer: StripePeer) -> None:
    for ask in (peer.provider().look_up, peer.provider().close):
        with pytest.raises(PaymentRefused, match="unknown_session"):
            ask("cs_test_nobody")
    with pytest.raises(PaymentRefused):
        peer.provider().refund("ch_nobody", 100, "refund-nobody")


def test_a_page_elsewhere_is_no_answer(peer: StripePeer, wish: StartPayment) -> None:
    with pytest.raises(PaymentOutcomeUnknown):
        peer.provider(page_origin="https://checkout.stripe.com").start(wish)


UNKNOWN = ["hang_after", "hang_before", "reset_after", "error_after", "html_after", "malformed_after", "wrong_shape",
           "huge_after", "drip_before"]  # fmt: skip


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_lost_answer_leaves_the_outcome_open_and_the_same_key_finds_it(peer: StripePeer, kind: str) -> None:
    wish, provider = a_payment(f"lost-{kind}"), peer.provider()
    peer.fault("sessions.create", kind, seconds=1)
    with pytest.raises(PaymentOutcomeUnknown):
        provider.start(wish, deadline_s=0.4)
    again = provider.start(wish)
    ours = [one for one in peer.sessions() if one["client_reference_id"] == wish.key]
    assert [one["id"] for one in ours] == [again.provider_ref]


@pytest.mark.parametrize("kind", ["hang", "reset", "error", "html", "malformed", "wrong_shape", "huge"])
def test_a_question_without_an_answer_changes_nothing(peer: StripePeer, kind: str) -> None:
    peer.fault("sessions.retrieve", kind, seconds=1)
    with pytest.raises(PaymentUnavailable):
        peer.provider().look_up("cs_test_any", deadline_s=0.4)


def test_too_many_questions_mean_later(peer: StripePeer, wish: StartPayment) -> None:
    peer.fault("sessions.create", "error", status=429)
    with pytest.raises(PaymentUnavailable):
        peer.provider().start(wish)
    peer.fault("sessions.create", "error", status=403)
    with pytest.raises(PaymentOutcomeUnknown):
        peer.provider().start(wish)  # a gateway's 403 is not Stripe's word
    assert peer.provider().start(wish).url


def test_a_payment_taken_twice_by_two_tabs_is_taken_once(peer: StripePeer, wish: StartPayment) -> None:
    started, fact = paid(peer, replace(wish, expires_at=NOW + timedelta(minutes=5)))
    peer.act(started.provider_ref, "pay")
    assert peer.provider().look_up(started.provider_ref).captures == fact.captures
