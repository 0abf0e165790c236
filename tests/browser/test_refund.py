"""Money back from a tablet: looked over, asked once; the diner and the programme's own ledger then say the same."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.open_house import MERCHANT, STORE
from tests.browser.running import Demo
from tests.browser.test_desk import TABLET, take_up
from webapp.nouns.order.models import Order

SOON: dict[str, Any] = {"timeout": 20_000}


def paid_for(diner: Diner, number: str, tables: dict[str, str]) -> Diner:
    """Two fars at a table, paid, their points credited."""
    diner.sit(tables["12"])
    for count, total in ((1, "5,20"), (2, "10,40")):
        diner.add("DES-FAR")
        diner.expect_basket(count, total)
    diner.basket()
    diner.go_on()
    diner.give(number)
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    expect(diner.page.locator('[data-part="points"]')).to_contain_text("points crédités", **SOON)
    return diner


def test_a_manager_refunds_a_dish_then_the_rest_and_the_points_go_back(
    people: People, demo: Demo, tables: dict[str, str]
) -> None:
    number = demo.member(64)
    diner = paid_for(people(language="fr"), number, tables)
    with (database := demo.database()).reading() as session:
        order = session.query(Order).order_by(Order.id.desc()).first()
    database.close()
    assert order is not None
    earned = (demo.person(number) or {})["points"]
    assert earned > 64

    desk = people(**TABLET)
    take_up(desk, demo, "money@example.org", ("Choose a password", "Open the desk"))
    page = desk.page
    address = f"{demo.site}/desk/{MERCHANT}/s/{STORE}/orders/{order.id}/refund"
    page.goto(address)
    desk.look("desk-refund")
    page.get_by_label("Only these dishes:").check()
    page.locator("#units-0").fill("1")
    page.get_by_label("Reason").select_option("quality")
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("Give back")
    desk.look("desk-refund-asked")
    page.get_by_role("button", name=re.compile("^Give back")).press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The refund is asked for.")
    page.wait_for_timeout(1500)
    page.goto(address)
    expect(page.get_by_text("credit note A-")).to_be_visible()
    diner.page.reload()
    expect(diner.page.get_by_role("main")).to_contain_text("remboursés aujourd’hui")
    diner.look("order-part-refunded-fr")

    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=re.compile("^Give back")).click()
    expect(diner.page.get_by_role("main")).to_contain_text("Cette commande a été remboursée", **SOON)
    expect(diner.page.locator('[data-part="points"]')).to_contain_text("ont été repris", **SOON)
    diner.look("order-refunded-fr")
    page.goto(address)
    expect(page.get_by_text("The loyalty programme has cancelled this order and its points.")).to_be_visible()
    desk.look("desk-refunded")
    assert (demo.person(number) or {})["points"] == 64
    page.goto(f"http://127.0.0.1:{demo.port + 1}/")
    expect(page.get_by_text("canceled").first).to_be_visible()

    diner.page.get_by_role("link", name="à imprimer").click()
    expect(diner.page.get_by_role("heading", level=2)).to_have_count(2)
    diner.look("receipt-fr")
