"""Signing in by a code the programme mails: what it opens, for which browser, and what refuses it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.contract.menu_calls import ADA_MAIL
from tests.functional.programme_house import BASE, House, open_house
from tests.shop import Browser, Page, Watched
from webapp.nouns.customer.models import ConsentEvidence, Customer, Visit

NEW = "eve@example.com"


@pytest.fixture
def house(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At MENU."""
    with open_house("menu", watched, shared_data) as opened:
        yield opened


def _asked(house: House, email: str = ADA_MAIL, dish: str = "") -> Browser:
    browser = house.diner(dish)
    browser.submit(who=email)
    return browser


def _code(house: House) -> str:
    return str(house.rows("SELECT value FROM code ORDER BY rowid DESC LIMIT 1")[0]["value"])


def _wrong(house: House, by: int = 1) -> str:
    return str(100_000 + (int(_code(house)) + by - 100_000) % 900_000)


def _signed_in(house: House, **about: str) -> tuple[Browser, Page]:
    browser = _asked(house, **about)
    return browser, browser.submit(code=_code(house))


def test_the_mailed_code_opens_the_wallet_and_its_token_is_sealed(house: House) -> None:
    _, page = _signed_in(house)
    assert page.path == f"{BASE}/loyalty"
    assert "80" in page.text
    assert "15.00" in page.text
    token = house.rows("SELECT value FROM token")[0]["value"]
    with house.shop.database.reading() as session:
        visit, known = session.scalars(select(Visit)).one(), session.scalars(select(Customer)).one()
    assert visit.member_sealed
    assert token not in visit.member_sealed
    assert known.member_id is None


def test_the_same_address_in_another_browser_opens_nothing_without_a_code_of_its_own(house: House) -> None:
    _signed_in(house)
    other = _asked(house)
    assert other.page.path == f"{BASE}/sign-in"
    assert other.get(f"{BASE}/loyalty").path == f"{BASE}/identify"


def test_known_and_unknown_addresses_meet_the_same_page(house: House) -> None:
    known, unknown = _asked(house).page, _asked(house, NEW).page
    assert known.text.replace(ADA_MAIL, "") == unknown.text.replace(NEW, "")


def test_a_new_address_joins_with_a_name_and_answers_are_passed_on(house: House) -> None:
    browser = _asked(house, NEW, "DES-FAR")
    page = browser.submit(code=_code(house))
    assert "if you are new" in page.text
    page = browser.submit(first_name="Eve", last_name="New", consent_email="yes", consent_sms="no")
    assert "/checkout" in page.path
    joined = house.rows("SELECT * FROM customer WHERE email='eve@example.com'")[0]
    assert (joined["first_name"], joined["optin_email"], joined["optin_sms"]) == ("Eve", 1, 2)
    with house.shop.database.reading() as session:
        assert len(session.scalars(select(ConsentEvidence)).all()) == 2


def test_a_member_who_mistyped_the_code_needs_no_name_to_sign_in(house: House) -> None:
    browser = _asked(house, dish="DES-FAR")
    page = browser.submit(code=_wrong(house))
    assert "Only if you are new" in page.text
    assert "/checkout" in browser.submit(code=_code(house)).path
    assert "15.00" in browser.get(f"{BASE}/loyalty").text


@pytest.mark.parametrize("typed", ["", "abc", "1" * 40])
def test_what_is_no_code_is_a_sentence(house: House, typed: str) -> None:
    page = _asked(house).submit(code=typed)
    assert page.status == 422
    assert "digits of the code" in page.text


def test_five_wrong_codes_end_the_trying_and_the_sale_goes_on(house: House) -> None:
    browser = _asked(house, dish="DES-FAR")
    for by in range(1, 6):
        assert browser.submit({"join": ""}, code=_wrong(house, by)).status == 422
        browser.get(f"{BASE}/sign-in")
    assert browser.submit(code=_code(house)).status == 429
    browser.get(f"{BASE}/sign-in")
    assert "/checkout" in browser.submit(button=("skip", "1")).path


def test_a_token_that_ran_out_asks_to_sign_in_again_and_keeps_the_basket(house: House) -> None:
    browser, _ = _signed_in(house, dish="DES-FAR")
    with house.peer.memory.transaction() as db:
        db.execute("DELETE FROM token")
    page = browser.get(f"{BASE}/loyalty")
    assert "sign in again" in page.text
    assert "far breton" in browser.get(f"{BASE}/basket").text


def test_many_browsers_together_have_twenty_guesses_a_day_at_one_address(house: House) -> None:
    first = [_asked(house) for _ in range(3)]
    house.shop.clock.set(house.shop.clock.now() + timedelta(minutes=16))
    statuses = []
    for browser in [*first, *(_asked(house) for _ in range(3))]:
        for by in range(1, 5):
            browser.get(f"{BASE}/sign-in")
            statuses.append(browser.submit({"join": ""}, code=_wrong(house, by)).status)
    assert statuses == [422] * 20 + [429] * 4
