"""Every call the Pongo adapter can make, once, with plain facts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.peers import ADA, ADA_ID, BOB, connector_at
from webapp.ports.loyalty.pongo import Pongo
from webapp.ports.loyalty.port import (
    Consent,
    Identity,
    IdentityKind,
    OwnedReward,
    PaidLine,
    PaidOrder,
    RewardKind,
    RewardTerms,
)

STORE = "demo-republique"
PARIS = timezone(timedelta(hours=2))
COPY = OwnedReward("h_1", "rew_1", RewardTerms(RewardKind.FREE_PRODUCT))


def an_order(**changed: Any) -> PaidOrder:
    """An order of a burger with oat milk, picked up at 12:50 in Paris."""
    facts: dict[str, Any] = {
        "reference": "r-7f3c1f0e5b6a4d0c",
        "store_slug": STORE,
        "mode": "collect",
        "currency": "EUR",
        "amount": 1290,
        "tax_amount": 117,
        "created_at": datetime(2026, 4, 23, 12, 30, 0, 999, tzinfo=PARIS),
        "paid_at": datetime(2026, 4, 23, 12, 31, tzinfo=PARIS),
        "pickup_at": datetime(2026, 4, 23, 12, 50, tzinfo=PARIS),
        "lines": (PaidLine("Burger", 1190, "SKU-BURGER"), PaidLine("Oat milk", 100)),
        "phone": ADA,
        "member_id": ADA_ID,
        "consent": Consent(email=True, sms=False),
        "comment": "no onions",
    }
    return PaidOrder(**facts | changed)


def a_table_order() -> PaidOrder:
    """An anonymous order at the table, everything offered, in UTC."""
    lines = (PaidLine("Burger", 1000), PaidLine("Voucher", -1000, reward_id="rew_2", code="PONGO-1"))
    return an_order(
        mode="table",
        amount=0,
        tax_amount=None,
        lines=lines,
        phone=None,
        member_id=None,
        pickup_at=None,
        comment=None,
        created_at=datetime(2026, 4, 23, 10, 30, tzinfo=UTC),
    )


Call = Callable[[Pongo, float], Any]

# operationId of the OpenAPI file → a call that makes exactly that request first
CALLS: dict[str, Call] = {
    "getUserInformation": lambda pongo, s: pongo.check_connection(deadline_s=s),
    "listAllStores": lambda pongo, s: pongo.stores(deadline_s=s),
    "getCustomerDetailsByPhoneNumber": lambda pongo, s: pongo.find_member(
        Identity.phone(ADA), store_slug=STORE, deadline_s=s
    ),
    "getCustomer": lambda pongo, s: pongo.member(ADA_ID, deadline_s=s),
    "createACustomer": lambda pongo, s: pongo.enrol(
        BOB, store_slug=STORE, consent=Consent(email=True, sms=False), email="bob@example.org", deadline_s=s
    ),
    "updateACustomer": lambda pongo, s: pongo.update_consent(ADA_ID, Consent(sms=True), deadline_s=s),
    "buyARewardForACustomer": lambda pongo, s: pongo.buy_reward(
        "rew_1", member_id=ADA_ID, store_slug=STORE, deadline_s=s
    ),
    "useARewardBoughtByACustomer": lambda pongo, s: pongo.use_reward(
        COPY, member_id=ADA_ID, store_slug=STORE, pin="1234", deadline_s=s
    ),
    "addALockOnAReward": lambda pongo, s: pongo.lock_reward("h_1", member_id=ADA_ID, deadline_s=s),
    "removeTheLockFromAReward": lambda pongo, s: pongo.unlock_reward("h_1", member_id=ADA_ID, deadline_s=s),
    "createAnOrder": lambda pongo, s: pongo.send_report(pongo.report_body(an_order()), deadline_s=s),
    "updateOrderStatus": lambda pongo, s: pongo.send_cancel("ord_1", pongo.cancel_body(an_order()), deadline_s=s),
}

# Calls that read more than once, or write the same route with other facts.
FURTHER: dict[str, Call] = {
    "wallet": lambda pongo, s: pongo.wallet(ADA_ID, store_slug=STORE, deadline_s=s),
    "by_pass": lambda pongo, s: pongo.find_member(Identity(IdentityKind.CODE, ADA_ID), store_slug=STORE, deadline_s=s),
    "odd_pass": lambda pongo, s: pongo.find_member(
        Identity(IdentityKind.CODE, "../é/ ?#%"), store_slug=STORE, deadline_s=s
    ),
    "enrol_without_answers": lambda pongo, s: pongo.enrol(BOB, store_slug=STORE, consent=Consent(), deadline_s=s),
    "anonymous_order": lambda pongo, s: pongo.send_report(pongo.report_body(a_table_order()), deadline_s=s),
}


def exchange(base_url: str, code: str, deadline_s: float) -> Any:
    """The code exchange, which needs no token."""
    return connector_at(base_url).exchange_code(code, deadline_s=deadline_s)
