"""GonnaOrder for the contract tests: a seeded sandbox, the adapter, and every call it can make."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from tests.peers import peer_at, programme_peer
from webapp.ground.clock import SystemClock
from webapp.ports.loyalty.gonnaorder import Credentials, GonnaOrder
from webapp.ports.loyalty.gonnaorder.credentials import Login
from webapp.ports.loyalty.port import (
    Cart,
    CartLine,
    Chosen,
    ChosenKind,
    Identity,
    IdentityKind,
    PaidLine,
    PaidOrder,
    UsedValue,
)
from webapp.sandbox.gonnaorder.programme import GonnaOrder as Programme
from webapp.sandbox.peer import Peer

STORE, OTHER_STORE = "155", "156"
ADA, ADA_CODE, BOB, BOB_CODE = "+33612345678", "xyz", "+33698765432", "bob-1"
PASSWORD, FIXED = "a-password", "fixed-token-of-the-store"
SEED: dict[str, Any] = {
    "accounts": [{"username": "cafe", "password": PASSWORD, "token": FIXED, "stores": [1, 155]}],
    "stores": [
        {"id": 1, "name": "The first"},
        {"id": 155, "name": "Café", "spend": 5000, "gain": 500},
        {"id": 156, "name": "Not ours"},
    ],
    "members": [
        {"code": ADA_CODE, "phone": ADA, "name": "Ada", "email": "ada@example.org", "wallet": 550},
        {"code": BOB_CODE, "phone": BOB, "name": "Bob"},
    ],
    "vouchers": [
        {"code": "SUMMER", "type": "PERCENTILE", "discount": 1000, "description": "Summer"},
        {"code": "FIVE", "type": "MONETARY", "discount": 500, "single_use": True},
        {"code": "BIG", "type": "MONETARY", "discount": 350, "minimum": 20000},
    ],
}
ACCOUNT = Credentials("EUR", Login("cafe", PASSWORD))
WALLET = Chosen(ChosenKind.OWNED, ADA_CODE, ADA_CODE)
SUMMER = Chosen(ChosenKind.CODE, code="SUMMER")


def adapter(url: str, credentials: Credentials = ACCOUNT) -> GonnaOrder:
    """The adapter, both of the vendor's hosts being the peer at `url`."""
    return GonnaOrder(peer_at(url), peer_at(url), credentials=credentials, clock=SystemClock())


def a_cart(total: int = 20000) -> Cart:
    """One dish of `total` cents."""
    return Cart("EUR", "collect", (CartLine("SKU-1", "Feast", total),))


def an_order(*used: UsedValue, amount: int = 19450, member_id: str | None = ADA_CODE, **changed: Any) -> PaidOrder:
    """A paid order of `amount` cents after what was `used`."""
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    off = sum(one.amount for one in used)
    lines = (PaidLine("Feast", amount + off, "SKU-1"), *(PaidLine("Voucher", -one.amount) for one in used))
    facts: dict[str, Any] = {"reference": "r-1", "store_slug": STORE, "mode": "collect", "currency": "EUR"}
    facts |= {"amount": amount, "tax_amount": None, "created_at": noon, "paid_at": noon, "lines": lines}
    return PaidOrder(**facts | {"member_id": member_id, "serial": 5968, "used": used} | changed)


def sandbox() -> AbstractContextManager[Peer]:
    """A seeded sandbox for the length of a block."""
    return programme_peer(Programme(), SEED)


Call = Callable[[GonnaOrder, float], Any]

# operationId of the OpenAPI file → a call that makes exactly that request, after signing in
CALLS: dict[str, Call] = {
    "getCustomerVouchers": lambda go, s: go.find_member(Identity.phone(ADA), store_slug=STORE, deadline_s=s),
    "validateVoucherForOrder": lambda go, s: go.price_cart(
        a_cart(), (WALLET,), member_id=ADA_CODE, store_slug=STORE, deadline_s=s
    ),
    "processExternalOrder": lambda go, s: go.send_report(
        go.report_body(an_order(UsedValue("owned", 550, ADA_CODE, ADA_CODE))), deadline_s=s
    ),
    "getStore": lambda go, s: go.check_connection(deadline_s=s),
}

# The same routes with other facts.
FURTHER: dict[str, Call] = {
    "by_code": lambda go, s: go.find_member(Identity(IdentityKind.CODE, ADA_CODE), store_slug=STORE, deadline_s=s),
    "odd_code": lambda go, s: go.find_member(Identity(IdentityKind.CODE, "../é ?#"), store_slug=STORE, deadline_s=s),
    "wallet": lambda go, s: go.wallet(ADA_CODE, store_slug=STORE, deadline_s=s),
    "typed": lambda go, s: go.check_code(" SUMMER ", a_cart(), member_id=None, store_slug=STORE, deadline_s=s),
    "member_only": lambda go, s: go.send_report(go.report_body(an_order(amount=3240)), deadline_s=s),
    "anonymous": lambda go, s: go.send_report(go.report_body(an_order(amount=1200, member_id=None)), deadline_s=s),
}
