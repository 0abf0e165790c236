"""The last page offers what the diner's gift card, points and credit can pay, once proved; the balances lead to it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from tests.contract import menu_calls
from tests.functional.programme_house import BASE, House, connect_to, open_house
from tests.shop import Browser, Page, Watched
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.merchant.models import LoyaltyConnection, Merchant
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.promotion.models import RewardPurchase
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.rows import IN_FLIGHT
from webapp.sandbox.faults import Fault
from webapp.usecases.checkout.wanted import order_link
from webapp.usecases.proof.limits import RULES


@pytest.fixture
def house(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At Spoonity, where Ada has 15.00 on her gift card and 120 points of 0.05."""
    with open_house("spoonity", watched, shared_data) as opened:
        yield opened


def _last_page(house: House, *, proved: bool = True, dish: str = "DES-FAR") -> Browser:
    browser = house.diner(dish)
    browser.submit(who="+33612345678")
    if proved:
        with house.shop.database.transaction() as session:
            for visit in session.scalars(select(Visit).where(Visit.customer_id.is_not(None))):
                prove(session, visit.browser, visit.customer_id or 0, "sms", house.shop.clock.now())
    browser.get(f"{BASE}/checkout")
    return browser


def _use(browser: Browser, kind: str, use: str = "1") -> Page:
    return browser.post(f"{BASE}/pay-with", {"kind": kind, "use": use})


def _order(house: House) -> Order:
    with house.shop.database.reading() as session:
        return session.scalars(select(Order).order_by(Order.id.desc())).first() or Order()


def test_a_gift_card_is_chosen_left_and_pays_what_the_page_says(house: House) -> None:
    browser = _last_page(house)
    assert {"Gift card", "€15.00 on it", "worth €6.00"} <= set(browser.page.root.texts())
    total = browser.page.root.first("dd", **{"class": "price"}).text
    page = _use(browser, "gift_card")
    assert (page.path, page.root.first("button", name="use").attributes["value"]) == (f"{BASE}/checkout", "0")
    assert f"-{total}" in page.text.replace("−", "-")
    assert "By bank card" not in page.text  # nothing is left for it
    assert "Place the order" in page.text
    assert "By bank card" not in _use(browser, "gift_card", "0").text
    _use(browser, "gift_card")
    browser.submit(form=browser.page.form(f"{BASE}/checkout"))
    order = _order(house)
    assert (order.state, order.by_value, order.due) == ("paid", order.total, 0)
    assert "Gift card" in browser.page.text
    assert house.rows("SELECT gift FROM person WHERE points=120") == [{"gift": 1500 - order.total}]


def test_a_stranger_to_the_number_is_shown_no_balance_and_can_choose_nothing(house: House) -> None:
    browser = _last_page(house, proved=False)
    assert "15.00" not in browser.page.text
    page = _use(browser, "gift_card")
    assert "Gift card" not in page.text
    shown = page.root.first("input", name="shown").attributes["value"]
    browser.raw(f"{BASE}/checkout", "POST", data={"csrf_token": page.token, "shown": shown})
    assert (_order(house).state, _order(house).by_value) == ("pending", 0)


def test_a_programme_that_dies_at_the_gift_card_leaves_the_basket_and_says_so(house: House) -> None:
    browser = _last_page(house)
    _use(browser, "gift_card")
    house.peer.faults.add(Fault("order", "reset", after=True))
    page = browser.submit(form=browser.page.form(f"{BASE}/checkout"))
    assert "goes back on it by itself" in page.text
    assert _order(house).state == "cancelled"
    again = browser.get(f"{BASE}/checkout")
    assert "still being checked" in again.text
    assert "By bank card" not in again.text


def test_many_points_wait_on_a_new_phone_and_more_than_a_proof_stands_for_ask_for_another(house: House) -> None:
    browser = _last_page(house)
    _use(browser, "points")
    with house.shop.database.transaction() as session:
        session.execute(update(Merchant).values(hold_above=103))
    page = browser.submit(form=browser.page.form(f"{BASE}/checkout"))  # 5.20: 104 points
    assert "this many points can pay in a quarter of an hour" in page.text
    with house.shop.database.transaction() as session:
        session.execute(update(Merchant).values(hold_above=0))
        visit = session.scalars(select(Visit).where(Visit.customer_id.is_not(None))).one()
        bought = {
            "key": "k", "merchant_id": visit.merchant_id, "customer_id": visit.customer_id, "store_id": visit.store_id,
            "reward_id": "r", "name": "", "cost": RULES.points_per_proof, "owned_before": [], "state": "owned",
            "connection_id": session.scalars(select(LoyaltyConnection.id)).one(), "reason": "", "proof": "sms",
            "created_at": house.shop.clock.now() + timedelta(seconds=1),
        }  # fmt: skip
        session.execute(insert(RewardPurchase), [bought])
    page = browser.submit(form=page.form(f"{BASE}/checkout"))
    assert page.path.partition("?")[0] == f"{BASE}/proof"
    assert not _order(house).reference  # nothing was placed


def test_a_payment_loaded_again_while_the_gift_card_is_asked_waits_and_gives_nothing_up(house: House) -> None:
    browser = _last_page(house)
    _use(browser, "gift_card")
    house.peer.faults.add(Fault("order", "reset", after=True))
    browser.submit(form=browser.page.form(f"{BASE}/checkout"))
    order, now = _order(house), house.shop.clock.now()
    with house.shop.database.transaction() as session:  # as it was while the programme had not answered yet
        session.execute(update(Order).values(state="pending"))
        session.execute(update(PaymentAttempt).values(state="created"))
        session.execute(update(ValueMovement).values(state="sent", sent_at=now, look_at=now + IN_FLIGHT))
    page = browser.get(f"/pay/{order_link(house.shop.wiring, order.reference)}")
    assert ("We are checking your payment" in page.text, _order(house).state) == (True, "pending")


def test_a_reward_is_taken_with_the_order_from_the_list_of_rewards(house: House) -> None:
    house.peer.memory.rows("UPDATE person SET points=600 WHERE gift=1500")
    browser = _last_page(house)
    rewards = browser.get(f"{BASE}/loyalty")
    assert "Use on this order for 500 points" in rewards.text
    assert "No points leave before the order is paid." in rewards.text
    form = next(one for one in rewards.root.all("form") if "500 points" in one.text)
    assert browser.submit(form=form).path == f"{BASE}/basket"
    page = browser.get(f"{BASE}/checkout")
    assert "Ten off the bill" in page.text
    _use(browser, "gift_card")
    browser.submit(form=browser.page.form(f"{BASE}/checkout"))
    assert [one["amount"] for one in _order(house).discounts] == [_order(house).subtotal - _order(house).total]
    assert house.rows("SELECT points FROM person WHERE first_name='Ada'") == [{"points": 600}]


def test_the_page_of_balances_leads_to_where_they_pay_while_there_is_something_on_them(house: House) -> None:
    browser = _last_page(house)
    link = browser.get(f"{BASE}/loyalty").root.first("a", **{"class": "promo-link"})
    assert (link.text.strip(), link.attributes["href"]) == ("Pay with it", f"{BASE}/checkout#pay-with")
    house.peer.memory.rows("UPDATE person SET points=0, gift=0 WHERE gift=1500")
    assert "pay with it" not in browser.get(f"{BASE}/loyalty").text.lower()


def test_credit_that_pays_all_of_an_order_can_still_be_left(watched: Watched, shared_data: Path) -> None:
    known = replace(menu_calls.CREDENTIALS, items={"DES-FAR": "700"})
    with open_house("menu", watched, shared_data) as house:
        connect_to(house.shop, "menu", known.to_text())
        house.peer.memory.rows("INSERT INTO item VALUES (700, 'brand-1', 'Far', 520)")
        browser = house.diner("DES-FAR")
        browser.submit(who=menu_calls.ADA_MAIL)
        browser.submit(code=str(house.rows("SELECT value FROM code")[0]["value"]))
        assert "You can pay with it on the last page of your order." in browser.get(f"{BASE}/loyalty").text
        browser.get(browser.page.root.first("a", **{"class": "promo-link"}).attributes["href"].partition("#")[0])
        assert "€15.00 on it" in browser.page.text
        page = _use(browser, "credit")
        assert ("Place the order" in page.text, "Pay without it" in page.text) == (True, True)
        page = _use(browser, "credit", "0")
        assert ("Place the order" in page.text, "Use €" in page.text) == (False, True)
