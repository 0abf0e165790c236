"""At the table: scan, order, give a number, pay, earn; and what both servers then know."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.running import Demo, digits


def _orders_of(demo: Demo, number: str) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = demo.programme()["orders"]
    return [
        one for one in orders if (one["body"]["customer"] or {}).get("international_phone_number") == digits(number)
    ]


def test_a_member_orders_pays_and_sees_the_points_credited(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    number = demo.member(64, "rew_cafe")
    diner.sit(tables["12"])
    expect(diner.page.locator(".place-words")).to_contain_text("Table 12")
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "€7.90")
    form = diner.dish("GAL-COMPLETE")
    diner.choose(form, "cuisson-galette=doree", "oeuf=miroir", "supplements=emmental")
    expect(form.locator("[data-total]")).to_have_text("€11.30")
    diner.put()
    diner.expect_basket(2, "€19.20")
    diner.basket()
    diner.go_on()
    diner.title("Earn points with this order?")
    diner.give(number)
    diner.title("Check and pay")
    expect(diner.page.get_by_role("main")).to_contain_text(f"The number ending {number[-2:]}")
    diner.pay()
    session = diner.session()
    diner.at_bank("pay")
    shown = diner.paid()
    expect(diner.page.locator('[data-part="points"]')).to_contain_text(re.compile("on their way|credited"))
    diner.expect_credited(19)

    person = demo.person(number)
    assert person is not None
    assert person["points"] == 64 + 19
    [order] = _orders_of(demo, number)
    body = order["body"]
    assert (body["amount"], body["loyalty_store_slug"]) == (1920, "sarrasin-republique")
    assert [(line["quantity"], line["amount"]) for line in body["lines"]] == [(1, 790), (1, 980), (1, 150)]
    assert order["times"] == 1
    [paid] = [one for one in demo.bank()["sessions"] if one["id"] == session]
    assert (paid["amount"], paid["currency"], len(paid["captures"])) == (1920, "EUR", 1)
    assert shown in paid["description"]


def test_a_guest_orders_without_a_number(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    diner.sit(tables["3"])
    diner.add("DES-FAR")
    diner.basket()
    diner.go_on()
    diner.tap("Continue without points")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    expect(diner.page.get_by_role("main")).not_to_contain_text("on their way")


def test_people_at_two_tables_share_nothing(people: People, tables: dict[str, str]) -> None:
    one, other = people(), people()
    one.sit(tables["5"])
    other.sit(tables["6"])
    one.add("DES-FAR")
    one.expect_basket(1, "€5.20")
    other.page.reload()
    expect(other.page.locator(".basket-bar")).to_have_count(0)
