"""Rewards and codes with a thumb: got, proved, chosen, paid; and both books compared afterwards."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.browser import look, open_house
from tests.browser.conftest import People
from tests.browser.diner import Diner, menu_names
from tests.browser.running import Demo, digits
from tests.browser.test_board import open_board
from tests.browser.test_keyboard import Typist
from webapp import demo as content
from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount, RewardPurchase
from webapp.nouns.promotion.offer import Offer, store_offer

REFUSED = "This code cannot be used for this order. Check the code, and what it asks for."


@pytest.fixture
def diner(people: People) -> Diner:
    """Somebody whose phone draws plain pixels."""
    return people(device_scale_factor=1)


def _books(demo: Demo, number: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the programme has of a number, and what we have: bought, used, earned."""
    person = demo.person(number)
    assert person is not None
    moves = [one["points"] for one in person["movements"]]
    theirs = {
        "spent": -sum(points for points in moves if points < 0),
        "used": sorted(one["hash"] for one in person["owned"] if one["is_used"]),
    }
    database = demo.database()
    try:
        with database.reading() as session:
            customer = session.scalars(select(Customer).where(Customer.phone == f"+{digits(number)}")).one()
            bought = session.scalars(select(RewardPurchase).where(RewardPurchase.customer_id == customer.id)).all()
            used = session.scalars(
                select(OrderDiscount.owned_id)
                .join(Order)
                .where(Order.customer_id == customer.id, OrderDiscount.state == "used", OrderDiscount.owned_id != "")
            )
            ours = {
                "spent": sum(one.cost or 0 for one in bought if one.state == "owned"),
                "used": sorted(str(one) for one in used),
            }
    finally:
        database.close()
    return theirs, ours


def _pay(diner: Diner, points: int) -> None:
    diner.go_on()
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    diner.expect_credited(points)


def _use(diner: Diner, reward: str) -> None:
    words = diner.say("Add to this order: %(reward)s", reward=reward)
    diner.page.get_by_role("button", name=words).first.click()


def _choose_a_dessert(diner: Diner) -> None:
    """A choice among several dishes, one with a paid option; the number is proved right there."""
    diner.open("/loyalty")
    _use(diner, "Un dessert au choix offert")
    diner.title("Is this number yours?")
    diner.prove(looking=True)
    diner.title("Un dessert au choix offert")
    diner.look("reward-choice")
    diner.tap("Choose %(dish)s and its options", dish="Warm kouign-amann")
    form = diner.page.locator("form.dish-page")
    expect(form).to_contain_text("€5.50 of this dish are offered")
    diner.choose(form, "boule=vanille")
    expect(form.locator("[data-total]")).to_have_text("€2.20")
    diner.look("reward-dish")
    diner.put()
    diner.title("Your basket")
    expect(diner.page.get_by_role("main")).to_contain_text("€5.10")
    diner.look("basket-reward")


def _buy_a_voucher(diner: Diner) -> None:
    """From the sheet of the panel, with the points before and after."""
    main, sums = diner.page.get_by_role("main"), diner.page.locator(".points-sum")
    diner.open("/loyalty")
    diner.page.get_by_role("link", name="Get it for 50 points: 5 € offerts").click()
    expect(sums).to_contain_text(re.compile("405 points.*50 points.*355 points", re.DOTALL))
    diner.page.get_by_role("button", name="Get it for 50 points").click()
    expect(main).to_contain_text("It is yours: 5 € offerts")
    expect(diner.page.locator(".points-number")).to_contain_text("355")
    diner.look("loyalty-bought")
    diner.open("/loyalty/get?reward=rew_crepe")
    expect(sums).to_be_visible()
    diner.look("get-reward")
    diner.open("/loyalty")
    _use(diner, "5 € offerts")
    diner.title("Your basket")
    expect(main).to_contain_text("€2.90")


def test_every_kind_of_reward_is_got_proved_used_and_kept_in_both_books(
    diner: Diner, demo: Demo, tables: dict[str, str]
) -> None:
    number = demo.member(400, "rew_dessert", "rew_vingt")
    diner.sit(tables["4"])
    diner.add("FRA-EAU")
    diner.expect_basket(1, "€2.90")
    diner.open("/identify")
    diner.give(number)
    diner.title("Check and pay")
    _choose_a_dessert(diner)
    _pay(diner, 5)
    diner.sit(tables["4"])
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "€7.90")
    _buy_a_voucher(diner)
    _pay(diner, 2)
    diner.sit(tables["4"])
    diner.add("PAR-PLANCHE")
    diner.expect_basket(1, "€16.90")
    diner.basket()
    _use(diner, "20 % sur la commande")
    expect(diner.page.get_by_role("main")).to_contain_text("€13.52")
    _pay(diner, 13)
    theirs, ours = _books(demo, number)
    assert theirs == ours
    assert (theirs["spent"], len(theirs["used"])) == (50, 3)
    person = demo.person(number)
    assert person is not None
    assert person["points"] == 400 - 50 + 5 + 2 + 13
    assert not any(one["is_locked"] for one in person["owned"])


@pytest.fixture
def codes(demo: Demo) -> None:
    """The codes of the demo's own merchant; a merchant read from a file starts without any."""
    offers = json.loads(content.coupons().read_text("utf-8"))[open_house.MERCHANT]
    database = demo.database()

    def work(session: Session) -> None:
        merchant_id = session.scalars(select(Merchant.id).where(Merchant.slug == open_house.MERCHANT)).one()
        for offer in offers:
            store_offer(session, merchant_id, Offer.model_validate(offer), datetime.now(UTC))

    database.run(work)
    database.close()


def _type(diner: Diner, code: str) -> None:
    diner.page.locator("#code").fill(code)
    diner.tap("Use this code")


def _remove(diner: Diner, code: str) -> None:
    diner.tap("Remove the code %(code)s", code=code)
    expect(diner.page.get_by_role("main")).not_to_contain_text(code)


def test_every_kind_of_code_is_taken_off_and_a_link_carries_one(
    diner: Diner, demo: Demo, tables: dict[str, str], codes: None
) -> None:
    diner.watch.expect(422)
    diner.page.goto(demo.store + "/?code=terrasse")
    diner.sit(tables["5"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.basket()
    main = diner.page.get_by_role("main")
    expect(main).to_contain_text("€4.20")
    _type(diner, "DESSERT")
    expect(diner.page.locator("#code-error, [role=alert]").first).to_contain_text(REFUSED)
    diner.look("codes-refused")
    diner.open("/")
    diner.add("PAR-PLANCHE")
    diner.expect_basket(2, "€21.10")
    diner.basket()
    _remove(diner, "TERRASSE")
    _type(diner, " dessert ")
    expect(main).to_contain_text("€16.90")
    diner.look("codes")
    _remove(diner, "DESSERT")
    _type(diner, "Bienvenue")
    expect(main).to_contain_text("€19.89")
    _remove(diner, "BIENVENUE")
    _type(diner, "UNIQUE")
    expect(main).to_contain_text("€14.10")
    diner.go_on()
    diner.tap("Continue without points")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    expect(diner.page.get_by_role("main")).to_contain_text("First come: €8")


def test_a_reward_is_got_proved_and_used_with_the_keyboard_alone(
    people: People, demo: Demo, tables: dict[str, str]
) -> None:
    diner = people(is_mobile=False, has_touch=False, reduced_motion="reduce")
    hands = Typist(diner.page)
    number = demo.member(100)
    diner.sit(tables["6"])
    diner.add("DES-FAR")
    diner.open("/identify")
    diner.give(number)
    diner.open("/loyalty")
    hands.press('a[href*="reward=rew_cinq"]')
    diner.title("Is this number yours?")
    hands.press('form[action$="/proof/send"] button')
    diner.title("Type your code")
    hands.reach("#code")
    diner.page.keyboard.insert_text(diner.sms_code())
    diner.page.keyboard.press("Enter")
    expect(diner.page.locator(".points-sum")).to_be_visible()
    hands.press("form.confirm .button-main")
    expect(diner.page.get_by_role("main")).to_contain_text("It is yours: 5 € offerts")
    hands.press(".reward-own form button")
    diner.title("Your basket")
    expect(diner.page.get_by_role("main")).to_contain_text("€0.20")
    hands.reach("#code")


@pytest.fixture
def word_of_staff(demo: Demo) -> Iterator[None]:
    """The merchant texts no codes: staff look at the phone when they hand a reward over."""
    _prove_by(demo, "counter")
    yield
    _prove_by(demo, "sms")


def _prove_by(demo: Demo, how: str) -> None:
    database = demo.database()
    with database.transaction() as session:
        merchant_id = session.scalars(select(Merchant.id).where(Merchant.slug == open_house.MERCHANT)).one()
        session.execute(update(Merchant).where(Merchant.id == merchant_id).values(spend_proof=how))
        stamps = {"menu_stamp": Store.menu_stamp + 1}
        session.execute(update(Store).where(Store.merchant_id == merchant_id).values(stamps))
    database.close()


def test_staff_look_at_the_phone_and_the_reward_is_used_in_both_books(
    people: People, diner: Diner, demo: Demo, tables: dict[str, str], word_of_staff: None
) -> None:
    number = demo.member(100, "rew_dessert")
    main, hand_over = diner.page.get_by_role("main"), "The staff look at the phone with the number ending"
    diner.sit(tables["8"])
    diner.add("FRA-EAU")
    diner.open("/identify")
    diner.give(number)
    diner.open("/loyalty")
    _use(diner, "Un dessert au choix offert")
    diner.tap("Add %(dish)s", dish=menu_names("en")["DES-FAR"])
    diner.title("Your basket")
    expect(main).to_contain_text(hand_over)
    diner.look("basket-counter")
    diner.go_on()
    expect(main).to_contain_text("If it is not your number, they keep the dish your reward offers, or charge it.")
    diner.pay()
    diner.at_bank("pay")
    ticket = diner.paid()
    expect(main).to_contain_text(hand_over)
    diner.look("order-counter")
    board = open_board(people, demo, "reward@example.org")
    card = board.locator("[data-column=new] > li").filter(has_text=ticket)
    expect(card).to_contain_text(f"Reward: check phone ending {number[-2:]}")
    card.get_by_role("link").first.click()
    look.check(board, "board-number", shots=look.wanted())
    Typist(board).press('form[action$="/number"] button[value="theirs"]')
    expect(board.get_by_text("The number was checked: the reward is used.").first).to_be_visible()
    expect(main).not_to_contain_text(hand_over)
    diner.expect_credited(2)
    theirs, ours = _books(demo, number)
    assert (theirs, len(theirs["used"])) == (ours, 1)
