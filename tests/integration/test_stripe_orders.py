"""Orders paid at Stripe's stand-in: keys, every road to "paid", the kitchen's yes or no, on both databases."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from tests.contract.peers import free_port
from tests.integration.checkout_cast import SLOT, Cast
from tests.integration.scene import VAULT_KEY
from tests.integration.test_races import at_once, row_hash
from tests.stripe_peer import ACCOUNT, KEY, SECRETS, StripePeer, localstripe, signed, stripe_peer
from webapp.ground.db import Base
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.merchant.payment_account import AccountKeys, PaymentAccount
from webapp.nouns.order.authorised import waiting_for_kitchen
from webapp.nouns.order.models import Order
from webapp.nouns.staff.models import StaffDeed
from webapp.ports.payment.port import AccountProvider, PaymentTrouble
from webapp.ports.payment.stripe import StripePayment
from webapp.usecases.checkout.accept import accept_order, refuse_order
from webapp.usecases.checkout.confirm import confirm_payment, refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.notice import take_notice
from webapp.usecases.payments import MerchantAccounts
from webapp.usecases.setup.payment import NotKept, Typed, keep_account, leave_account, try_account
from webapp.usecases.wiring import BackOffice

VAULT = Vault([VAULT_KEY])
TYPED = Typed(ACCOUNT, KEY, SECRETS, manual=False)


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with localstripe(free_port()) as url:
        yield url


@dataclass
class Stage:
    """The café, and Stripe's stand-in on the café's clock."""

    cast: Cast
    stripe: StripePeer

    @property
    def merchant(self) -> int:
        found: int = self.cast.rows(Merchant)[0].id
        return found

    def keep(self, typed: Typed = TYPED, *, only_live: bool = False) -> None:
        keep_account(self.cast.wiring, self.merchant, None, "stripe", typed, only_live=only_live)

    def account(self) -> PaymentAccount:
        found: PaymentAccount = self.cast.rows(PaymentAccount, PaymentAccount.active)[0]
        return found

    def opened(self, **about: Any) -> tuple[Order, str]:
        return self.cast.opened(**about)

    def call_back(self, body: bytes) -> None:
        headers = signed(body, self.cast.clock.now().timestamp())
        take_notice(self.cast.wiring, "stripe", headers, body, self.account().callback_token)

    def waiting(self, order: Order) -> list[int]:
        with self.cast.wiring.db.reading() as session:
            return [one.id for one in waiting_for_kitchen(session, order.store_id)]

    def taken(self) -> int:
        charges = [(one["payment_intent"] or {}).get("latest_charge") or {} for one in self.stripe.sessions()]
        return sum(one.get("amount_captured", 0) - one.get("amount_refunded", 0) for one in charges)


@contextmanager
def staged(cast: Cast, upstream: str) -> Iterator[Stage]:
    """The café is paid at Stripe. `upstream`: where localstripe listens."""
    with stripe_peer(upstream, now=lambda: cast.clock.now().timestamp()) as peer:

        def make(keys: AccountKeys) -> AccountProvider:
            return StripePayment(
                peer.http,
                secret_key=keys.secret_key,
                webhook_secrets=keys.webhook_secrets,
                account=keys.account,
                livemode=keys.livemode,
                manual=keys.manual,
                page_origin=peer.url,
            )

        makers = {"stripe": make}
        accounts = MerchantAccounts(cast.wiring.db, VAULT, makers, origins=frozenset({peer.url}))
        office = BackOffice(VAULT, payment_accounts=makers)
        cast.wiring = replace(cast.wiring, payments=accounts, office=office, page_seconds=5.0, worker_seconds=5.0)
        yield Stage(cast, peer)


@pytest.fixture
def stage(cast: Cast, upstream: str) -> Iterator[Stage]:
    with staged(cast, upstream) as here:
        yield here


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (replace(TYPED, secret_key="sk_test_another0one"), "credentials"),
        (replace(TYPED, account="acct_another"), "other_account"),
        (replace(TYPED, account="another"), "account"),
        (replace(TYPED, secret_key="pk_test_pretended0key"), "secret_key"),
        (replace(TYPED, secret_key=""), "secret_key"),
        (replace(TYPED, webhook_secrets=("secret",)), "webhook_secrets"),
        (replace(TYPED, webhook_secrets=("whsec_one23456",) * 3), "webhook_secrets"),
    ],
)
def test_keys_that_do_not_work_are_not_kept(stage: Stage, typed: Typed, code: str) -> None:
    with pytest.raises(NotKept, match=code):
        stage.keep(typed)
    assert stage.cast.rows(PaymentAccount) == []
    assert stage.cast.rows(StaffDeed) == []


def test_keys_are_kept_sealed_and_changed_one_by_one(stage: Stage) -> None:
    with pytest.raises(NotKept, match="test_key"):
        stage.keep(only_live=True)
    stage.keep()
    token = stage.account().callback_token
    stage.keep(Typed(ACCOUNT, "", ("whsec_a_third_one",), manual=True))
    kept = stage.account()
    assert (kept.callback_token, kept.capture) == (token, "manual")
    assert VAULT.open(kept.secret_key_sealed) == KEY
    assert VAULT.open(kept.webhook_secrets_sealed) == '["whsec_a_third_one"]'
    with stage.cast.wiring.db.reading() as session:
        held = [repr(row) for table in Base.metadata.sorted_tables for row in session.execute(table.select())]
    assert not [row for row in held if KEY in row or "whsec_" in row]
    try_account(stage.cast.wiring, stage.merchant)
    stage.stripe.fault("account", "error", status=500)
    with pytest.raises(NotKept, match="no_answer"):
        try_account(stage.cast.wiring, stage.merchant)
    assert leave_account(stage.cast.wiring, stage.merchant, None)
    assert not leave_account(stage.cast.wiring, stage.merchant, None)
    assert [deed.deed for deed in stage.cast.rows(StaffDeed)] == ["payment.keys", "payment.keys", "payment.leave"]


@pytest.mark.parametrize("road", ["callback", "return", "reconciler"])
def test_a_payment_is_noticed_by_each_road(stage: Stage, road: str) -> None:
    stage.keep()
    order, session_id = stage.opened()
    stage.stripe.act(session_id, "decline")
    assert stage.cast.state(order) == "pending"
    stage.stripe.act(session_id, "pay")
    if road == "callback":
        stage.call_back(stage.stripe.events("checkout.session.completed")[-1])
    elif road == "return":
        refresh(stage.cast.wiring, order.reference, "return")
    else:
        stage.cast.rounds(minutes=2)
    assert stage.cast.state(order) == "paid"
    assert stage.taken() == order.total
    assert [one.amount for one in stage.cast.captures(order)] == [order.total]


def test_news_by_every_road_many_times_leave_the_rows_of_news_told_once(stage: Stage) -> None:
    stage.keep()
    order, session_id = stage.opened(slot=SLOT)
    stage.stripe.act(session_id, "decline")
    stage.stripe.act(session_id, "pay")
    attempt = stage.cast.attempts(order)[0].id
    stage.cast.later(seconds=61)
    confirm_payment(stage.cast.wiring, attempt, "return")
    once = row_hash(stage.cast, order)
    roads: list[Callable[[], Any]] = [partial(stage.call_back, body) for body in stage.stripe.events() * 3]
    roads += [lambda: confirm_payment(stage.cast.wiring, attempt, "return")] * 3
    random.Random(7).shuffle(roads)  # noqa: S311 -- it must be repeatable
    at_once(roads)
    assert row_hash(stage.cast, order) == once
    assert stage.taken() == order.total


def test_an_abandoned_page_is_closed_at_our_own_time(stage: Stage) -> None:
    stage.keep()
    order, session_id = stage.opened(slot=SLOT)
    stage.cast.rounds(minutes=31)
    assert stage.cast.state(order) == "expired"
    assert stage.cast.held(order.store_id) == 0
    stage.stripe.act(session_id, "pay")
    assert stage.taken() == 0


def test_a_session_whose_id_we_lost_is_found_again(stage: Stage) -> None:
    stage.keep()
    order = stage.cast.ordered()
    stage.stripe.fault("sessions.create", "reset_after")
    assert give_up(stage.cast.wiring, order.reference, "cancelled", "payer") in {"pending", "cancelled"}
    stage.cast.rounds(2, minutes=31)
    assert stage.cast.state(order) in {"expired", "cancelled"}
    assert {one["status"] for one in stage.stripe.sessions()} <= {"expired"}


def authorised(stage: Stage, **about: Any) -> Order:
    stage.keep(replace(TYPED, manual=True))
    order, session_id = stage.opened(**about)
    stage.stripe.act(session_id, "pay")
    stage.call_back(stage.stripe.events("checkout.session.completed")[-1])
    assert [one.state for one in stage.cast.attempts(order)] == ["authorized"]
    return order


def test_authorised_money_pays_nothing_until_the_kitchen_accepts(stage: Stage) -> None:
    order = authorised(stage)
    assert (stage.cast.state(order), stage.taken(), stage.cast.messages(order)) == ("pending", 0, [])
    assert stage.waiting(order) == [order.id]
    states = at_once([lambda: accept_order(stage.cast.wiring, order.id)] * 4)
    assert "paid" in states
    assert (stage.cast.state(order), stage.taken()) == ("paid", order.total)
    assert len(stage.cast.messages(order)) == 1
    assert stage.waiting(order) == []
    assert refuse_order(stage.cast.wiring, order.id) == "paid"


def test_a_refused_order_costs_nothing_and_gives_its_slot_back(stage: Stage) -> None:
    order = authorised(stage, slot=SLOT)
    assert stage.cast.held(order.store_id) == 1
    assert refuse_order(stage.cast.wiring, order.id) == "cancelled"
    assert (stage.taken(), stage.cast.held(order.store_id), stage.cast.messages(order)) == (0, 0, [])
    assert accept_order(stage.cast.wiring, order.id) == "cancelled"


@pytest.mark.parametrize(("decide", "ends"), [(accept_order, "paid"), (refuse_order, "cancelled")])
@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_decision_whose_answer_was_lost_is_carried_out_by_the_worker(
    stage: Stage, decide: Callable[..., str], ends: str, kind: str
) -> None:
    order = authorised(stage)
    stage.stripe.fault("intents.capture" if ends == "paid" else "intents.cancel", kind)
    assert decide(stage.cast.wiring, order.id) == "pending"
    assert stage.waiting(order) == []
    stage.cast.rounds(2, minutes=2)
    assert stage.cast.state(order) == ends
    assert stage.taken() == (order.total if ends == "paid" else 0)


def test_an_authorised_order_nobody_decides_about_is_let_go(stage: Stage) -> None:
    stage.keep(replace(TYPED, manual=True))
    order, session_id = stage.opened()
    stage.cast.later(minutes=28)
    stage.stripe.act(session_id, "pay")
    refresh(stage.cast.wiring, order.reference, "return")
    stage.cast.rounds(minutes=10)
    assert stage.cast.state(order) == "pending"  # the kitchen has a quarter of an hour, however late the diner paid
    stage.cast.rounds(2, minutes=6)
    assert stage.cast.state(order) == "expired"
    assert {one["payment_intent"]["status"] for one in stage.stripe.sessions()} == {"canceled"}


def test_a_diner_and_a_kitchen_who_decide_at_once_are_settled_by_the_provider(stage: Stage) -> None:
    order = authorised(stage)
    roads: list[Callable[[], Any]] = [lambda: accept_order(stage.cast.wiring, order.id)] * 2
    roads += [lambda: give_up(stage.cast.wiring, order.reference, "cancelled", "payer")] * 2
    at_once(roads)
    stage.cast.rounds(2, minutes=2)
    state = stage.cast.state(order)
    assert (state, stage.taken()) in {("paid", order.total), ("cancelled", 0)}


def test_a_dispute_is_shown_and_undoes_nothing(stage: Stage) -> None:
    stage.keep()
    order, session_id = stage.opened()
    stage.stripe.act(session_id, "pay")
    refresh(stage.cast.wiring, order.reference, "return")
    charge = stage.cast.captures(order)[0].capture_id
    stage.stripe.http.request("POST", "/_dispute", json_body={"charge": charge})
    stage.call_back(stage.stripe.events("charge.dispute")[-1])
    assert stage.cast.state(order) == "paid"
    assert [one.state for one in stage.cast.attempts(order)] == ["disputed"]
    assert stage.cast.alerts() == ["payment_disputed"]


def test_a_key_that_stripe_no_longer_takes_loses_no_order(stage: Stage) -> None:
    stage.keep()
    order, session_id = stage.opened()
    stage.stripe.act(session_id, "pay")
    sealed = VAULT.seal("sk_test_revoked0key")
    with stage.cast.wiring.db.transaction() as session:
        session.execute(text("UPDATE payment_account SET secret_key_sealed = :sealed"), {"sealed": sealed})
    stage.cast.wiring = replace(
        stage.cast.wiring,
        payments=MerchantAccounts(
            stage.cast.wiring.db, VAULT, stage.cast.wiring.office.payment_accounts, origins=frozenset()
        )
        if stage.cast.wiring.office
        else stage.cast.wiring.payments,
    )
    with pytest.raises(PaymentTrouble):
        confirm_payment(stage.cast.wiring, stage.cast.attempts(order)[0].id, "return")
    stage.cast.rounds(minutes=2)
    assert (stage.cast.state(order), stage.cast.alerts()) == ("pending", ["payment_refused"])


def test_money_of_another_sum_goes_back_once_though_the_answer_was_lost(stage: Stage) -> None:
    stage.keep()
    order, session_id = stage.opened()
    with stage.cast.wiring.db.transaction() as session:
        session.execute(text('UPDATE "order" SET total = total + 1'))
    stage.stripe.act(session_id, "pay")
    stage.call_back(stage.stripe.events("checkout.session.completed")[-1])
    assert stage.cast.state(order) == "refund_due"
    stage.stripe.fault("refunds.create", "reset_after")
    stage.cast.rounds(3, minutes=2)
    assert (stage.cast.state(order), stage.taken()) == ("refunded", 0)
    assert len(stage.stripe.events("refund.created")) == 1
    assert stage.cast.messages(order) == []
