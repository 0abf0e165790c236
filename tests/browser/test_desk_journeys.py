"""Whole journeys of a merchant on a tablet and a diner beside it: connect, map, sell, hand over; tables; the store."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import look
from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.open_house import ELSEWHERE, MERCHANT, STORE
from tests.browser.running import Demo, digits
from tests.browser.test_desk import TABLET, take_up

LYON, SLUG = "lyon-terreaux", "sarrasin-terreaux"
WORDS = ("Choose a password", "Open the desk")
SOON: dict[str, Any] = {"timeout": 25_000}


def owner_of(people: People, demo: Demo, email: str) -> Page:
    """A new owner's tablet, at the first page of the desk."""
    person = people(**TABLET)
    take_up(person, demo, email, WORDS)
    return person.page


def at(page: Page, demo: Demo, path: str) -> Page:
    """A page of the merchant's desk."""
    page.goto(f"{demo.site}/desk/{MERCHANT}/{path}")
    return page


def row_of(page: Page, store: str) -> Locator:
    """The row of a store in a table."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(f"^{store}")))


def map_store(page: Page, demo: Demo, store: str, place: str) -> None:
    """Say which of the programme's places a store is. `place`: words of it, "none" for none."""
    row = row_of(at(page, demo, "stores"), store)
    chosen = row.locator("option").filter(has_text=place).first.get_attribute("value")
    row.locator("select").select_option(chosen)
    row.get_by_role("button", name="Save").press("Enter")


def order_in_lyon(diner: Diner, number: str) -> str:
    """A dish of the store in Lyon, paid; the number called out at its counter."""
    diner.page.goto(f"{diner.demo.site}/r/{MERCHANT}/{LYON}/?mode=collect")
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.basket()
    diner.go_on()
    diner.tap("As soon as possible")
    diner.give(number)
    diner.title("Check and pay")
    diner.page.locator("#name").fill("Lou")
    diner.pay()
    diner.at_bank("pay")
    return diner.paid()


def told(demo: Demo, number: str) -> list[dict[str, Any]]:
    """What the programme was told of somebody's orders."""
    orders = [one["body"] for one in demo.programme()["orders"]]
    return [one for one in orders if (one["customer"] or {}).get("international_phone_number") == digits(number)]


def test_an_owner_connects_maps_sells_and_hands_over_and_the_programme_has_it(people: People, demo: Demo) -> None:
    page, number = owner_of(people, demo, "first@example.org"), demo.member(30)
    at(page, demo, "loyalty").get_by_role("button", name="Disconnect").press("Enter")
    expect(page.get_by_text("Not connected.")).to_be_visible()
    look.check(page, "desk-loyalty-not-connected", shots=look.wanted())
    page.get_by_role("button", name="Connect Pongo").press("Enter")
    page.get_by_role("button", name="Allow").press("Enter")
    page.wait_for_url(f"**/desk/{MERCHANT}/stores")
    for store in ("Paris République", "Saint-Denis Barachois"):
        map_store(page, demo, store, store)
    map_store(page, demo, "Lyon Terreaux", "none")
    row = row_of(page, "Lyon Terreaux")
    expect(row).to_contain_text(re.compile("Suggestion|Not mapped"))
    look.check(page, "desk-stores-suggestion", shots=look.wanted())
    diner = people()
    called = order_in_lyon(diner, number)
    page.goto(f"{demo.site}/desk/{MERCHANT}/")
    waiting = re.compile("orders? waits?: (its|their) store is not mapped to the programme's.")
    expect(page.get_by_text(waiting)).to_be_visible(**SOON)
    assert told(demo, number) == [], "nothing leaves without the right store"
    map_store(page, demo, "Lyon Terreaux", "Lyon Terreaux")
    expect(row.get_by_text("Mapped", exact=True)).to_be_visible()
    page.goto(f"{demo.site}/desk/{MERCHANT}/s/{LYON}/board")
    card = page.locator("[data-column=new] > li").filter(has_text="Lou")
    expect(card.locator(".board-number")).to_contain_text(called)
    card.get_by_role("button", name="Prepare").press("Enter")
    page.locator("[data-column=preparing] .button-main").press("Enter")
    page.get_by_label("Pick-up code").fill(diner.page.locator(".counter-code b").inner_text())
    page.get_by_role("button", name="Check the code").press("Enter")
    page.get_by_role("button", name="Handed over").press("Enter")
    expect(diner.page.get_by_role("main")).to_contain_text("Enjoy your meal!")
    diner.expect_credited(5)
    [order] = told(demo, number)
    assert (order["loyalty_store_slug"], order["amount"]) == (SLUG, 520)
    assert (demo.person(number) or {})["points"] == 35
    shown = at(page, demo, "deliveries").get_by_role("row").filter(has_text="Lyon Terreaux").first
    expect(shown).to_contain_text("credited", ignore_case=True)
    look.check(page, "desk-deliveries-credited", shots=look.wanted())


def seat(diner: Diner, code: str) -> None:
    """Type the code of a table at the merchant's short address."""
    diner.page.goto(f"{diner.demo.site}/r/{MERCHANT}/")
    diner.page.get_by_label("Type the code on the table").fill(code)
    diner.tap("Sit at this table")


def test_a_run_of_tables_is_printed_typed_and_revoked(people: People, demo: Demo) -> None:
    page, diner = owner_of(people, demo, "tables@example.org"), people()
    tables = f"s/{STORE}/tables"
    at(page, demo, tables).get_by_label("Name before the number").fill("Salon")
    page.get_by_label("From").fill("1")
    page.get_by_label("To", exact=True).fill("2")
    page.get_by_role("button", name="Make the run").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("2 tables are made. Print their codes.")
    for name in ("Salon 1", "Salon 2"):
        page.get_by_label(f"Print {name}").check()
    page.get_by_role("button", name="Print the sheets").press("Enter")
    expect(page.locator("article.tent")).to_have_count(2)
    sheet = page.locator("article.tent").filter(has_text="Salon 1")
    expect(sheet).to_contain_text(f"/r/{MERCHANT}/")
    code = sheet.locator(".tent-letters").inner_text()
    look.check(page, "desk-sheets", shots=look.wanted())
    diner.page.goto(f"{demo.site}/r/{MERCHANT}/")
    look.check(diner.page, "arrival-with-code", shots=look.wanted())
    seat(diner, code.lower().replace(" ", ""))
    expect(diner.page.get_by_role("heading", level=1)).to_have_text("Paris République")
    expect(diner.page.get_by_text("Salon 1").first).to_be_visible()
    printed = demo.tables()["Salon 1"]
    at(page, demo, tables).get_by_role("link", name="Rename or revoke Salon 1").press("Enter")
    page.get_by_role("button", name="Revoke for good").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("no longer works")
    other = people()
    other.watch.expect(410)
    other.watch.expect(422)
    other.page.goto(printed)
    expect(other.page.get_by_role("heading", level=1)).to_have_text("This code is no longer in use")
    look.check(other.page, "scan-revoked", shots=look.wanted())
    seat(other, code)
    expect(other.page.get_by_role("alert").first).to_be_visible()


def save(page: Page) -> None:
    """Save the page of settings shown."""
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved.")


def test_hours_tips_and_consent_words_reach_a_telephone(people: People, demo: Demo, tables: dict[str, str]) -> None:
    page, diner = owner_of(people, demo, "store@example.org"), people()
    at(page, demo, f"s/{ELSEWHERE}/settings/hours")
    days = page.locator("main input.input").all()
    assert len(days) == 7
    for day in days:
        day.fill("")
    save(page)
    diner.page.goto(f"{demo.site}/r/{MERCHANT}/")
    expect(diner.page.get_by_role("listitem").filter(has_text="Nantes Bouffay")).to_contain_text("Closed")
    for day in at(page, demo, f"s/{ELSEWHERE}/settings/hours").locator("main input.input").all():
        day.fill("0-24")
    save(page)
    at(page, demo, f"s/{STORE}/settings/tips").get_by_label("Take tips").check()
    save(page)
    at(page, demo, "consent").locator("[name=email_en]").fill("Shall {merchant} write to you about pancakes?")
    page.get_by_role("button", name="Save").press("Enter")
    try:
        diner.sit(tables["3"])
        diner.add("DES-FAR")
        diner.expect_basket(1, "€5.20")
        diner.open("/identify")
        diner.give(demo.new_number())
        expect(diner.page.get_by_role("main")).to_contain_text("Shall Comptoir Sarrasin write to you about pancakes?")
        diner.tap("Join and earn points")
        diner.page.locator('button[name="tip"][value="10"]').press("Enter")
        look.check(diner.page, "checkout-with-tip", shots=look.wanted())
        diner.pay()
        diner.at_bank("pay")
        diner.paid()
        expect(diner.page.get_by_role("main")).to_contain_text(re.compile(r"Tip\s*€0\.52"))
    finally:
        at(page, demo, "consent").locator("[name=email_en]").fill("")
        page.get_by_role("button", name="Save").press("Enter")
        at(page, demo, f"s/{STORE}/settings/tips").get_by_label("Take tips").uncheck()
        save(page)
