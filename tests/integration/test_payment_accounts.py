"""Each merchant is paid at its own account; what an older account holds stays reachable with the older keys."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.integration.checkout_cast import Cast
from tests.integration.scene import VAULT_KEY
from tests.payment_peer import SECRETS
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.merchant.payment_account import AccountKeys, PaymentAccount
from webapp.nouns.order.models import Refund
from webapp.ports.payment.port import PaymentProvider
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.notice import NobodysAddress, take_notice
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.payments import MerchantAccounts

VAULT = Vault([VAULT_KEY])


def accounts(cast: Cast, *, only_live: bool = False, vault: Vault = VAULT) -> MerchantAccounts:
    def make(keys: AccountKeys) -> PaymentProvider:
        return SandboxPayment(
            cast.payment.http,
            api_key=keys.secret_key,
            webhook_secrets=keys.webhook_secrets,
            page_origin=cast.payment.url,
            account=keys.account,
        )

    origins = frozenset({cast.payment.url})
    return MerchantAccounts(cast.wiring.db, vault, {"sandbox": make}, origins=origins, only_live=only_live)


def add_account(cast: Cast, name: str = "acct_sandbox", *, key: str = "key-for-tests", token: str = "way-in") -> int:
    now = cast.clock.now()
    merchant_id = cast.rows(Merchant)[0].id
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentAccount).values(active=False))
        row = PaymentAccount(
            merchant_id=merchant_id, provider="sandbox", account=name, livemode=False,
            secret_key_sealed=VAULT.seal(key), webhook_secrets_sealed=VAULT.seal(json.dumps(SECRETS)),
            callback_token=token, created_at=now, changed_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_an_order_is_paid_at_its_merchants_own_account(cast: Cast) -> None:
    account_id = add_account(cast)
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    order, _ = cast.opened()
    assert [attempt.payment_account_id for attempt in cast.attempts(order)] == [account_id]
    cast.paid_at_provider(order)
    cast.rounds(minutes=2)
    assert cast.state(order) == "paid"


def test_a_merchant_without_an_account_takes_no_paid_orders(cast: Cast) -> None:
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    with pytest.raises(NotPlaced, match="no_payment"):
        cast.ordered()
    assert cast.ordered("WATER").total == 0


def test_a_test_account_pays_nothing_where_only_real_money_counts(cast: Cast) -> None:
    add_account(cast)
    cast.wiring = replace(cast.wiring, payments=accounts(cast, only_live=True))
    with pytest.raises(NotPlaced, match="no_payment"):
        cast.ordered()


def test_a_payment_is_refunded_where_it_was_taken_after_the_account_has_changed(cast: Cast) -> None:
    add_account(cast)
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    order, _ = cast.opened()
    cast.later(minutes=31)
    cast.rounds()
    assert cast.state(order) == "expired"
    order, session_id = cast.opened()
    cast.paid_at_provider(order)
    cast.rounds(minutes=2)
    cast.payment_takes_again(session_id)
    add_account(cast, "acct_new", key="another-key", token="another-way-in")
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    cast.rounds(3, minutes=5)
    assert [refund.state for refund in cast.rows(Refund, Refund.order_id == order.id)] == ["done"]
    assert cast.balance(order) == order.total


def test_a_callback_counts_only_at_the_address_of_the_account_it_speaks_of(cast: Cast) -> None:
    add_account(cast)
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    order, _ = cast.opened()
    cast.paid_at_provider(order)
    body = cast.events(order)[-1]
    headers = {SIGNATURE_HEADER: signature(SECRETS, int(cast.clock.now().timestamp()), body)}
    for wrong in ("", "no-such-way", "x" * 65):
        with pytest.raises(NobodysAddress):
            take_notice(cast.wiring, "sandbox", headers, body, wrong)
    add_account(cast, "acct_other", token="other-way")
    take_notice(cast.wiring, "sandbox", headers, body, "other-way")
    assert cast.state(order) == "pending"
    assert "foreign_notice" in cast.alerts()
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentAccount).values(changed_at=cast.clock.now() + timedelta(seconds=1)))
    cast.rounds(minutes=2)
    assert cast.state(order) == "paid"


def test_keys_no_vault_key_opens_take_no_orders(cast: Cast) -> None:
    add_account(cast)
    cast.wiring = replace(cast.wiring, payments=accounts(cast, vault=Vault(["A" * 43 + "="])))
    with pytest.raises(NotPlaced, match="no_payment"):
        cast.ordered()


def test_an_open_page_is_still_the_same_after_a_change_of_account(cast: Cast) -> None:
    add_account(cast)
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    order, _ = cast.opened()
    before = [attempt.url for attempt in cast.attempts(order)]
    add_account(cast, "acct_new", key="another-key", token="another-way-in")
    cast.wiring = replace(cast.wiring, payments=accounts(cast))
    assert [start_payment(cast.wiring, order.reference)] == before
