"""Everything that can happen between the pay button and the receipt; both ledgers agree with the page each time."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.diner import Diner
from tests.browser.running import Demo
from tests.payment_peer import until


def _session(demo: Demo, session_id: str) -> dict[str, Any]:
    return next(one for one in demo.bank()["sessions"] if one["id"] == session_id)


def _captured(demo: Demo, session_id: str) -> list[int]:
    return [one["amount"] - one["refunded"] for one in _session(demo, session_id)["captures"]]


@pytest.fixture
def guest(diner: Diner, tables: dict[str, str]) -> Diner:
    """Somebody at a table, on the last page, without a number."""
    diner.sit(tables["7"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.open("/identify")
    diner.tap("Continue without points")
    diner.title("Check and pay")
    return diner


def test_a_declined_card_leaves_the_basket_and_can_be_tried_again(guest: Diner, demo: Demo) -> None:
    guest.pay()
    guest.at_bank("decline")
    expect(guest.page.get_by_role("heading", name="Card refused")).to_be_visible()
    session = guest.session()
    guest.at_bank("cancel")
    expect(guest.page.get_by_role("main")).to_contain_text("Nothing was charged. Your basket is as you left it.")
    guest.tap("Back to the basket")
    expect(guest.line("DES-FAR")).to_contain_text("€5.20")
    guest.go_on()
    guest.pay()
    again = guest.session()
    guest.at_bank("pay")
    guest.paid()
    assert _captured(demo, session) == []
    assert _captured(demo, again) == [520]


def test_a_cancelled_payment_is_closed_at_the_provider_and_can_be_begun_again(guest: Diner, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.at_bank("cancel")
    guest.title("The payment was cancelled")
    assert _session(demo, session)["state"] == "expired"
    guest.tap("Try again")
    guest.pay()
    guest.at_bank("pay")
    guest.paid()


def test_the_bank_may_ask_for_a_confirmation(guest: Diner) -> None:
    guest.pay()
    guest.at_bank("confirm")
    guest.page.get_by_role("button", name="Confirm €5.20").click()
    guest.paid()


def test_a_tab_closed_after_paying_loses_nothing(guest: Diner, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.at_bank("close")
    expect(guest.page.get_by_role("heading", name="Paid")).to_be_visible()
    later = guest.another_tab()
    guest.page.close()
    link = _session(demo, session)["return_url"].split("/")[-2]
    paid = next(one for one in demo.bank()["events"] if one["session"] == session)
    until(lambda: demo.delivered(paid["id"]))
    later.page.goto(f"{demo.site}/o/{link}")
    expect(later.page.locator(".state-now")).to_have_text("Paid. The kitchen has your order.")
    later.open("/basket")
    later.title("Your basket is empty")


def test_a_payment_nobody_called_back_about_is_found_by_the_return_page(guest: Diner, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.never_called_back()
    guest.at_bank("pay")
    guest.paid()
    events = [one for one in demo.bank()["events"] if one["session"] == session and "captured" in one["kind"]]
    assert [one["state"] for one in events] == ["withheld"]


def test_a_payment_told_by_nobody_is_found_by_the_reconciler_alone(guest: Diner, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.never_called_back()
    guest.at_bank("close")
    expect(guest.page.get_by_role("heading", name="Paid")).to_be_visible()
    demo.let_a_minute_pass(_session(demo, session)["reference"])
    link = _session(demo, session)["return_url"].split("/")[-2]
    until(lambda: demo.order_state(_session(demo, session)["reference"]) == "paid")
    guest.page.goto(f"{demo.site}/o/{link}")
    guest.paid()


def test_paying_twice_gives_the_second_payment_back(guest: Diner, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.at_bank("twice")
    guest.paid()
    until(lambda: sorted(_captured(demo, session)) == [0, 520])


def test_two_tabs_pay_one_order_once(guest: Diner, demo: Demo) -> None:
    other = guest.another_tab()
    other.open("/checkout")
    guest.pay()
    first = guest.session()
    other.pay()
    second = other.session()
    other.at_bank("pay")
    other.paid()
    guest.page.reload()
    over = first == second or _session(demo, first)["state"] == "expired"
    assert over
    assert sum(_captured(demo, first) if first != second else []) + sum(_captured(demo, second)) == 520
    guest.page.locator("a.main").click()
    expect(guest.page.get_by_role("heading", level=1)).to_be_visible()


def test_going_back_after_paying_offers_nothing_to_pay_again(guest: Diner, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.at_bank("pay")
    guest.paid()
    guest.page.go_back()
    expect(guest.page.locator('button[value="pay"]')).to_have_count(0)
    guest.open("/checkout")
    guest.title("Your basket is empty")
    assert _captured(demo, session) == [520]
