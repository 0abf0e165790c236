"""Tips as diners meet them: none chosen for anybody, priced here, paid, on the receipt, and not among the points."""

import json

import pytest
from sqlalchemy import select

from tests.functional.town import HOME, Town
from tests.peers import ADA
from webapp.nouns.merchant.models import Store
from webapp.nouns.outbox.models import OutboxMessage

TIP = f"{HOME}tip"
CHECKOUT = f"{HOME}checkout"
GOODS = 1040  # two far bretons


def take_tips(town: Town, *, on: bool = True) -> None:
    """Let the store take tips, as its desk does."""
    with town.shop.database.transaction() as session:
        store = session.get_one(Store, town.shop.store().id)
        store.tips_on, store.menu_stamp = on, store.menu_stamp + 1
    town.shop.catch_up()


def test_where_no_tips_are_taken_none_is_offered_or_obeyed(town: Town) -> None:
    browser = town.identified()
    assert "Tip" not in browser.page.text
    assert browser.post(TIP, {"tip": "10"}).path == CHECKOUT
    town.place(browser)
    assert (town.order().tip, town.order().total) == (0, GOODS)


def test_nothing_is_chosen_until_the_diner_chooses(town: Town) -> None:
    take_tips(town)
    browser = town.identified()
    pressed = [
        one for one in browser.page.root.all("button", name="tip") if one.attributes.get("aria-pressed") == "true"
    ]
    assert [one.text for one in pressed] == ["No tip"]
    assert browser.page.root.first("input", name="amount").attributes["value"] == ""
    town.place(browser)
    assert (town.order().tip, town.order().total) == (0, GOODS)


def test_a_tip_is_charged_shown_on_every_page_and_earns_nothing(town: Town) -> None:
    take_tips(town)
    browser = town.identified(ADA)
    page = browser.post(TIP, {"tip": "10"})
    assert ("Tip €1.04" in page.text, "Pay €11.44" in page.text) == (True, True)
    link = town.place(browser)
    order = town.order()
    assert (order.tip, order.total, order.subtotal) == (104, GOODS + 104, GOODS)
    assert sum(share["gross"] for share in order.vat) == GOODS
    session = town.start(browser, link)
    town.payment.act(session, "pay")
    receipt = browser.get(f"/pay/{link}/return")
    assert ("Tip €1.04" in receipt.text, "€11.44" in receipt.text) == (True, True)
    with town.shop.database.reading() as database:
        (message,) = database.scalars(select(OutboxMessage).where(OutboxMessage.order_id == order.id))
        payload = json.loads(str(message.payload))
    assert payload["amount"] == GOODS
    assert sum(line["amount"] for line in payload["lines"]) == GOODS
    again = browser.post(f"/o/{link}/again", {})
    assert again.status == 200
    assert "No tip" in [
        one.text
        for one in browser.get(CHECKOUT).root.all("button", name="tip")
        if one.attributes.get("aria-pressed") == "true"
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tip": "99"}, "not one of the tips"),
        ({"tip": "-5"}, "not one of the tips"),
        ({}, "not one of the tips"),
        ({"tip": "own", "amount": ""}, "Type an amount such as €2.00"),
        ({"tip": "own", "amount": "1e9"}, "Type an amount such as €2.00"),
        ({"tip": "own", "amount": "<b>"}, "Type an amount such as €2.00"),
        ({"tip": "own", "amount": "-3"}, "Type an amount such as €2.00"),
        ({"tip": "own", "amount": "10.41"}, "at most €10.40"),
    ],
)
def test_nonsense_is_a_sentence_and_no_tip(town: Town, fields: dict[str, str], sentence: str) -> None:
    take_tips(town)
    browser = town.identified()
    page = browser.post(TIP, fields)
    assert (page.status, sentence in page.text) == (422, True)
    town.place(browser)
    assert town.order().tip == 0


def test_an_own_amount_goes_on_the_total_and_comes_off_again(town: Town) -> None:
    take_tips(town)
    browser = town.identified(language="fr")
    assert "Pourboire 2,50\xa0€".replace("\xa0", " ") in browser.post(TIP, {"tip": "own", "amount": "2,50"}).text
    assert "2,50" not in browser.post(TIP, {"tip": "0"}).text


def test_a_tip_posted_with_the_order_itself_has_no_say(town: Town) -> None:
    take_tips(town)
    browser = town.identified()
    town.place(browser, tip="15", amount="5", tip_amount="500")
    assert town.order().tip == 0


def test_a_store_that_stops_taking_tips_asks_again_instead_of_charging(town: Town) -> None:
    take_tips(town)
    browser = town.identified()
    page = browser.post(TIP, {"tip": "15"})
    shown = page.root.first("input", name="shown").attributes["value"]
    take_tips(town, on=False)
    answer = browser.post(CHECKOUT, {"shown": shown})
    assert (answer.status, "Something changed" in answer.text) == (409, True)
    assert "Pay €10.40" in answer.text
    assert town.rows('SELECT count(*) FROM "order"') == [(0,)]
