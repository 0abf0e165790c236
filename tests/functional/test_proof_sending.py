"""How codes leave: never too many, never twice, whatever the carrier does (section 3, G4, G8)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.carrier import KEY, PATIENT, Carrier, carrier
from tests.functional.proof_house import BASE, PROOF, House, ask, enter
from tests.shop import open_shop
from webapp.ground.db import Database
from webapp.usecases.proof.messages import send_waiting
from webapp.usecases.proof.notice import tell_owner_spent


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def changes() -> dict[str, Any]:
    """Settings a test wants otherwise."""
    return {}


@pytest.fixture
def house(database: Database, shared_data: Path, running: Carrier, changes: dict[str, Any]) -> House:
    running.forget()
    usual: dict[str, Any] = {
        "sms_provider": "sandbox",
        "sms_url": running.url,
        "sms_api_key": KEY,
        **PATIENT,
    }
    return House(open_shop(database, shared_data, **(usual | changes)), running)


def test_a_number_gets_three_messages_an_hour_whoever_asks(house: House) -> None:
    browsers = [house.diner() for _ in range(3)]
    for browser in browsers:
        ask(browser)
    fourth = house.diner()
    page = ask(fourth)
    assert (page.status, len(house.carrier.messages())) == (429, 3)
    assert "60 minutes" in page.text
    assert int(page.headers["Retry-After"]) == 3600
    house.later(minutes=61)
    fourth.get(PROOF)
    assert ask(fourth).status == 200
    assert len(house.carrier.messages()) == 4


def test_an_address_gets_twenty_messages_a_day_whatever_numbers_it_types(house: House) -> None:
    for number in range(22):
        browser = house.diner(f"06 {number + 10} 34 56 78")
        if not browser.page.path.startswith(f"{BASE}/proof"):  # numbers per address and hour are limited already
            house.later(minutes=61)
            browser = house.diner(f"06 {number + 10} 34 56 78")
        ask(browser)
    assert len(house.carrier.messages()) == 20


@pytest.mark.parametrize(
    ("number", "country"), [("01 42 68 53 00", "FR"), ("+1 202 555 0123", "US"), ("0892 70 12 34", "FR")]
)
def test_only_mobile_numbers_of_served_countries_are_texted(house: House, number: str, country: str) -> None:
    browser = house.shop.browser()
    browser.get(f"{BASE}/identify")
    browser.submit(phone=number, country=country)
    page = browser.get(PROOF)
    assert "at the counter" in page.text
    browser.post(f"{BASE}/proof/send", {})
    assert house.carrier.messages() == []


def test_where_the_merchant_has_a_store_numbers_are_texted(house: House) -> None:
    assert any(store.country == "RE" for store in house.shop.houses[0].stores)
    browser = house.shop.browser()
    browser.get(f"{BASE}/identify")
    browser.submit(phone="0692 12 34 56", country="RE")
    browser.get(PROOF)
    ask(browser)
    assert [message["to"] for message in house.carrier.messages()] == ["+262692123456"]


@pytest.mark.parametrize("changes", [{"sms_per_day": 2}, {"sms_per_day_in_all": 2}])
def test_above_the_days_ceiling_it_is_the_counter_and_somebody_is_told(house: House) -> None:
    last = house.diner("06 10 34 56 78")
    for number in (20, 30):
        ask(house.diner(f"06 {number} 34 56 78"))
    page = last.submit(form=last.page.form("/proof/send"))
    assert "at the counter" in page.text
    assert len(house.carrier.messages()) == 2
    house.later(hours=25)
    last.get(f"{BASE}/identify")
    last.submit(phone="06 10 34 56 78")
    assert last.get(PROOF).form("/proof/send")


def test_many_neighbouring_numbers_raise_an_alarm_and_get_nothing_more(house: House) -> None:
    for number in range(10):
        ask(house.diner(f"06 12 34 00 {number:02d}"))
        house.later(minutes=20)
    assert len(house.carrier.messages()) == 8
    assert house.alerts() == ["sms_block"]
    ask(house.diner("07 52 34 00 00"))
    assert len(house.carrier.messages()) == 9


@pytest.mark.parametrize("changes", [{"sms_provider": "none"}])
def test_without_a_carrier_nothing_is_texted_and_the_counter_confirms(house: House) -> None:
    assert "at the counter" in house.diner().page.text
    assert house.waiting() == []


@pytest.mark.parametrize("changes", [{"loyalty_page_seconds": 0.6}])
@pytest.mark.parametrize("kind", ["hang_after", "reset_after", "error_after", "malformed_after", "huge_after"])
def test_a_lost_answer_costs_the_diner_nothing_and_sends_one_message(house: House, kind: str) -> None:
    house.carrier.fault(kind, seconds=2)
    browser = house.diner()
    page = ask(browser)
    assert page.root.first("input", name="code")
    house.later(seconds=3)
    assert send_waiting(house.shop.wiring) == 1
    assert len(house.carrier.messages()) == 1
    assert enter(browser, house.carrier.code()).path == f"{BASE}/"


@pytest.mark.parametrize("changes", [{"loyalty_page_seconds": 0.6}])
@pytest.mark.parametrize("kind", ["reset_before", "hang_before", "error_before"])
def test_a_message_that_did_not_leave_is_sent_by_the_worker(house: House, kind: str) -> None:
    house.carrier.fault(kind, seconds=2)
    browser = house.diner()
    ask(browser)
    assert house.carrier.messages() == []
    assert send_waiting(house.shop.wiring) == 0
    house.later(seconds=3)
    send_waiting(house.shop.wiring)
    assert enter(browser, house.carrier.code()).path == f"{BASE}/"


def test_a_code_too_late_to_be_of_use_is_not_sent_at_all(house: House) -> None:
    house.carrier.fault("error", status=503)
    ask(house.diner())
    house.later(minutes=10)
    send_waiting(house.shop.wiring)
    assert house.carrier.messages() == []
    (message,) = house.waiting()
    assert (message.state, message.reason, message.text_sealed) == ("parked", "too late", "")


def test_a_carrier_that_refuses_us_means_the_counter_and_an_alert(house: House) -> None:
    house.carrier.fault("error", status=401)
    page = ask(house.diner())
    assert "at the counter" in page.text
    assert house.waiting()[0].state == "parked"


def test_an_owner_who_cannot_be_told_is_somebodys_business(house: House) -> None:
    house.diner()
    with house.shop.database.transaction() as session:
        tell_owner_spent(session, house.shop.wiring, customer=house.customer(), points=5, language="en")
    house.carrier.fault("error", status=400)
    send_waiting(house.shop.wiring)
    assert house.alerts() == ["owner_not_told"]


def test_the_words_of_a_message_are_sealed_while_it_waits_and_gone_afterwards(house: House) -> None:
    house.carrier.fault("error", status=503)
    ask(house.diner())
    (message,) = house.waiting()
    house.later(seconds=3)
    send_waiting(house.shop.wiring)
    text = house.carrier.messages()[0]["text"]
    assert message.text_sealed
    assert house.carrier.code() not in message.text_sealed
    assert text[:10] not in message.text_sealed
    assert [one.text_sealed for one in house.waiting()] == [""]
    assert all(house.carrier.code() not in code.digest for code in house.codes())
