"""One journey at each further programme, on a phone: known, chosen, paid, credited; its own ledger beside ours."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.open_house import DAYS
from tests.browser.running import Demo, digits
from tests.http import CLIENT
from webapp import demo as content
from webapp.doors.cli.demo_programmes import BRAND, connected, kept, seed_file
from webapp.ground.randomness import SystemRandomness
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.check import House, read_pair
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount
from webapp.sandbox.gonnaorder.programme import GonnaOrder
from webapp.sandbox.menu.programme import Menu
from webapp.sandbox.peer import Peer, Programme
from webapp.sandbox.spoonity.programme import Spoonity
from webapp.usecases.setup.house import store_house
from webapp.usecases.setup.loyalty import Access, connect, map_stores


@dataclass(frozen=True)
class Place:
    """One of the demo's small houses, and its programme's server."""

    demo: Demo
    merchant: str
    store: str
    peer: Peer

    @property
    def base(self) -> str:
        """Where its pages are."""
        return f"{self.demo.site}/r/{self.merchant}/{self.store}"

    def ledger(self) -> dict[str, Any]:
        """What the programme has recorded, as anybody may read it."""
        found: dict[str, Any] = CLIENT.get(f"{self.peer.url}/_ledger.json").json()
        return found

    def sow(self, **seed: Any) -> None:
        """Make the programme know somebody more."""
        CLIENT.post(f"{self.peer.url}/_seed", json=seed).raise_for_status()

    def order(self) -> tuple[Order, int]:
        """The newest order as we have it, and what was taken off."""
        database = self.demo.database()
        try:
            with database.reading() as session:
                query = select(Order).join(Store, Store.id == Order.store_id).where(Store.slug == self.store)
                order = session.scalars(query.order_by(Order.id.desc()).limit(1)).one()
                off = session.scalars(select(OrderDiscount).where(OrderDiscount.order_id == order.id)).all()
                assert {one.state for one in off} <= {"used"}
                return order, sum(one.amount for one in off)
        finally:
            database.close()


Sit = Callable[[str, str], tuple[Diner, Place]]


@pytest.fixture(scope="session")
def places(demo: Demo) -> Iterator[dict[str, Place]]:
    """The demo's three houses, open round the clock, each with its programme's server where the demo has it."""
    programmes: dict[str, Programme] = {"gonnaorder": GonnaOrder(), "spoonity": Spoonity(), "menu": Menu()}
    database, now = demo.database(), datetime.now(UTC)
    documents = {house.merchant.slug: house for house in map(_house, content.programme_houses())}
    vault = Vault([demo.settings()["PASSE_PLAT_VAULT_KEYS"]])
    found: dict[str, Place] = {}
    for offset, known in enumerate(connected(kept(demo.data)), 4):
        seed = seed_file(demo.data, known.vendor)
        peer = Peer(programmes[known.vendor], port=demo.port + offset, seed_file=seed)
        peer.start()
        with database.transaction() as session:
            store_house(session, documents[known.merchant], SystemRandomness(), now)
            connect(session, vault, known.merchant, Access(known.vendor, "", "", known.secret), now)
            map_stores(session, known.merchant, {known.store: known.place}, now)
        found[known.vendor] = Place(demo, known.merchant, known.store, peer)
    database.close()
    yield found
    for place in found.values():
        place.peer.stop()


def _house(paths: tuple[Path, Path]) -> House:
    merchant, menu = (json.loads(path.read_text("utf-8")) for path in paths)
    for store in merchant["stores"]:
        store["hours"] = {day: [["00:00", "24:00"]] for day in DAYS}
    report = read_pair(json.dumps(merchant).encode(), json.dumps(menu).encode())
    assert report.document is not None
    return report.document


@pytest.fixture
def sit(people: People, places: dict[str, Place]) -> Sit:
    """Somebody at table 1 of a house with one dish in the basket, asked who they are."""

    def arrive(vendor: str, dish: str) -> tuple[Diner, Place]:
        place, diner = places[vendor], people(device_scale_factor=1)
        diner.page.goto(place.demo.tables(merchant=place.merchant, store=place.store)["1"])
        diner.tap("Add %(dish)s", dish=dish)
        expect(diner.page.locator(".basket-count")).to_have_text("1")
        diner.page.goto(f"{place.base}/identify")
        return diner, place

    return arrive


def _pay(diner: Diner) -> None:
    diner.pay()
    diner.at_bank("pay")
    diner.paid()


def _sign_in(diner: Diner, place: Place, email: str, *, look: str = "") -> None:
    """By the code that MENU mails."""
    diner.page.locator("#who").fill(email)
    diner.tap("Send me a code")
    diner.title("Sign in at %(programme)s", programme="Salon Breton")
    if look:
        diner.look(look)
    [code] = [one["value"] for one in place.ledger()["codes"] if one["email"] == email]
    diner.page.locator("#code").fill(str(code))
    diner.tap("Sign in")
    diner.title("Check and pay")


def test_gonnaorder_takes_money_off_a_wallet_that_is_proved_and_fills_it_again(sit: Sit) -> None:
    diner, place = sit("gonnaorder", "Prune far breton")
    number = diner.demo.new_number()
    code = f"card-{digits(number)}"
    place.sow(members=[{"code": code, "phone": f"+{digits(number)}", "name": "Eve", "wallet": 300}])
    diner.page.locator("#who").fill(number)
    diner.tap("Find my account")
    diner.title("Check and pay")
    diner.page.goto(f"{place.base}/loyalty")
    diner.look("gonnaorder-wallet")
    diner.tap("Add to this order")
    diner.prove()
    diner.title("Your basket")
    expect(diner.page.get_by_role("main")).to_contain_text("€2.20")
    diner.go_on()
    _pay(diner)
    expect(diner.page.locator('[data-part="points"]')).to_contain_text(
        "Your loyalty account has this order", timeout=25_000
    )
    ours, off = place.order()
    [kept_there] = [one for one in place.ledger()["orders"] if one["body"].get("voucherCode") == code]
    theirs = kept_there["body"]
    assert (theirs["totalNonDiscountedPrice"], theirs["totalDiscount"], theirs["totalDiscountedPrice"]) == (5.2, 3, 2.2)
    assert (ours.total, off, ours.points_state) == (220, 300, "sent")
    [wallet] = [one for one in place.ledger()["vouchers"] if one["code"] == code]
    assert wallet["discount"] == kept_there["collected"]


def test_spoonity_joins_a_stranger_and_credits_the_first_order(sit: Sit) -> None:
    diner, place = sit("spoonity", "Rice pudding with caramel")
    email = f"eve{digits(diner.demo.new_number())}@example.org"
    diner.page.locator("#who").fill(email)
    diner.tap("Find my account")
    diner.title("Join %(programme)s", programme="Jardin des Bols")
    for field, typed in {"first_name": "Eve", "last_name": "New", "password": "a-long-password"}.items():
        diner.page.locator(f"#{field}").fill(typed)
    expect(diner.page.locator("#email")).to_have_value(email)
    diner.look("spoonity-join")
    diner.tap("Join and earn points")
    diner.title("Check and pay")
    _pay(diner)
    diner.expect_credited(4)
    diner.page.goto(f"{place.base}/loyalty")
    expect(diner.page.locator(".points-number")).to_have_text("4 points")
    ours, _off = place.order()
    books = place.ledger()
    [person] = [one for one in books["people"] if one["email"] == email]
    [told] = [one for one in books["orders"] if one["person"] == person["id"]]
    assert (told["receipt"], told["earned"], told["spent"]) == (ours.reference, 4, 0)
    assert (round(told["body"]["total"] * 100), ours.total) == (540, 540)
    assert person["points"] == ours.points_credited == 4


def test_menu_signs_in_by_its_mail_and_takes_an_offer_with_the_order(sit: Sit) -> None:
    diner, place = sit("menu", "Ice cream cup")
    mark = int(digits(diner.demo.new_number()))
    email, who, offer = f"eve{mark}@example.org", f"customer-{mark}", 9_000_000_000_000 + mark
    person = {"id": who, "email": email, "first_name": "Eve", "points": 20, "credit": 100}
    granted = {"id": offer, "type_id": 3, "name": "Two euros off", "amount": 200, "customer": who}
    named = {"id": BRAND, "application": "", "name": ""}  # known already: only who and what is new is sown
    place.sow(brands=[named | {"customers": [person], "discounts": [granted]}])
    _sign_in(diner, place, email, look="menu-sign-in")
    diner.page.goto(f"{place.base}/loyalty")
    expect(diner.page.locator(".points-number")).to_have_text("20 points")
    diner.look("menu-wallet")
    diner.tap("Add to this order")
    diner.title("Your basket")
    expect(diner.page.get_by_role("main")).to_contain_text("€3.60")
    diner.go_on()
    _pay(diner)
    diner.expect_credited(3)
    ours, off = place.order()
    books = place.ledger()
    [told] = [one for one in books["orders"] if one["customer"] == who]
    assert told["body"]["discounts"] == [{"id": offer, "type_id": 3}]
    assert (told["subtotal"], told["taken_off"], told["earned"]) == (560, 200, 3)
    assert (ours.total, off, ours.points_credited) == (360, 200, 3)
    [now] = [one for one in books["customers"] if one["id"] == who]
    assert now["points"] == 23


def test_a_spoonity_gift_card_pays_a_part_and_the_card_the_rest(sit: Sit) -> None:
    diner, place = sit("spoonity", "Rice pudding with caramel")
    number = diner.demo.new_number()
    phone = digits(number)
    person = {"first_name": "Eve", "last_name": "Card", "email": f"gift{phone}@example.org", "phone": phone}
    place.sow(people=[person | {"token": phone[-8:], "gift": 300}])
    diner.page.locator("#who").fill(number)
    diner.tap("Find my account")
    diner.title("Check and pay")
    block = diner.page.locator("#pay-with")
    block.get_by_role("link", name="Confirm your number").click()
    diner.prove()
    block.get_by_role("button", name="Use €3.00: Gift card").click()
    expect(block).to_contain_text("−€3.00")
    diner.look("pay-with-a-gift-card")
    diner.pay()
    session = diner.session()
    diner.at_bank("pay")
    diner.paid()
    told = diner.page.get_by_role("main")
    for part, amount in {"Gift card": "−€3.00", "By bank card": "€2.40"}.items():
        expect(told.locator("div").filter(has=diner.page.get_by_text(part, exact=True)).last).to_contain_text(amount)
    ours, off = place.order()
    books = place.ledger()
    [owner] = [one for one in books["people"] if one["phone"] == phone]
    moved = [one["cents"] for one in books["movements"] if one["person"] == owner["id"]]
    assert (ours.total, ours.by_value, ours.due, off) == (540, 300, 240, 0)
    assert (owner["gift"], [abs(cents) for cents in moved]) == (0, [300])
    [charged] = [one for one in diner.demo.bank()["sessions"] if one["id"] == session]
    assert [one["amount"] for one in charged["captures"]] == [ours.due]


def test_menu_credit_is_found_from_the_balances_and_pays_a_part(sit: Sit) -> None:
    diner, place = sit("menu", "Ice cream cup")
    who = f"credit-{digits(diner.demo.new_number())}"
    email = f"{who}@example.org"
    person = {"id": who, "email": email, "first_name": "Eve", "points": 0, "credit": 300}
    place.sow(brands=[{"id": BRAND, "application": "", "name": "", "customers": [person]}])
    _sign_in(diner, place, email)
    diner.page.goto(f"{place.base}/loyalty")
    expect(diner.page.get_by_role("main")).to_contain_text("You can pay with it on the last page of your order.")
    diner.tap("Pay with it")
    diner.page.get_by_role("button", name="Use €3.00: Credit").click()
    expect(diner.page.locator("#pay-with")).to_contain_text("−€3.00")
    _pay(diner)
    diner.expect_credited(2)
    ours, off = place.order()
    books = place.ledger()
    [told] = [one for one in books["orders"] if one["customer"] == who]
    [owner] = [one for one in books["customers"] if one["id"] == who]
    assert told["body"]["discounts"] == [{"discount_amount": 300}]
    assert (told["subtotal"], told["taken_off"], owner["credit"]) == (560, 300, 0)
    assert (ours.total, off) == (260, 300)
