"""Rewards where no number can be proved by message: given on the staff's word, or bought with the programme's PIN."""

import re

import pytest
from sqlalchemy import update

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.test_promotions import BASKET, copy_of, use
from tests.functional.town import HOME, Town
from tests.peers import ADA
from tests.shop import MERCHANT, STORE, Browser
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.models import Order
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.kitchen.number import release_unchecked

BOARD = f"/desk/{MERCHANT}/s/{STORE}/board"
HAND_OVER = "The staff look at the phone with the number ending 78 when they hand it over."


def demand(town: Town, **changes: str | int) -> None:
    """The merchant wants it otherwise."""
    with town.shop.database.transaction() as session:
        session.execute(update(Merchant).where(Merchant.slug == MERCHANT).values(**changes))
    town.shop.catch_up()


def pay(town: Town, browser: Browser) -> tuple[Order, str]:
    """The order placed and paid, and its page's address."""
    link = town.place(browser)
    town.payment.act(town.start(browser, link), "pay")
    browser.get(f"/pay/{link}/return")
    return town.order(), f"/o/{link}"


def given(town: Town) -> tuple[Order, str, Browser]:
    """A far for a reward beside water, paid by whoever typed Ada's number."""
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR", name="Un far offert")
    diner = town.identified(ADA, dish="FRA-EAU", quantity="1")
    assert use(diner, copy).path == BASKET
    return *pay(town, diner), diner


def cook(town: Town) -> Browser:
    hire(town.shop, "cook@example.org", "staff")
    return sign_in(town.shop, "cook@example.org")


def test_the_diner_knows_before_paying_and_the_staff_say_the_word(town: Town) -> None:
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR", name="Un far offert")
    diner = town.identified(ADA, dish="FRA-EAU", quantity="1")
    assert "Ready for this order: the staff look at your phone." in diner.get(f"{HOME}loyalty").text
    assert HAND_OVER in use(diner, copy).text
    page = diner.get(f"{HOME}checkout")
    assert HAND_OVER in page.text
    assert "If it is not your number, they keep the dish your reward offers, or charge it." in page.text
    order, address = pay(town, diner)
    page = diner.get(address)
    assert HAND_OVER in page.text
    assert "Your points come once the staff have looked at your phone" in page.text
    assert "the staff still have to check" in diner.get(f"{HOME}loyalty").text
    assert work_lane(town.shop.wiring, 1) == 0
    staff = cook(town)
    for place in ("", f"/order/{order.id}", f"/order/{order.id}/ticket"):
        assert "Reward: check phone ending 78" in staff.get(f"{BOARD}{place}").text
    page = staff.get(f"{BOARD}/order/{order.id}")
    assert "keep the free dish back, or charge €5.20" in re.sub(r"5,20\s€", "€5.20", page.text)
    page = staff.submit(form=page.form("/number"), button=("word", "theirs"))
    assert "The number was checked: the reward is used." in page.text
    assert "check phone" not in staff.get(BOARD).text
    assert work_lane(town.shop.wiring, 1) >= 1
    (told,) = town.loyalty.ledger()["orders"]
    assert sorted((line["amount"], line.get("reward_id", "")) for line in told["body"]["lines"]) == [
        (0, "rew_far"), (290, ""),
    ]  # fmt: skip
    assert [one["is_used"] for one in town.loyalty.customer(ADA)["owned"]] == [True]
    assert HAND_OVER not in diner.get(address).text


def test_not_theirs_gives_the_reward_back_and_a_day_without_a_word_does(town: Town) -> None:
    order, address, diner = given(town)
    staff = cook(town)
    page = staff.get(f"{BOARD}/order/{order.id}")
    page = staff.submit(form=page.form("/number"), button=("word", "not"))
    assert "Not their number: the reward went back to its owner." in page.text
    late = staff.post(f"{BOARD}/order/{order.id}/number", {"word": "theirs"})
    assert "Somebody was faster" in late.text
    town.later(hours=25)
    assert release_unchecked(town.shop.wiring) == 0
    assert [one["is_used"] for one in town.loyalty.customer(ADA)["owned"]] == [False]
    assert "points are on their way" in diner.get(address).text


def test_only_staff_of_the_store_say_it_and_only_words_we_know(town: Town) -> None:
    order, _address, _diner = given(town)
    staff = cook(town)
    staff.get(f"{BOARD}/order/{order.id}")
    for word in ("", "yes", "theirs ", "💥", "x" * 5000):
        assert staff.post(f"{BOARD}/order/{order.id}/number", {"word": word}).status == 400
    stranger = owner(town.shop, OTHER)
    theirs = f"/desk/{OTHER}/s/marseille-panier/board"
    stranger.get(theirs)
    for board in (BOARD, theirs):
        assert stranger.post(f"{board}/order/{order.id}/number", {"word": "theirs"}).status == 404
    assert staff.post(f"{BOARD}/order/{order.id + 999}/number", {"word": "theirs"}).status == 404
    assert staff.raw(f"{BOARD}/order/{order.id}/number", "POST", data={"word": "theirs"}).status_code in {400, 403}
    assert town.order().number_check == "wanted"


def test_where_nothing_is_shown_before_proof_nothing_is_given_either(town: Town) -> None:
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    demand(town, loyalty_display="strict")
    diner = town.identified(ADA)
    assert use(diner, copy).status == 403
    assert "Points are shown and spent at the counter" in diner.get(f"{HOME}loyalty").text
    assert town.rows("SELECT count(*) FROM basket_reward") == [(0,)]


def test_a_discount_is_not_given_on_the_staffs_word(town: Town) -> None:
    copy = copy_of(town, "rew_two", "voucher_amount", value=200, name="Deux euros")
    diner = town.identified(ADA)
    assert "Deux euros" not in diner.get(BASKET).text, "what cannot be used is not suggested"
    page = use(diner, copy)
    assert page.status == 409
    assert "A discount cannot be taken back once it is paid" in page.text


@pytest.mark.parametrize("proof", ["counter", "pin"])
def test_whatever_the_merchant_asks_for_dishes_can_be_given(town: Town, proof: str) -> None:
    demand(town, spend_proof=proof)
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    assert HAND_OVER in use(town.identified(ADA), copy).text


def test_a_set_menu_is_given_with_its_courses_chosen(town: Town) -> None:
    copy = copy_of(town, "rew_menu", "free_product", external_id="POS-9, MENU-COMPTOIR", name="Une formule")
    diner = town.identified(ADA, dish="FRA-EAU", quantity="1")
    town.prove()
    page = use(diner, copy)
    assert page.path.startswith(f"{HOME}reward/d/MENU-COMPTOIR?")
    assert "Options and supplements with a price are charged." in page.text
    assert diner.submit({"course-galette": "GAL-FROMAGE"}, form=page.form("/reward/d/MENU-COMPTOIR")).status == 422
    courses = {
        "course-galette": "GAL-FROMAGE",
        "course-galette-GAL-FROMAGE-option-cuisson-galette": "croustillante",
        "course-crepe": "CRE-SUCRE",
        "course-boisson": "FRA-LAIT-RIBOT",
    }
    page = diner.submit(courses, form=diner.page.form("/reward/d/MENU-COMPTOIR"))
    assert (page.path, "−€16.90" in page.text) == (BASKET, True)
    order, _address = pay(town, diner)
    assert order.total == 290
    assert work_lane(town.shop.wiring, 1) >= 1
    (told,) = town.loyalty.ledger()["orders"]
    assert sorted((line["amount"], line.get("reward_id", "")) for line in told["body"]["lines"]) == [
        (0, "rew_menu"), (290, ""),
    ]  # fmt: skip


def test_a_reward_of_an_order_being_paid_says_so(town: Town) -> None:
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    diner = town.identified(ADA, dish="FRA-EAU", quantity="1")
    town.prove()
    use(diner, copy)
    town.start(diner, town.place(diner))
    another = town.identified(ADA, dish="FRA-EAU", quantity="1")
    town.prove()
    assert "Held by an order that is being paid." in another.get(f"{HOME}loyalty").text
    assert use(another, copy).status == 409
    assert "held by an order that is being paid" in another.page.text


def test_an_order_that_earns_nothing_says_so(town: Town) -> None:
    copy = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    diner = town.identified(ADA, dish="FRA-EAU", quantity="1")
    town.prove()
    line = next(one for one in diner.get(BASKET).root.all("form") if "/basket/line/" in one.attributes["action"])
    diner.submit(form=line, button=("quantity", "0"))
    use(diner, copy)
    link = town.place(diner)
    diner.get(f"/pay/{link}")
    assert "Nothing was paid, so this order earns no points" in diner.get(f"/o/{link}").text
    assert town.order().total == 0


def test_points_nobody_has_told_us_of_are_not_promised_for_ever(town: Town) -> None:
    diner = town.identified(ADA)
    _order, address = pay(town, diner)
    assert "Your points are on their way" in diner.get(address).text
    with town.shop.database.transaction() as session:
        session.execute(update(Order).values(points_state="sent"))
    town.later(minutes=16)
    assert "The programme has told us no points for this order" in diner.get(address).text
