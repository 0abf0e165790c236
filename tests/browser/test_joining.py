"""A number the programme does not know: two separate optional questions, kept as evidence, told in its own terms."""

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.diner import Diner
from tests.browser.running import Demo, digits
from webapp.nouns.customer.models import ConsentEvidence, Customer

EMAIL, SMS = "May Comptoir Sarrasin send you its news and offers by e-mail?", "by text message?"


def _evidence(demo: Demo, number: str) -> list[dict[str, Any]]:
    database = demo.database()
    asked = select(ConsentEvidence).join(Customer, Customer.id == ConsentEvidence.customer_id)
    try:
        with database.reading() as session:
            rows = session.scalars(asked.where(Customer.phone == f"+{digits(number)}").order_by(ConsentEvidence.id))
            return [
                {"channel": row.channel, "granted": row.granted, "wording": row.wording, "language": row.language}
                for row in rows
            ]
    finally:
        database.close()


def _ask_to_join(diner: Diner, tables: dict[str, str]) -> str:
    number = diner.demo.new_number()
    diner.sit(tables["9"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.open("/identify")
    diner.give(number)
    diner.title("Join %(programme)s", programme="Comptoir Sarrasin")
    expect(diner.page.get_by_role("main").locator("input:checked")).to_have_count(0)
    return number


def _answer(diner: Diner, channel: str, value: str) -> None:
    diner.page.locator(f'input[name="consent_{channel}"][value="{value}"]').check()


def test_joining_works_with_both_questions_left_alone(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    number = _ask_to_join(diner, tables)
    diner.tap("Join and earn points")
    diner.title("Check and pay")
    assert _evidence(demo, number) == []
    person = demo.person(number)
    assert person is not None
    assert (person["has_optin_email"], person["has_optin_sms"], person["email"]) == (None, None, None)


def test_a_yes_to_email_alone_asks_for_the_address_and_says_nothing_of_sms(
    diner: Diner, demo: Demo, tables: dict[str, str]
) -> None:
    diner.watch.expect(422)
    number = _ask_to_join(diner, tables)
    expect(diner.page.locator("#email")).to_be_hidden()
    _answer(diner, "email", "yes")
    diner.tap("Join and earn points")
    expect(diner.page.get_by_role("alert")).to_contain_text("Please type your e-mail address")
    expect(diner.page.locator('input[name="consent_email"][value="yes"]')).to_be_checked()
    diner.page.locator("#email").fill("ada@example.com")
    diner.tap("Join and earn points")
    diner.title("Check and pay")
    [row] = _evidence(demo, number)
    assert (row["channel"], row["granted"], row["language"]) == ("email", True, "en")
    assert row["wording"].startswith(EMAIL)
    person = demo.person(number)
    assert person is not None
    assert (person["has_optin_email"], person["has_optin_sms"], person["email"]) == (True, None, "ada@example.com")


@pytest.mark.parametrize(("value", "granted"), [("yes", True), ("no", False)])
def test_an_answer_about_sms_alone_reaches_the_programme_alone(
    diner: Diner, demo: Demo, tables: dict[str, str], value: str, *, granted: bool
) -> None:
    number = _ask_to_join(diner, tables)
    _answer(diner, "sms", value)
    diner.tap("Join and earn points")
    diner.title("Check and pay")
    [row] = _evidence(demo, number)
    assert (row["channel"], row["granted"]) == ("sms", granted)
    assert SMS in row["wording"]
    person = demo.person(number)
    assert person is not None
    assert (person["has_optin_email"], person["has_optin_sms"]) == (None, granted)


def test_whoever_would_rather_not_join_orders_all_the_same(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    number = _ask_to_join(diner, tables)
    diner.tap("Continue without points")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    assert demo.person(number) is None


def test_a_new_member_earns_points_with_the_very_first_order(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    number = _ask_to_join(diner, tables)
    diner.tap("Join and earn points")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    diner.expect_credited(5)
    person = demo.person(number)
    assert person is not None
    assert person["points"] == 5
