"""The loyalty panel: two lists nobody confuses, nothing for those who have not proved the number."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carrier import Carrier, carrier
from tests.functional.reward_house import BASE, ELSEWHERE, EVIL, GET, LONGER, PANEL, House, open_house
from tests.pages import Element
from tests.peers import ADA
from tests.shop import MERCHANT, Page
from webapp.ground.db import Database

CUTS = ["hang", "error", "html", "wrong_shape", "huge", "empty"]
READS = ["customers.read", "customers.by_phone", "rewards.owned", "rewards.list"]


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def house(database: Database, shared_data: Path, tmp_path: Path, running: Carrier) -> Iterator[House]:
    running.forget()
    with open_house(database, shared_data, tmp_path, running) as opened:
        yield opened


def rows(page: Page, which: str) -> dict[str, Element]:
    """The rewards of one of the two lists, by name."""
    return {one.first("h3").text: one for one in page.root.all("li", class_=f"reward-{which}")}


def test_the_two_lists_say_what_each_reward_can_do(house: House) -> None:
    page = house.diner().get(PANEL)
    yours, to_get = rows(page, "own"), rows(page, "get")
    assert "400 points" in page.text
    assert "Ready for this order. Add to this order" in yours["Un espresso offert"].text
    assert "€5.00 off your order. Ready for this order." in yours["5 € offerts"].text
    for name in ("Remise surprise", "Tombola", "Chez un partenaire"):
        assert "Only at the counter" in yours[name].text
        assert not yours[name].all("form")
    assert to_get["Un espresso offert"].first("a").text == "Get it for 20 points"
    assert "4600 points to go" in to_get["Un banquet"].text
    assert not to_get["Un banquet"].all("a")
    assert to_get["Un banquet"].first("progress").attributes["value"] == "400"
    assert not {"Étudiants", "Bastille"} & to_get.keys()


def test_what_this_store_does_not_sell_is_for_another_store(house: House) -> None:
    page = house.diner(at=ELSEWHERE).get(f"/r/{MERCHANT}/{ELSEWHERE}/loyalty")
    assert "For another store" in rows(page, "own")["Une Saint-Jacques"].text
    assert "Bastille" in rows(page, "get")


def test_a_name_from_outside_is_only_text(house: House) -> None:
    browser = house.diner(proved=True)
    for page in (browser.get(PANEL), house.confirm(browser, "rew_evil"), house.buy(browser, "rew_evil")):
        assert EVIL in page.text  # and no script element, which every page is held to


@pytest.mark.parametrize("how", ["merchant", "visit"])
def test_strict_display_shows_nothing_before_proof(house: House, how: str) -> None:
    browser = house.diner()
    if how == "merchant":
        house.demand(loyalty_display="strict")
    else:
        house.hide()
    page = browser.get(PANEL)
    assert "only after your number is confirmed" in page.text
    assert not re.search(r"\b400\b|espresso|offert", page.text)
    assert browser.get(page.link("Confirm your number")).path.startswith(f"{BASE}/proof")
    house.prove(browser)
    assert "400 points" in browser.get(PANEL).text


def test_an_old_answer_says_since_when_and_sells_nothing(house: House) -> None:
    browser = house.diner(proved=True)
    browser.get(PANEL)
    house.programme.fault(route="*", kind="error", status=503, count=1000)
    page = browser.get(PANEL)
    assert "as of 12:30" in page.text
    assert "400 points" in page.text
    assert not [one for one in page.root.all("a") if "Get it for" in one.text]
    assert "Nothing is spent; try again later." in house.confirm(browser).text


def test_what_was_bought_is_shown_even_when_the_programme_falls_silent(house: House) -> None:
    browser = house.diner(proved=True)
    house.confirm(browser, "rew_eur")
    form = browser.page.form("/loyalty/get")
    house.later(5)
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    assert browser.raw(GET, "POST", data=fields).status_code == 303
    house.programme.fault(route="*", kind="error", status=503, count=1000)
    page = browser.get(PANEL)
    assert "300 points" in page.text
    own = [one.text for one in page.root.all("li", class_="reward-own") if "5 € offerts" in one.text]
    assert len(own) == 2
    assert "Yours. More about it as soon as the programme answers." in own[1]


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize("kind", CUTS)
def test_whatever_the_programme_answers_the_pages_stand(house: House, route: str, kind: str) -> None:
    browser = house.diner(proved=True)
    house.programme.fault(route=route, kind=f"{kind}_before", seconds=LONGER, count=1)
    assert browser.get(PANEL).status == 200
    assert house.confirm(browser).status in {200, 404}
    house.programme.behave()
    assert "400 points" in browser.get(PANEL).text
    assert "It is yours" in house.buy(browser).text


def test_in_french_it_reads_french(house: House) -> None:
    browser = house.diner(language="fr", proved=True)
    for path in (PANEL, f"{GET}?reward=rew_cafe", f"{GET}?reward=rew_dear", f"{GET}?reward=nobody"):
        browser.get(path)
    page = house.buy(browser)
    assert "C’est à vous : Un espresso offert" in page.text
    house.programme.fault(route="rewards.buy", kind="reset_before")
    assert "Nous vérifions votre récompense" in house.buy(browser).text
    house.later(180)
    browser.get(PANEL)


def test_a_number_alone_spends_nothing_and_reads_no_code(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    proved, thief = house.diner(proved=True), house.diner()
    form = house.confirm(proved).form("/loyalty/get")
    stolen = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")} | {"pin": "0000"}
    said = ""
    thief.get(PANEL)
    for path, data in (
        (PANEL, None),
        (GET, stolen | {"csrf_token": thief.page.token}),
        (f"{GET}?reward=rew_eur", None),
    ):
        answer = thief.raw(path, "POST" if data else "GET", data=data)
        said += answer.text + str(answer.headers)
    assert house.debits() == []
    house.buy(proved, "rew_eur")
    said += proved.page.root.text + proved.raw(PANEL).text + proved.raw(f"{GET}?reward=rew_pct").text
    logged = "".join(capfd.readouterr())
    assert len(house.codes()) == 3
    for code in house.codes():
        assert code not in said
        assert code not in logged
    assert ADA not in logged
    assert ADA[1:] not in logged


def test_a_code_is_not_kept_with_the_customer(house: House) -> None:
    house.buy(house.diner(proved=True), "rew_eur")
    kept = str(house.customer().wallet)
    assert "5 € offerts" in kept
    assert not [code for code in house.codes() if code in kept]


def test_somebody_without_a_number_is_asked_for_one(house: House) -> None:
    stranger = house.shop.browser()
    for path in (PANEL, GET, f"{GET}?reward=rew_cafe"):
        assert stranger.get(path).path == f"{BASE}/identify"
    assert stranger.post(GET, {"reward": "rew_cafe", "key": "a" * 40, "cost": "20"}).path == f"{BASE}/identify"
