"""Paying somewhere else: at the counter, which staff confirm on a tablet, and at the till, which honours less."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.conftest import People
from tests.browser.open_house import MERCHANT, STORE
from tests.browser.running import ROOT, Demo
from tests.browser.test_desk import TABLET, take_up
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.promotion.offer import Offer, store_offer
from webapp.sandbox.till.peer import Peer, Setup

SECRET = "a-till-secret-of-thirty-two-signs"
WORDS = ("Choose a password", "Open the desk")


def let(demo: Demo, **facts: object) -> None:
    """The store's settings, as its desk and the operator change them."""
    database = demo.database()
    with database.transaction() as session:
        session.execute(update(Store).where(Store.slug == STORE).values(menu_stamp=Store.menu_stamp + 1, **facts))
    database.close()
    time.sleep(1.2)  # a worker may sell from what it read a second ago


def offer(demo: Demo, code: str) -> None:
    """A code of the merchant's own: a tenth off."""
    one = Offer.model_validate(
        {"code": code, "name": {"fr": "Un dixième", "en": "A tenth off"}, "kind": "percent", "value": 1000}
    )
    database = demo.database()
    with database.transaction() as session:
        merchant_id = session.scalars(select(Merchant.id).where(Merchant.slug == MERCHANT)).one()
        store_offer(session, merchant_id, one, datetime.now(UTC))
    database.close()


@pytest.fixture
def counter(demo: Demo) -> Iterator[None]:
    """The store may be paid at its counter."""
    let(demo, counter_modes=["table", "collect"])
    yield
    let(demo, counter_modes=[])


@contextmanager
def till_with(demo: Demo, *options: str) -> Iterator[Peer]:
    """The store's till, connected by the operator's own command."""
    peer = Peer(Setup(account=f"till-{STORE}", secrets=(SECRET,)))
    peer.start()
    call = [sys.executable, "-m", "webapp.doors.cli", "till", "--merchant", MERCHANT, "--store", STORE]
    told = dict(os.environ) | demo.settings() | {"TILL_SECRETS": SECRET}
    said = subprocess.run(
        [*call, "--address", peer.url, *options], env=told, cwd=ROOT, capture_output=True, text=True, check=True
    )
    peer.callback = said.stdout.partition("Callbacks: ")[2].strip()
    time.sleep(1.2)
    yield peer
    subprocess.run([*call, "--stop"], env=told, cwd=ROOT, capture_output=True, check=True)
    peer.stop()
    time.sleep(1.2)


@pytest.fixture
def till(demo: Demo) -> Iterator[Peer]:
    """A till that calls back."""
    with till_with(demo) as peer:
        yield peer


@pytest.fixture
def silent(demo: Demo) -> Iterator[Peer]:
    """A till that cannot."""
    with till_with(demo, "--silent") as peer:
        yield peer


@pytest.mark.usefixtures("counter")
def test_a_diner_pays_at_the_counter_and_staff_say_so_in_two_taps(
    people: People, demo: Demo, tables: dict[str, str]
) -> None:
    diner = people()
    diner.sit(tables["3"])
    diner.add("DES-FAR")
    diner.basket()
    diner.go_on()
    diner.give(demo.member(20))
    diner.look("checkout-with-counter")
    diner.tap("Pay at the counter")
    diner.look("checkout-at-counter")
    diner.go_on()
    diner.title("Pay at the counter")
    diner.look("at-counter")
    number = diner.page.locator(".ticket-number").inner_text()
    desk = people(**TABLET)
    take_up(desk, demo, "counter@example.org", WORDS)
    desk.page.goto(f"{demo.site}/desk/{MERCHANT}/s/{STORE}/board")
    mine = desk.page.locator("[id^=to-pay-]").filter(has_text=number)
    mine.get_by_text(re.compile("^Paid…")).click()
    desk.look("board-to-pay")
    mine.get_by_role("button", name=re.compile("^Paid in cash")).click()
    expect(desk.page.locator("[id^=to-pay-]")).to_have_count(0)
    assert diner.paid() == number
    diner.expect_credited(5)


def test_at_the_till_a_code_does_not_count_and_is_said_before(
    people: People, demo: Demo, tables: dict[str, str], till: Peer
) -> None:
    offer(demo, "THERE10")
    diner = people()
    diner.page.goto(demo.store + "/?code=there10")
    diner.sit(tables["4"])
    diner.add("DES-FAR")
    diner.basket()
    diner.go_on()
    diner.give(demo.member(20))
    diner.tap("Pay at the restaurant's till")
    expect(diner.page.get_by_text("These do not count there")).to_be_visible()
    diner.look("checkout-at-till")
    diner.go_on()
    diner.title("Pay at the restaurant's till")
    diner.look("at-till")
    shop = people(**TABLET)
    shop.page.goto(till.url)
    shop.page.get_by_role("button", name="Paid", exact=True).click()
    diner.paid()
    diner.expect_credited(5)


def test_a_till_that_says_nothing_is_left_the_order_and_the_kitchen_sees_it(
    people: People, demo: Demo, tables: dict[str, str], silent: Peer
) -> None:
    diner = people()
    diner.sit(tables["5"])
    diner.add("DES-FAR")
    diner.basket()
    diner.go_on()
    diner.give(demo.member(20))
    diner.tap("Pay at the restaurant's till")
    expect(diner.page.get_by_text("Your points come from the till")).to_be_visible()
    diner.look("checkout-at-silent-till")
    diner.go_on()
    diner.page.wait_for_url(f"{demo.site}/o/*")
    expect(diner.page.locator(".state-now")).to_have_text("Say your number at the till and pay €5.20 there.")
    expect(diner.page.locator('[data-part="points"]')).to_contain_text("Your points come from the till")
    diner.look("left-to-the-till")
    number = diner.page.locator(".ticket-number").inner_text()
    silent.press(silent.book.everything()["orders"][0]["key"], "paid", silent=True)
    desk = people(**TABLET)
    take_up(desk, demo, "till@example.org", WORDS)
    desk.page.goto(f"{demo.site}/desk/{MERCHANT}/s/{STORE}/board")
    card = desk.page.locator("[id^=order-]").filter(has_text=number).filter(has_text="only the till knows")
    desk.look("board-left-to-the-till")
    card.get_by_role("button", name=re.compile("^Prepare")).click()
    expect(diner.page.locator(".state-now")).to_have_text("The kitchen is preparing your order.")
    card.get_by_role("link").click()
    expect(desk.page.get_by_text("Left to the till: ask there")).to_be_visible()
    desk.look("board-order-left-to-the-till")
    desk.page.get_by_role("button", name="Nobody came", exact=True).press("Enter")
    expect(desk.page.get_by_text("The order is off the board.")).to_be_visible()
    expect(
        desk.page.locator("[id^=order-]").filter(has_text=number).filter(has_text="only the till knows")
    ).to_have_count(0)
    expect(diner.page.locator(".state-now")).to_contain_text("was not paid at the till")
    diner.look("nobody-came")
