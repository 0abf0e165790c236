"""The order board on a tablet: an order comes in by itself, goes over the board, and its diner follows it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import look
from tests.browser.diner import Diner
from tests.browser.open_house import MERCHANT, STORE
from tests.browser.running import Demo
from tests.browser.test_desk import TABLET, take_up
from tests.browser.test_keyboard import Typist

BOARD = f"/desk/{MERCHANT}/s/{STORE}/board"


def open_board(people: Callable[..., Diner], demo: Demo, email: str) -> Page:
    """A tablet in the kitchen, its board open and live."""
    cook = people(**TABLET)
    take_up(cook, demo, email, ("Choose a password", "Open the desk"))
    cook.page.goto(demo.site + BOARD)
    expect(cook.page.get_by_text("Live", exact=True)).to_be_visible()
    return cook.page


def test_an_order_comes_in_by_itself_and_is_handed_over_for_its_code(people: Callable[..., Diner], demo: Demo) -> None:
    board = open_board(people, demo, "board@example.org")
    board.get_by_role("button", name="Sound is off").click()
    diner = people()
    diner.open("/?mode=collect")
    diner.add("DES-FAR")
    diner.basket()
    diner.go_on()
    diner.tap("As soon as possible")
    diner.tap("Continue without points")
    diner.page.locator("#name").fill("Ada")
    diner.pay()
    diner.at_bank("pay")
    number = diner.paid()
    said = diner.page.get_by_role("main")
    card = board.locator("[data-column=new] > li").filter(has_text="Ada")
    expect(card).to_contain_text("Far aux pruneaux")
    expect(card.locator(".board-number")).to_contain_text(number)
    expect(board).to_have_title(re.compile(r"^\(\d+\) "))
    assert int(board.locator("[data-board]").get_attribute("data-rang") or 0) >= 2, (
        "once for the tap, once for the order"
    )
    card.get_by_role("button", name="Seen").click()
    expect(card.get_by_role("button", name="Seen")).to_have_count(0)
    card.get_by_role("button", name="Prepare").click()
    expect(said).to_contain_text("The kitchen is preparing your order.")
    look.check(board, "board", shots=look.wanted())
    Typist(board).press("[data-column=preparing] .button-main")
    expect(said).to_contain_text("Ready. Come and get it!")
    board.get_by_label("Pick-up code").fill(diner.page.locator(".counter-code b").inner_text().lower())
    board.get_by_role("button", name="Check the code").click()
    expect(board.get_by_role("status").first).to_contain_text(f"The code is right: number {number} is ready.")
    look.check(board, "board-order", shots=look.wanted())
    board.get_by_role("button", name="Handed over").click()
    expect(said).to_contain_text("Enjoy your meal!")
    board.get_by_role("link", name="Print the ticket").click()
    expect(board.locator(".ticket80 h1")).to_have_text(number)
    look.check(board, "board-ticket", shots=look.wanted())


def test_sold_out_and_a_pause_reach_a_diner_who_is_choosing(
    people: Callable[..., Diner], demo: Demo, tables: dict[str, str]
) -> None:
    board = open_board(people, demo, "pause@example.org")
    diner = people()
    diner.sit(tables["6"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€")
    board.get_by_role("link", name="Sold out…").click()
    board.get_by_label("Find a dish or an option").fill("far")
    board.keyboard.press("Enter")
    expect(board).to_have_url(re.compile("q=far"))
    look.check(board, "board-sold-out", shots=look.wanted())
    row = board.get_by_role("listitem").filter(has_text="Prune far breton")
    row.get_by_role("button", name="Sold out today").click()
    expect(row).to_contain_text("Sold out until")
    diner.basket()
    expect(diner.page.get_by_role("main")).to_contain_text(re.compile("sold out", re.IGNORECASE))
    row.get_by_role("button", name="Back on sale").click()
    expect(board.get_by_role("status").first).to_contain_text("It is back on sale.")
    board.goto(demo.site + BOARD)
    board.get_by_text("Pause or busy").click()
    board.get_by_role("button", name="30 min", exact=True).click()
    expect(board.get_by_text("Paused until")).to_be_visible()
    look.check(board, "board-paused", shots=look.wanted())
    expect(board.get_by_role("button", name="Take orders again")).to_be_visible()
    diner.page.reload()
    diner.page.wait_for_timeout(1100)
    diner.page.reload()
    expect(diner.page.get_by_role("main")).to_contain_text("does not take orders at the moment")
    board.get_by_role("button", name="Take orders again").click()
    expect(board.get_by_text("Orders are taken", exact=True)).to_be_visible()


def test_a_code_leads_to_its_order_and_the_board_works_without_script(people: Callable[..., Diner], demo: Demo) -> None:
    cook = people(**TABLET, script=False)
    take_up(cook, demo, "plain@example.org", ("Choose a password", "Open the desk"))
    page = cook.page
    page.goto(demo.site + BOARD)
    page.get_by_label("Pick-up code").fill("ZZZZ")
    cook.watch.expect(422)
    page.get_by_role("button", name="Check the code").click()
    expect(page.get_by_role("main")).to_contain_text("No open order of this store has this code.")
    first = page.locator("main .board-card h3 a, main details a").first
    if first.count():
        page.get_by_text("Handed over today").click()
        first.click()
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
