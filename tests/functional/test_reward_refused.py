"""What cannot be had is refused with a sentence, and nothing is spent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carrier import Carrier, carrier
from tests.functional.reward_house import BASE, GET, House, open_house
from tests.peers import ADA, BOB
from webapp.ground.db import Database
from webapp.nouns.customer.proof import lock_spending, revoke


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def house(database: Database, shared_data: Path, tmp_path: Path, running: Carrier) -> Iterator[House]:
    running.forget()
    with open_house(database, shared_data, tmp_path, running) as opened:
        yield opened


@pytest.mark.parametrize("reward_id", ["rew_mine", "rew_there", "nobody's", "../../x", "%00", "😀", "x" * 500])
def test_a_reward_of_others_or_of_another_store_is_not_there(house: House, reward_id: str) -> None:
    browser = house.diner(proved=True)
    page = browser.get(f"{GET}?reward={reward_id}")
    assert page.status in {200, 404}
    assert not [one for one in page.root.all("form") if one.attributes.get("action") == GET and one.all("button")]
    fields = {"reward": reward_id, "key": "a" * 40, "cost": "5"}
    assert browser.post(GET, fields).status in {200, 400, 404}
    assert house.debits() == []


@pytest.mark.parametrize(
    "fields",
    [{}, {"reward": "rew_cafe"}, {"key": "x"}, {"key": "a" * 41}, {"key": "\0"}, {"cost": "-5"}, {"cost": "1e3"},
     {"cost": "٢٠"}, {"cost": "9" * 40}, {"reward": "\0"}, {"reward": "x" * 5000}, {"cost": ""}, {"reward": ""}],
)  # fmt: skip
def test_a_form_of_nobodys_making_buys_nothing(house: House, fields: dict[str, str]) -> None:
    browser = house.diner(proved=True)
    house.confirm(browser)
    whole = {"reward": "rew_cafe", "key": "a" * 40, "cost": "20"} if fields else {}
    assert browser.post(GET, whole | fields).status in {200, 400}
    assert house.debits() == []


@pytest.mark.parametrize("extra", [{"points": "-1"}, {"store_slug": "x"}, {"customer": "1"}, {"customer_id": "2"}])
def test_further_fields_mean_nothing(house: House, extra: dict[str, str]) -> None:
    browser = house.diner(proved=True)
    house.confirm(browser)
    assert "It is yours" in browser.submit(extra, form=browser.page.form("/loyalty/get")).text
    assert house.debits() == [20]


def test_a_price_of_ones_own_is_not_paid(house: House) -> None:
    browser = house.diner(proved=True)
    house.confirm(browser, "rew_eur")
    page = browser.submit(form=browser.page.form("/loyalty/get"), cost="1")
    assert "Not bought. No points were spent. Its price in points has changed." in page.text
    assert house.debits() == []


def test_too_few_points_have_no_button(house: House) -> None:
    page = house.confirm(house.diner(proved=True), "rew_dear")
    assert "4600 points to go" in page.text
    assert not page.root.all("button", class_="button-main")


def test_the_fourth_reward_of_a_day_waits(house: House) -> None:
    browser = house.diner(proved=True)
    for _ in range(3):
        house.buy(browser, "rew_odd")
    assert "Three rewards a day is the most" in house.confirm(browser, "rew_odd").text
    assert house.debits() == [10, 10, 10]


def test_a_locked_number_is_led_to_proof(house: House) -> None:
    browser = house.diner(proved=True)
    form = house.confirm(browser).form("/loyalty/get")
    house.shop.database.run(lambda session: lock_spending(session, house.customer().id, house.shop.clock.now()))
    assert browser.submit(form=form).path.startswith(f"{BASE}/proof")
    assert house.debits() == []


def test_where_no_message_can_be_sent_rewards_are_had_at_the_counter(house: House) -> None:
    browser = house.diner()
    house.demand(spend_proof="counter")
    page = house.confirm(browser)
    assert "Rewards can be had at the counter." in page.text
    assert not page.root.all("button", class_="button-main")
    assert browser.post(GET, {"reward": "rew_cafe", "key": "a" * 40, "cost": "20"}).status == 200
    assert house.debits() == []


def test_the_programmes_own_pin_proves_the_number(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    house.demand(spend_proof="pin")
    browser = house.diner(BOB)
    page = house.confirm(browser)
    assert page.root.first("input", name="pin").attributes["type"] == "password"
    assert "The PIN has 4 digits." in browser.submit(form=page.form("/loyalty/get"), pin="12").text
    wrong = browser.submit(form=browser.page.form("/loyalty/get"), pin="1234")
    assert "asks for the PIN of your loyalty account" in wrong.text
    house.confirm(browser)
    assert "It is yours" in browser.submit(form=browser.page.form("/loyalty/get"), pin="4711").text
    assert house.debits(BOB) == [20]
    assert "4711" not in "".join(capfd.readouterr())
    assert "4711" not in str([vars(row) for row in house.purchases()])


def test_with_a_pin_and_no_messages_a_reward_is_bought_and_put_on_the_order(
    database: Database, shared_data: Path, tmp_path: Path, running: Carrier
) -> None:
    with open_house(database, shared_data, tmp_path, running, sms_provider="none") as house:
        house.demand(spend_proof="pin")
        browser = house.diner(BOB)
        page = house.confirm(browser)
        assert "It is yours" in browser.submit(form=page.form("/loyalty/get"), pin="4711").text
        page = browser.get(f"{BASE}/loyalty")
        assert "Ready for this order." in page.text, "the programme has looked at the PIN"
        browser.submit(form=page.form("/reward"))
        assert browser.submit(form=browser.page.form("CHA-ESPRESSO")).path == f"{BASE}/basket"
        assert "look at the phone" not in browser.page.text
        stranger = house.diner(BOB)
        assert "PIN" in house.confirm(stranger).text, "a proof is one browser's"
        house.demand(loyalty_display="strict")
        assert "Points are shown and spent at the counter" in house.diner(BOB).get(f"{BASE}/loyalty").text


def test_a_reward_in_the_basket_whose_proof_is_over_leads_to_proof(house: House) -> None:
    browser = house.diner(proved=True)
    copy = next(one["hash"] for one in house.programme.customer(ADA)["owned"] if one["reward_id"] == "rew_cafe")
    browser.post(f"{BASE}/reward", {"owned": copy})
    browser.submit(form=browser.page.form("CHA-ESPRESSO"))
    with house.shop.database.transaction() as session:
        revoke(session, house.customer().id, house.shop.clock.now())
    page = browser.get(f"{BASE}/basket")
    assert "Confirm your number again to use it, or take it out." in page.text
    assert browser.get(page.link("Confirm your number")).path.startswith(f"{BASE}/proof")


def test_a_programme_that_asks_a_proved_number_for_its_pin_gets_it(house: House) -> None:
    browser = house.diner(BOB, proved=True)
    assert not house.confirm(browser).root.all("input", name="pin")
    assert "asks for the PIN" in browser.submit(form=browser.page.form("/loyalty/get")).text
    house.confirm(browser)
    assert "It is yours" in browser.submit(form=browser.page.form("/loyalty/get"), pin="4711").text


def test_five_wrong_pins_a_day_are_the_most(house: House) -> None:
    house.demand(spend_proof="pin")
    browser = house.diner(BOB)
    for _ in range(5):
        house.confirm(browser)
        browser.submit(form=browser.page.form("/loyalty/get"), pin="0000")
    house.confirm(browser)
    page = browser.submit(form=browser.page.form("/loyalty/get"), pin="4711")
    assert "Too many PINs were tried today" in page.text
    assert house.debits(BOB) == []


def test_a_post_without_its_token_is_refused(house: House) -> None:
    browser = house.diner(proved=True)
    form = house.confirm(browser).form("/loyalty/get")
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    fields.pop("csrf_token")
    assert browser.raw(GET, "POST", data=fields).status_code in {400, 403}
    assert house.debits() == []
