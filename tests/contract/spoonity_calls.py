"""Spoonity for the contract tests: a seeded sandbox, the adapter, and every call it can make."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from tests.peers import peer_at, programme_peer
from webapp.ground.clock import SystemClock
from webapp.ports.loyalty.port import (
    Consent,
    Identity,
    IdentityKind,
    NewMember,
    PaidLine,
    PaidOrder,
    StoredValueKind,
    UsedValue,
)
from webapp.ports.loyalty.spoonity import Credentials, Spoonity
from webapp.ports.loyalty.spoonity.credentials import Worth
from webapp.sandbox.peer import Peer
from webapp.sandbox.spoonity.programme import Spoonity as Programme

STORE, OTHER_STORE, KEY = "bastille", "nation", "key-of-bastille"
ADA, ADA_MAIL, BOB = "+33612345678", "ada@example.org", "+33698765432"
COFFEE, TEN_OFF = "5001:discount_free_coffee", "5002:10_off"
GIFT, POINTS = StoredValueKind.GIFT_CARD, StoredValueKind.POINTS
SEED: dict[str, Any] = {
    "restaurants": [
        {"api_key": KEY, "name": "Bastille"},
        {"api_key": "key-of-nation", "name": "Nation", "modules": ["Loyalty"]},
    ],
    "people": [
        {"email": ADA_MAIL, "phone": "33612345678", "token": "999901", "first_name": "Ada", "last_name": "Lovelace",
         "points": 120, "gift": 1500},
        {"email": "bob@example.org", "phone": "0698765432", "first_name": "Bob", "last_name": "Home"},
    ],
    "rewards": [
        {"id": 5001, "name": "Free coffee", "summary": "100 points", "cost": 100, "identifier": "discount_free_coffee"},
        {"id": 5002, "name": "Ten off the bill", "summary": "500 points", "cost": 500, "identifier": "10_off"},
        {"id": 5003, "name": "Last year's", "cost": 1, "identifier": "old", "ends": 1000000},
    ],
}  # fmt: skip
CREDENTIALS = Credentials(
    "1",
    "EUR",
    {STORE: KEY, OTHER_STORE: "key-of-nation"},
    {"discount_free_coffee": Worth(skus=("COFFEE",)), "10_off": Worth(amount=1000)},
    point_value=5,
)
MEMBER = f"{STORE}|71c61a3b5792027672d010fe5426b92f|{ADA_MAIL}"
JOINING = NewMember("Eve", "New", "eve@example.org", "s3cret-pass")


def adapter(url: str, credentials: Credentials = CREDENTIALS) -> Spoonity:
    """The adapter, speaking to the peer at `url`."""
    return Spoonity(peer_at(url), credentials=credentials, clock=SystemClock())


def an_order(*used: UsedValue, reference: str = "r-1", member_id: str = MEMBER, **changed: Any) -> PaidOrder:
    """A lunch of 11.00 with a coffee of 2.20, VAT 10 % within."""
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    facts: dict[str, Any] = {"reference": reference, "store_slug": STORE, "mode": "table", "currency": "EUR"}
    facts |= {"amount": 1320, "tax_amount": 120, "created_at": noon, "paid_at": noon, "member_id": member_id}
    facts["lines"] = (PaidLine("Lunch", 1100, "LUNCH"), PaidLine("Coffee", 220, "COFFEE"))
    return PaidOrder(**facts | {"used": used} | changed)


def a_free_coffee(member_id: str = MEMBER, reference: str = "r-1") -> PaidOrder:
    """The same with the coffee offered."""
    lines = (PaidLine("Lunch", 1100, "LUNCH"), PaidLine("Coffee", 0, "COFFEE", reward_id=COFFEE))
    used = UsedValue("reward", 220, COFFEE, name="Free coffee", line=1)
    return an_order(used, reference=reference, member_id=member_id, amount=1100, tax_amount=100, lines=lines)


def sandbox() -> AbstractContextManager[Peer]:
    """A seeded sandbox for the length of a block."""
    return programme_peer(Programme(), SEED)


Call = Callable[[Spoonity, float], Any]

# operationId of the OpenAPI file → a call that makes exactly that request first
CALLS: dict[str, Call] = {
    "createPosSession": lambda sp, s: sp.find_member(
        Identity(IdentityKind.EMAIL, ADA_MAIL), store_slug=STORE, deadline_s=s
    ),
    "getPosSession": lambda sp, s: sp.member(MEMBER, deadline_s=s),
    "closePosSession": lambda sp, s: sp.end_session(MEMBER, deadline_s=s),
    "listSpendingRules": lambda sp, s: sp.every_reward(deadline_s=s),
    "registerUser": lambda sp, s: sp.register(JOINING, Consent(email=True, sms=True), store_slug=STORE, deadline_s=s),
    "submitOrder": lambda sp, s: sp.send_report(sp.report_body(an_order()), deadline_s=s),
    "voidOrder": lambda sp, s: sp.send_cancel("", sp.cancel_body(an_order()), deadline_s=s),
    "payWithLoyalty": lambda sp, s: sp.debit_value(POINTS, 500, "k", member_id=MEMBER, store_slug=STORE, deadline_s=s),
}

# The same routes with other facts.
FURTHER: dict[str, Call] = {
    "wallet": lambda sp, s: sp.wallet(MEMBER, store_slug=STORE, deadline_s=s),
    "gift_left": lambda sp, s: sp.value_left(GIFT, member_id=MEMBER, store_slug=STORE, deadline_s=s),
    "points_left": lambda sp, s: sp.value_left(POINTS, member_id=MEMBER, store_slug=STORE, deadline_s=s),
    "check": lambda sp, s: sp.check_connection(deadline_s=s),
    "debit": lambda sp, s: sp.debit_value(GIFT, 1000, "k", member_id=MEMBER, store_slug=STORE, deadline_s=s),
    "credit": lambda sp, s: sp.credit_value(GIFT, 1000, "k", member_id=MEMBER, store_slug=STORE, deadline_s=s),
    "free_coffee": lambda sp, s: sp.send_report(sp.report_body(a_free_coffee()), deadline_s=s),
    "silent_join": lambda sp, s: sp.register(JOINING, Consent(), store_slug=STORE, deadline_s=s),
}
