"""Codes and rewards as diners meet them: typed, linked, chosen, with options, paid, and what the programme was told."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.functional.town import HOME, Town
from tests.http import CLIENT
from tests.peers import ADA, ADA_ID, CLIENT_ID, CLIENT_SECRET, TOKEN, pongo_at
from tests.shop import MERCHANT, Browser, Page
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.promotion.models import BasketReward, Coupon
from webapp.nouns.promotion.offer import Offer, store_offer
from webapp.usecases.delivery.lane import work_lane

BASKET = f"{HOME}basket"
CODES = f"{HOME}codes"
REWARD = f"{HOME}reward"
DESSERTS = " DES-KOUIGN,,POS-1, DES-FAR ,DES-KOUIGN,GAL-NOBODY"


def _coupon(town: Town, **facts: Any) -> None:
    offer = {"name": {"fr": "Dix pour cent", "en": "Ten percent"}, "kind": "percent", "value": 1000} | facts
    with town.shop.database.transaction() as session:
        merchant = session.scalar(select(Merchant.id).where(Merchant.slug == MERCHANT)) or 0
        store_offer(session, merchant, Offer.model_validate(offer), town.moment[0])


def copy_of(town: Town, reward_id: str, kind: str, **facts: Any) -> str:
    """A reward, and a copy of it that Ada has bought; the copy's name."""
    cafe = {"id": "mer_demo", "name": "Demo merchant", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    offer = {"id": reward_id, "type": kind, "name": reward_id, "points": 5, **facts}
    CLIENT.post(f"{town.loyalty.url}/_seed", json={"merchants": [{**cafe, "rewards": [offer]}]}).raise_for_status()
    owned = pongo_at(town.loyalty.api, TOKEN).buy_reward(
        reward_id, member_id=ADA_ID, store_slug="demo-republique", deadline_s=10
    )
    assert owned is not None
    return owned.owned_id


def _type(browser: Browser, code: str) -> Page:
    browser.get(BASKET)
    return browser.submit(form=browser.page.form("/codes"), code=code)


def use(browser: Browser, owned_id: str, **fields: str) -> Page:
    browser.get(BASKET)
    return browser.post(REWARD, {"owned": owned_id, **fields})


def _ada(town: Town, **about: str) -> Browser:
    browser = town.identified(ADA, **about)
    town.prove()
    return browser


def _rows(town: Town, table: Any) -> int:
    with town.shop.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_typed_code_is_taken_off_and_can_be_taken_out(town: Town) -> None:
    _coupon(town, code="TEN")
    browser = town.seated()
    page = _type(browser, " t e n ")
    assert (page.path, page.status) == (BASKET, 200)
    assert "Ten percent" in page.text
    assert "−€1.04" in page.text
    assert "€9.36" in page.text
    assert "€9.36" in browser.get(HOME).text, "the bar of the menu says the same"
    browser.get(BASKET)
    browser.submit(form=next(one for one in browser.page.root.all("form") if "/codes/" in one.attributes["action"]))
    assert "Ten percent" not in browser.page.text


def _told(page: Page, code: str) -> str:
    return " ".join(page.text.replace(code, "CODE").split())


@pytest.mark.parametrize(
    "facts",
    [
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"starts_at": "2030-01-01T00:00:00Z"},
        {"store_slugs": ["lyon-terreaux"]},
        {"modes": ["collect"]},
        {"minimum": 99_999},
        {"hours": [["03:00", "04:00"]]},
        {"skus": ["GAL-SUPER"]},
    ],
)
def test_every_code_this_order_cannot_use_is_refused_in_the_same_words(town: Town, facts: dict[str, Any]) -> None:
    _coupon(town, code="REAL1", **facts)
    browser = town.seated()
    real = _type(browser, "REAL1")
    unknown = _type(browser, "FAKE1")
    assert real.status == unknown.status == 422
    assert _told(real, "REAL1") == _told(unknown, "FAKE1")
    assert "This code cannot be used for this order." in real.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the code first."),
        ("   ", "Type the code first."),
        ("X" * 200, "A code has 40 signs at most."),
        ("🎉", "letters and figures"),
        ("<script>", "letters and figures"),
    ],
)
def test_what_cannot_be_a_code_gets_a_sentence_and_keeps_the_basket(town: Town, typed: str, words: str) -> None:
    page = _type(town.seated(), typed)
    assert page.status == 422
    assert words in page.text
    assert "€10.40" in page.text


def test_a_code_on_an_empty_basket_leads_back_to_it(town: Town) -> None:
    browser = town.shop.browser()
    browser.get(BASKET)
    assert browser.post(CODES, {"code": "TEN"}, token=False).status in {200, 403}


def test_a_link_carries_a_code_to_the_first_basket_that_can_use_it(town: Town) -> None:
    _coupon(town, code="LINK", minimum=1000)
    browser = town.shop.browser()
    assert browser.get(f"{HOME}?code=li%20nk").path == HOME
    browser.get(f"{HOME}t/{town.shop.code()}")
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    page = browser.get(BASKET)
    assert "kept" in page.text
    assert "Ten percent" not in page.text
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    assert "Ten percent" in browser.get(BASKET).text
    with town.shop.database.reading() as session:
        assert session.scalars(select(Coupon.held)).one() == 0, "nothing is held before an order"


def test_the_last_page_and_the_receipt_name_the_discount(town: Town) -> None:
    _coupon(town, code="TEN")
    browser = town.identified()
    _type(browser, "ten")
    assert "−€1.04" in browser.get(f"{HOME}checkout").text
    link = town.place(browser)
    order = town.order()
    assert (order.total, order.discounts[0]["shown_name"]) == (936, "Ten percent")
    town.payment.act(town.start(browser, link), "pay")
    page = browser.get(f"/pay/{link}/return")
    assert "Ten percent" in page.text
    assert "€9.36" in page.text


def test_a_code_that_stopped_counting_is_named_on_the_last_page(town: Town) -> None:
    _coupon(town, code="TEN")
    browser = town.identified()
    _type(browser, "ten")
    assert "Not taken off" not in browser.get(f"{HOME}checkout").text
    _coupon(town, code="TEN", minimum=5000)
    page = browser.get(f"{HOME}checkout")
    assert "Not taken off this order" in page.text
    assert "Ten percent – Add €39.60 more to use it." in page.text


def test_a_choice_among_several_dishes_with_paid_options_is_paid_and_used_once(town: Town) -> None:
    copy = copy_of(town, "rew_dessert", "free_product", external_id=DESSERTS, name="Dessert au choix")
    before = town.loyalty.customer(ADA)["points"]
    browser = _ada(town, dish="FRA-EAU", quantity="1")
    page = use(browser, copy)
    assert "Warm kouign-amann" in page.text
    assert "Prune far breton" in page.text
    page = browser.get(page.link("Choose its options"))
    assert "€5.50 of this dish are offered" in page.text
    group = next(one for one in page.root.all("input", type="radio") if one.attributes["value"])
    page = browser.submit(
        {group.attributes["name"]: group.attributes["value"], "quantity": "5"}, form=page.form("/reward/d/DES-KOUIGN")
    )
    assert page.path == BASKET
    assert "With your reward" in page.text
    assert "−€5.50" in page.text
    assert "€5.10" in page.text, "water 2.90 and a scoop 2.20"
    link = town.place(browser)
    town.payment.act(town.start(browser, link), "pay")
    browser.get(f"/pay/{link}/return")
    order = town.order()
    assert (order.state, order.total) == ("paid", 510)
    assert work_lane(town.shop.wiring, 1) >= 1
    (told,) = town.loyalty.ledger()["orders"]
    assert sorted((line["amount"], line.get("reward_id", "")) for line in told["body"]["lines"]) == [
        (0, "rew_dessert"), (220, ""), (290, ""),
    ]  # fmt: skip
    record = town.loyalty.customer(ADA)
    assert [one["is_used"] for one in record["owned"]] == [True]
    assert record["points"] == before + 5
    assert _rows(town, BasketReward) == 0


def test_a_dish_without_options_is_added_with_one_tap_and_removed_with_one(town: Town) -> None:
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    browser = _ada(town)
    assert use(browser, copy).path == BASKET
    assert "€10.40" in browser.page.text
    line = next(one for one in browser.page.root.all("form") if "With your reward" in one.text)
    page = browser.submit(form=line, button=("quantity", "2"))
    assert page.status == 422
    page = browser.submit(form=browser.page.form(line.attributes["action"]), button=("quantity", "0"))
    assert _rows(town, BasketReward) == 0
    assert "Add to this order" in browser.get(BASKET).text, "it is theirs as before"


@pytest.mark.parametrize("owned", ["", "nobody", "h_" + "0" * 300, "'; DROP TABLE", "🎁"])
def test_a_reward_that_is_not_theirs_is_refused_kindly(town: Town, owned: str) -> None:
    browser = _ada(town)
    page = use(browser, owned)
    assert page.status == 409
    assert "Nothing was spent" in page.text
    assert _rows(town, BasketReward) == 0


def test_a_reward_sold_nowhere_here_is_not_usable_and_not_consumed(town: Town) -> None:
    copy = copy_of(town, "rew_pos", "free_product", external_id="POS-1,POS-2")
    page = use(_ada(town), copy)
    assert "not sold here" in page.text
    assert [one["is_used"] for one in town.loyalty.customer(ADA)["owned"]] == [False]


def test_the_basket_says_what_could_be_used_and_what_is_left(town: Town) -> None:
    copy_of(town, "rew_far", "free_product", external_id="DES-FAR", name="Un far offert")
    page = _ada(town, dish="FRA-EAU", quantity="1").get(BASKET)
    assert "Un far offert" in page.text
    assert "Saves €5.20, your points stay." in page.text
    assert "costs 100 points" in page.text
    assert _rows(town, BasketReward) == 0, "explained, never done"


def test_a_reward_used_at_the_till_meanwhile_leaves_the_order_before_it_is_placed(town: Town) -> None:
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    browser = _ada(town)
    use(browser, copy)
    page = browser.get(f"{HOME}checkout")
    shown = page.root.first("input", name="shown").attributes["value"]
    program = pongo_at(town.loyalty.api, TOKEN)
    owned = program.wallet(ADA_ID, store_slug="demo-republique", deadline_s=10).owned or ()
    program.use_reward(owned[0], member_id=ADA_ID, store_slug="demo-republique", deadline_s=10)
    page = browser.post(f"{HOME}checkout", {"shown": shown})
    assert page.status == 409
    assert "used elsewhere" in page.text
    assert _rows(town, BasketReward) == 0


def test_too_many_guesses_wait_and_the_basket_is_kept(town: Town) -> None:
    browser = town.seated()
    for number in range(10):
        assert "cannot be used" in _type(browser, f"GUESS{number}").text
    page = _type(browser, "GUESS10")
    assert "Too many codes were tried" in page.text
    assert "€10.40" in page.text


def test_a_suggestion_says_which_code_it_would_set_aside(town: Town) -> None:
    _coupon(town, code="TEN")
    copy_of(town, "rew_far", "free_product", external_id="DES-FAR", name="Un far offert")
    browser = _ada(town)
    assert "would be set aside" not in browser.get(BASKET).text
    assert "The code TEN (€1.04) would be set aside." in _type(browser, "ten").text
    with_stacking = _ada(town)
    _coupon(town, code="PLUS", stacks=True)
    assert "would be set aside" not in _type(with_stacking, "plus").text
