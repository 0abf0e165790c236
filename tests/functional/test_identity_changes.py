"""What changes with whoever holds the phone: the bar of the basket, and what strict display asks after proof."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carrier import Carrier, carrier
from tests.functional.reward_house import BASE, PANEL, House, open_house
from tests.peers import ADA
from webapp.ground.db import Database
from webapp.nouns.basket.models import Basket

STRANGER = "+33644445555"


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def house(database: Database, shared_data: Path, tmp_path: Path, running: Carrier) -> Iterator[House]:
    running.forget()
    with open_house(database, shared_data, tmp_path, running) as opened:
        yield opened


def _revision(house: House) -> int:
    with house.shop.database.reading() as session:
        return session.query(Basket.revision).scalar() or 0


def _prove(house: House, phone: str) -> str:
    """Give a number where nothing is shown before proof, and prove it; where that leads."""
    browser = house.diner(phone)
    browser.get(f"{BASE}/proof?next=loyalty")
    browser.submit(form=browser.page.form("/proof/send"))
    return browser.submit(form=browser.page.form("/proof"), code=house.carrier.code()).path


def test_a_bar_that_kept_the_price_of_a_member_is_out_of_date_when_the_member_leaves(house: House) -> None:
    browser = house.diner(ADA, proved=True)
    browser.post(f"{BASE}/d/DES-FAR", {"quantity": "1"})
    before = _revision(house)
    browser.post(f"{BASE}/forget", {})
    left = _revision(house)
    browser.get(f"{BASE}/identify")
    browser.post(f"{BASE}/identify", {"phone": ADA, "country": "FR"})
    assert before < left < _revision(house)


def test_strict_display_asks_the_programme_after_proof_and_invites_whoever_it_does_not_know(house: House) -> None:
    house.demand(loyalty_display="strict")
    assert _prove(house, STRANGER) == f"{BASE}/join"
    assert _prove(house, ADA) == PANEL


def test_a_programme_silent_after_the_proof_invites_nobody_and_stops_nobody(house: House) -> None:
    house.demand(loyalty_display="strict")
    house.programme.fault(route="*", kind="error", status=503, count=100)
    assert _prove(house, STRANGER) == PANEL


def test_where_nothing_is_shown_before_proof_a_code_opens_what_a_pin_alone_could_not(house: House) -> None:
    house.demand(loyalty_display="strict", spend_proof="pin")
    browser = house.diner(ADA)
    assert "Confirm your number" in browser.get(PANEL).text
    browser.get(f"{BASE}/proof?next=loyalty")
    browser.submit(form=browser.page.form("/proof/send"))
    browser.submit(form=browser.page.form("/proof"), code=house.carrier.code())
    assert "It is yours" in house.buy(browser).text
    assert house.debits() == [20]
