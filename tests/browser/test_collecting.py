"""From home: a store, a time in its own zone, the order, and what the kitchen and the programme are told."""

import re

from playwright.sync_api import expect

from tests.browser import open_house
from tests.browser.diner import Diner
from tests.browser.running import Demo, digits


def test_a_member_collects_at_a_chosen_time(diner: Diner, demo: Demo) -> None:
    number = demo.member(10)
    diner.page.goto(demo.site)
    diner.tap("See the stores")
    card = diner.page.get_by_role("listitem").filter(has_text="Paris République")
    card.get_by_role("link", name="Order to collect").click()
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "€7.90")
    diner.basket()
    diner.go_on()
    diner.title("When will you collect?")
    chosen = diner.page.locator("button.time:enabled").nth(5)
    time = chosen.inner_text()
    chosen.click()
    diner.title("Earn points with this order?")
    diner.give(number)
    diner.title("Check and pay")
    expect(diner.page.locator(".facts")).to_contain_text(re.compile(f"at {time}.*Time in Paris", re.DOTALL))
    diner.page.get_by_label("Name to call").fill("Ada")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    expect(diner.page.locator(".ticket-place")).to_contain_text(time)
    expect(diner.page.locator(".counter-code b")).to_have_text(re.compile(r"^[A-Z0-9]{4}$"))
    expect(diner.page.locator(".facts")).to_contain_text("Ada")
    diner.expect_credited(7)
    [order] = [
        one["body"]
        for one in demo.programme()["orders"]
        if (one["body"]["customer"] or {}).get("international_phone_number") == digits(number)
    ]
    assert f"T{time}:00" in order["withdrawal_at"]
    assert order["amount"] == 790


def test_the_soonest_time_is_one_tap_and_the_time_can_be_changed_later(diner: Diner) -> None:
    diner.open("/?mode=collect")
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.open("/slot")
    diner.page.get_by_role("button", name="As soon as possible").click()
    diner.tap("Continue without points")
    diner.title("Check and pay")
    diner.page.get_by_role("link", name="Change: Collect").click()
    last = diner.page.locator("button.time:enabled").nth(9)
    time = last.inner_text()
    last.click()
    diner.title("Check and pay")
    expect(diner.page.locator(".facts")).to_contain_text(time)


def test_a_store_the_programme_does_not_know_still_sells(diner: Diner, demo: Demo) -> None:
    tables = demo.tables(store=open_house.ELSEWHERE)
    diner.page.goto(tables["1"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.basket()
    diner.go_on()
    diner.give(demo.member(3))
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
