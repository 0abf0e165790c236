"""MENU for the contract tests: a seeded sandbox, the adapter, and every call it can make."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from tests.peers import peer_at, programme_peer
from webapp.ground.clock import SystemClock
from webapp.ports.loyalty.menu import Credentials, Menu, Venue
from webapp.ports.loyalty.menu.person import Person
from webapp.ports.loyalty.port import (
    Cart,
    CartLine,
    Chosen,
    ChosenKind,
    Consent,
    NewMember,
    PaidLine,
    PaidOrder,
    UsedValue,
)
from webapp.sandbox.menu.programme import Menu as Programme
from webapp.sandbox.peer import Peer

STORE, VENUE = "bastille", "a9d6d0c8-1689-4114-b1ec-6da9c33f0384"
TAKEOUT, COUNTER, TABLE_7 = "point-takeout", "point-counter", "point-7"
ADA, ADA_MAIL = "0da5a3f0-a354-4c04-8438-f1389c19a3f7", "ada@example.com"
BOWL, OFFER, ELSEWHERE = 46168, 9968351573, 9968376108
SEED: dict[str, Any] = {
    "brands": [
        {
            "id": "brand-1",
            "application": "app-key",
            "name": "Demo brand",
            "venues": [
                {
                    "uuid": VENUE,
                    "number": 2809,
                    "code": "11",
                    "name": "Bastille",
                    "points": {"collect": TAKEOUT, "counter": COUNTER, "tables": {"7": TABLE_7}},
                }
            ],
            "items": [{"id": 501, "name": "Bowl", "price": 1250}, {"id": 502, "name": "Juice", "price": 400},
                      {"id": 601, "name": "Egg", "price": 150}],
            "customers": [{"id": ADA, "email": ADA_MAIL, "first_name": "Ada", "points": 80, "credit": 1500}],
            "discounts": [
                {"id": BOWL, "type_id": 2, "name": "Five off twenty", "amount": 500, "minimum": 2000, "cost": 50},
                {"id": 47200, "type_id": 2, "name": "Free bowl", "amount": 1250, "cost": 300},
                {"id": OFFER, "type_id": 3, "name": "Reduced bowl", "amount": 300, "customer": ADA,
                 "venue_codes": ["11"], "venue_ids": [2809]},
                {"id": ELSEWHERE, "type_id": 3, "name": "Elsewhere", "amount": 1, "customer": ADA, "venue_ids": [7]},
                {"id": 10005906790, "type_id": 3, "name": "Long gone", "amount": 1, "customer": ADA,
                 "date_to": "2020-01-01"},
            ],
            "promos": [
                {"code": "SUMMER", "amount": 200},
                {"code": "UNLOCK", "amount": 350, "becomes": "Unlocked offer"},
            ],
        }
    ]
}  # fmt: skip
AT_BASTILLE = Venue(VENUE, "11", "2809", TAKEOUT, COUNTER, {"7": TABLE_7})
ITEMS = {"BOWL": "501", "JUICE": "502", "+EGG": "601", "+Avocado": "601"}
CREDENTIALS = Credentials("app-key", "brand-1", "EUR", {STORE: AT_BASTILLE}, ITEMS, payment_info={"type": "outside"})
SOMEBODY = Person(ADA, "eyJ-token", "punchh-token").as_id()
JOINING = NewMember("Eve", "New", "eve@example.com")
REWARD = Chosen(ChosenKind.REWARD, str(BOWL))
GRANTED = Chosen(ChosenKind.OWNED, str(OFFER))
SUMMER = Chosen(ChosenKind.CODE, code="SUMMER")
CREDIT = Chosen(ChosenKind.CREDIT, amount=1200)


def adapter(url: str, credentials: Credentials = CREDENTIALS) -> Menu:
    """The adapter, speaking to the peer at `url`."""
    return Menu(
        peer_at(url + "/api"), credentials=credentials, clock=SystemClock(), request_id=lambda: str(uuid.uuid4())
    )


def a_cart(bowls: int = 2, **changed: Any) -> Cart:
    """So many bowls of 12.50."""
    facts: dict[str, Any] = {"currency": "EUR", "mode": "collect", "lines": (CartLine("BOWL", "Bowl", 1250, bowls),)}
    return Cart(**facts | changed)


def an_order(*used: UsedValue, member_id: str | None = SOMEBODY, **changed: Any) -> PaidOrder:
    """Two bowls, paid after what was `used`."""
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    off = sum(one.amount for one in used)
    lines = (*[PaidLine("Bowl", 1250, "BOWL")] * 2, *(PaidLine("Reward", -one.amount) for one in used))
    facts: dict[str, Any] = {"reference": "r-1", "store_slug": STORE, "mode": "collect", "currency": "EUR"}
    facts |= {"amount": 2500 - off, "tax_amount": None, "created_at": noon, "paid_at": noon, "lines": lines}
    return PaidOrder(**facts | {"member_id": member_id, "used": used} | changed)


def sandbox() -> AbstractContextManager[Peer]:
    """A seeded sandbox for the length of a block."""
    return programme_peer(Programme(), SEED)


Call = Callable[[Menu, float], Any]

# operationId of the OpenAPI file → a call that makes exactly that request first
CALLS: dict[str, Call] = {
    "getDlcIntegration": lambda menu, s: menu.check_connection(deadline_s=s),
    "getVenue": lambda menu, s: menu.read_venue(VENUE, deadline_s=s),
    "passwordlessRequest": lambda menu, s: menu.ask_sign_in_code(ADA_MAIL, deadline_s=s),
    "loginCustomer": lambda menu, s: menu.sign_in(ADA_MAIL, "307242", deadline_s=s),
    "registerCustomer": lambda menu, s: menu.sign_in("eve@example.com", "307242", joining=JOINING, deadline_s=s),
    "updateCustomerAccount": lambda menu, s: menu.update_consent(
        SOMEBODY, Consent(email=True, sms=False), deadline_s=s
    ),
    "getLoyaltyProgram": lambda menu, s: menu.wallet(SOMEBODY, store_slug=STORE, deadline_s=s),
    "getCustomerAccountLoyalty": lambda menu, s: menu.member(SOMEBODY, deadline_s=s),
    "calculateOrder": lambda menu, s: menu.price_cart(
        a_cart(), (REWARD,), member_id=SOMEBODY, store_slug=STORE, deadline_s=s
    ),
    "createOrder": lambda menu, s: menu.send_report(
        menu.report_body(an_order(UsedValue("reward", 500, str(BOWL)))), deadline_s=s
    ),
}

# The same routes with other facts, and calls that make several.
FURTHER: dict[str, Call] = {
    "code": lambda menu, s: menu.check_code("SUMMER", a_cart(), member_id=SOMEBODY, store_slug=STORE, deadline_s=s),
    "guest_order": lambda menu, s: menu.send_report(menu.report_body(an_order(member_id=None)), deadline_s=s),
    "table": lambda menu, s: menu.price_cart(
        a_cart(mode="table", table_label="7"), (CREDIT,), member_id=SOMEBODY, store_slug=STORE, deadline_s=s
    ),
}
