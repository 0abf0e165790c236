"""Points become rewards: one honest page before they are spent, once, and the truth when an answer is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carrier import Carrier, carrier
from tests.functional.reward_house import BASE, GET, LONGER, PANEL, House, open_house
from tests.peers import ADA, BOB
from webapp.ground.db import Database
from webapp.usecases.proof.messages import send_waiting

CUTS = ["hang", "reset", "error", "drip"]


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def house(database: Database, shared_data: Path, tmp_path: Path, running: Carrier) -> Iterator[House]:
    running.forget()
    with open_house(database, shared_data, tmp_path, running) as opened:
        yield opened


def test_a_reward_is_got_with_the_points_before_and_after(house: House) -> None:
    browser = house.diner(proved=True)
    page = browser.get(browser.get(PANEL).link("Get it for 20 points"))
    assert "You have 400 points It costs − 20 points Left afterwards 380 points" in page.text
    page = browser.submit(form=page.form("/loyalty/get"))
    assert page.path.startswith(PANEL)
    assert "It is yours: Un espresso offert It cost 20 points. You have 380 points left." in page.text
    assert len([one for one in page.root.all("li", class_="reward-own") if "espresso" in one.text]) == 2
    assert house.debits() == [20]
    assert "380 points" in browser.get(PANEL).text


def test_double_click_refresh_back_and_two_tabs_are_one_debit(house: House) -> None:
    browser = house.diner(proved=True)
    first = house.confirm(browser).form("/loyalty/get")
    second = house.confirm(browser).form("/loyalty/get")
    for form in (first, first, second, second):
        assert "It is yours" in browser.submit(form=form).text
    assert house.debits() == [20]


def test_a_tab_left_open_before_another_purchase_asks_again(house: House) -> None:
    browser = house.diner(proved=True)
    old = house.confirm(browser, "rew_eur").form("/loyalty/get")
    house.buy(browser)
    page = browser.submit(form=old)
    assert "Something has changed since the page was opened. Nothing was spent." in page.text
    assert "You have 380 points It costs − 100 points" in page.text
    assert house.debits() == [20]


def test_the_script_gets_the_lists_to_put_in_place(house: House) -> None:
    browser = house.diner(proved=True)
    form = house.confirm(browser).form("/loyalty/get")
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    page = browser.post(GET, fields, X_Fragment="1")
    part = page.root.first("div", data_part="loyalty")
    assert part.attributes["data-message"].startswith("It is yours: Un espresso offert")
    assert part.first("div", class_="notice-success")


def test_the_owner_is_told_what_was_spent(house: House) -> None:
    house.buy(house.diner(proved=True))
    send_waiting(house.shop.wiring)
    [message] = house.carrier.messages()
    assert message["to"] == ADA
    assert "20" in message["text"]
    assert "/not-me/" in message["text"]


def test_whoever_has_not_proved_the_number_does_that_first_and_comes_back(house: House) -> None:
    browser = house.diner()
    page = browser.get(browser.get(PANEL).link("Get it for 20 points"))
    assert page.path.startswith(f"{BASE}/proof")
    browser.submit(form=page.form("/proof/send"))
    page = browser.submit(form=browser.page.form("/proof"), code=house.carrier.code())
    assert page.path == GET
    assert "Left afterwards 380 points" in page.text
    assert "It is yours" in browser.submit(form=page.form("/loyalty/get")).text
    assert house.debits() == [20]


def test_not_now_leads_back_without_asking_again(house: House) -> None:
    browser = house.diner()
    page = browser.get(f"{GET}?reward=rew_cafe")
    assert browser.get(page.link("Not now")).path == PANEL


@pytest.mark.parametrize("kind", CUTS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_answer_cut_off_is_waited_for_and_the_truth_told(house: House, kind: str, moment: str) -> None:
    browser = house.diner(proved=True)
    house.confirm(browser)
    house.programme.fault(route="rewards.buy", kind=f"{kind}_{moment}", seconds=LONGER)
    page = browser.submit(form=browser.page.form("/loyalty/get"))
    waiting = page.path
    assert "We are checking your reward" in page.text
    assert "It is yours" not in page.text
    house.later(180)
    page = browser.get(waiting)
    acted = moment == "after"
    assert house.debits() == ([20] if acted else [])
    assert ("It is yours" if acted else "your points are as they were") in page.text
    assert f"{380 if acted else 400} points" in page.text


def test_while_one_is_checked_no_other_is_begun(house: House) -> None:
    browser = house.diner(proved=True)
    other = house.confirm(browser, "rew_eur").form("/loyalty/get")
    house.confirm(browser)
    house.programme.fault(route="rewards.buy", kind="reset_before")
    browser.submit(form=browser.page.form("/loyalty/get"))
    panel = browser.get(PANEL)
    assert "We are checking your purchase: Un espresso offert" in panel.text
    assert "380 points" in panel.text
    assert not [one for one in panel.root.all("a") if "Get it for" in one.text]
    assert "We are checking your reward" in browser.get(f"{GET}?reward=rew_eur").text
    assert "We are checking your reward" in browser.submit(form=other).text
    assert len(house.purchases()) == 1


def test_the_waiting_page_asks_for_its_stamp_alone(house: House) -> None:
    browser = house.diner(proved=True)
    house.confirm(browser)
    house.programme.fault(route="rewards.buy", kind="reset_after")
    page = browser.submit(form=browser.page.form("/loyalty/get"))
    live = page.root.first("div", class_="waiting").attributes
    assert browser.raw(live["data-live"], headers={"If-None-Match": live["data-stamp"]}).status_code == 304
    house.later(10)
    answer = browser.raw(live["data-live"], headers={"If-None-Match": live["data-stamp"]})
    assert (answer.status_code, answer.json) == (200, {"state": "owned"})
    stranger = house.diner(BOB)
    assert stranger.raw(live["data-live"]).status_code == 404
    assert stranger.get(page.path).path == PANEL
