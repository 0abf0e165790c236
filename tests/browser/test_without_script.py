"""The whole journey in a browser that runs no script: plain pages, plain forms, the same result."""

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.running import Demo


def test_a_member_orders_and_earns_without_any_script(people: People, demo: Demo, tables: dict[str, str]) -> None:
    diner = people(script=False)
    number = demo.member(20)
    diner.sit(tables["2"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    form = diner.dish("GAL-COMPLETE")
    diner.choose(form, "cuisson-galette=doree", "oeuf=miroir", "supplements=jambon")
    form.locator("#quantity").fill("2")
    diner.put()
    diner.expect_basket(3, "€29.20")
    form = diner.dish("MENU-COMPTOIR")
    diner.choose(form, "course-galette=GAL-COMPLETE", "course-crepe=CRE-SUCRE", "course-boisson=FRA-LAIT-RIBOT")
    within = form.locator('fieldset[id="course-galette"] li').filter(has_text="The Complète")
    diner.choose(within, "option-cuisson-galette=doree", "option-oeuf=miroir")
    diner.put()
    diner.expect_basket(4, "€46.10")
    diner.basket()
    diner.page.get_by_role("button", name="Remove Prune far breton").click()
    expect(diner.line("DES-FAR")).to_have_count(0)
    diner.page.get_by_role("button", name="One less: The Complète").click()
    expect(diner.page.locator(".bar")).to_contain_text("€28.90")
    diner.go_on()
    diner.give(number)
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    diner.page.reload()
    diner.expect_credited(28)  # the page asks again by itself: <meta http-equiv="refresh">
    person = demo.person(number)
    assert person is not None
    assert person["points"] == 48


def test_collecting_works_without_any_script(people: People) -> None:
    diner = people(script=False)
    diner.open("/?mode=collect")
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.basket()
    diner.go_on()
    diner.page.locator("button.time:enabled").nth(3).click()
    diner.tap("Continue without points")
    diner.pay()
    diner.at_bank("decline")
    diner.at_bank("cancel")
    diner.tap("Try again")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()


def test_joining_without_script_shows_the_address_field_to_everybody(people: People, tables: dict[str, str]) -> None:
    diner = people(script=False)
    diner.sit(tables["2"])
    diner.open("/identify")
    diner.give(diner.demo.new_number())
    diner.title("Join %(programme)s", programme="Comptoir Sarrasin")
    diner.page.locator('input[name="consent_email"][value="yes"]').check()
    diner.page.locator("#email").fill("ada@example.com")
    diner.tap("Join and earn points")
    diner.title("Comptoir Sarrasin")
