"""Saying who one is to programmes that know people by other things than a number, or take nobody in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.contract.gonnaorder_calls import ADA_CODE
from tests.contract.spoonity_calls import ADA, ADA_MAIL
from tests.functional.programme_house import BASE, House, open_house
from tests.shop import Watched
from webapp.ground.db import Base
from webapp.nouns.customer.models import Customer, Visit

PASSWORD = "a-password-nobody-keeps"


@pytest.fixture
def gonna(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At GonnaOrder."""
    with open_house("gonnaorder", watched, shared_data) as house:
        yield house


@pytest.fixture
def spoon(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At Spoonity."""
    with open_house("spoonity", watched, shared_data) as house:
        yield house


def _customer(house: House) -> Customer:
    with house.shop.database.reading() as session:
        return session.scalars(select(Customer)).one()


def _membership(house: House) -> str:
    with house.shop.database.reading() as session:
        return session.scalars(select(Visit.membership)).one()


def _kept(house: House) -> str:
    """Every row of every table, as text."""
    with house.shop.database.reading() as session:
        tables = ("customer", "visit", "consent_evidence", "outbox_message", "throttle_mark")
        return " ".join(
            str(tuple(row)) for name in tables for row in session.execute(select(Base.metadata.tables[name]))
        )


def test_a_programme_that_takes_nobody_in_lets_the_diner_go_on_without_points(gonna: House) -> None:
    browser = gonna.diner("DES-FAR")
    assert "phone number or the code of your card" in browser.page.text
    page = browser.submit(who="06 11 22 33 44")
    assert "No account found" in page.text
    page = browser.submit(button=("skip", "1"))
    assert "/checkout" in page.path
    assert _membership(gonna) == "guest"


def test_a_card_code_finds_the_wallet_and_is_kept_in_no_clear_text(gonna: House) -> None:
    browser = gonna.diner()
    page = browser.submit(who=f" {ADA_CODE} ")
    assert page.path == f"{BASE}/loyalty"
    assert "5.50" in page.text
    known = _customer(gonna)
    assert (known.phone[:2], known.member_id) == ("~c", ADA_CODE)
    assert known.identity_sealed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nobody@example.org", "known by e-mail"),
        ("a b c", "not a phone number"),
        ("", "fill this in"),
        ("é" * 300, "phone"),
    ],
)
def test_what_names_nobody_is_a_sentence_and_nothing_is_kept(gonna: House, typed: str, sentence: str) -> None:
    page = gonna.diner().submit(who=typed)
    assert page.status == 422
    assert sentence in page.text


@pytest.mark.parametrize("typed", [ADA, "06 12 34 56 78", f" {ADA_MAIL.upper()}", "999901"])
def test_one_field_takes_a_number_an_address_or_a_card(spoon: House, typed: str) -> None:
    page = spoon.diner().submit(who=typed)
    assert page.path == f"{BASE}/loyalty"
    assert "120" in page.text
    assert "15.00" in page.text


def test_an_address_stands_in_no_row_in_the_clear(spoon: House) -> None:
    spoon.diner().submit(who=ADA_MAIL)
    without_member = _kept(spoon).replace(_customer(spoon).member_id or "-", "")
    assert ADA_MAIL not in without_member


def test_limits_count_addresses_and_cards_like_numbers(spoon: House) -> None:
    browser = spoon.diner()
    for typed in ("a@example.org", "999902", "0611223344"):
        browser.get(f"{BASE}/identify")
        assert browser.submit(who=typed).status == 200
    browser.get(f"{BASE}/identify")
    assert browser.submit(who="b@example.org").status == 429


def _fill(**changed: str) -> dict[str, str]:
    typed = {"first_name": "Eve", "last_name": "New", "email": "eve@example.org", "password": PASSWORD}
    return typed | {"join": "1"} | changed


def test_joining_asks_for_what_the_programme_needs_and_keeps_no_password(spoon: House) -> None:
    browser = spoon.diner("DES-FAR")
    page = browser.submit(who="0611223344")
    assert "name, an e-mail address and a password" in page.text
    page = browser.submit(_fill(consent_sms="yes"))
    assert "/checkout" in page.path
    joined = spoon.rows("SELECT * FROM person WHERE email='eve@example.org'")[0]
    assert (joined["first_name"], joined["consent"]) == ("Eve", 2)
    assert joined["phone"] == "33611223344"
    assert _membership(spoon) == "joined"
    assert PASSWORD not in _kept(spoon)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": ""}, "8 to 128"),
        ({"password": "x" * 5000}, "8 to 128"),
        ({"email": "eve@@nowhere"}, "not an e-mail"),
        ({"first_name": " "}, "first name"),
        ({"email": ADA_MAIL}, "has an account already"),
    ],
)
def test_a_form_that_cannot_join_is_a_sentence_without_the_password(
    spoon: House, changed: dict[str, str], sentence: str
) -> None:
    browser = spoon.diner()
    browser.submit(who="0611223344")
    page = browser.submit(_fill(**changed))
    assert page.status == 422
    assert sentence in page.text
    assert page.root.first("input", name="password").attributes["value"] == ""
    assert not spoon.rows("SELECT 1 FROM person WHERE first_name='Eve'")


def test_leaving_closes_the_session_at_the_programme(spoon: House) -> None:
    browser = spoon.diner()
    browser.submit(who=ADA)
    assert [row["open"] for row in spoon.rows("SELECT * FROM session")][-1] == 1
    browser.submit(form=browser.page.form("/forget"))
    assert not spoon.rows("SELECT 1 FROM session WHERE open=1 AND person IS NOT NULL")


def test_what_a_programme_sells_only_at_its_counter_is_no_way_to_save_here(spoon: House) -> None:
    browser = spoon.diner("DES-FAR")
    browser.submit(who=ADA)
    assert "Free coffee" in browser.get(f"{BASE}/loyalty").text
    assert "with points" not in browser.get(f"{BASE}/basket").text
    answer = browser.raw(f"{BASE}/loyalty/get?reward=5001:discount_free_coffee")
    assert answer.headers["Location"].endswith("/loyalty"), "nobody proves a number for what cannot be had"


def test_a_programme_without_points_speaks_of_no_rewards_to_get_with_them(gonna: House) -> None:
    browser = gonna.diner("DES-FAR")
    browser.submit(who=ADA_CODE)
    page = browser.get(f"{BASE}/loyalty")
    assert "5.50" in page.text
    assert "To get" not in page.text
