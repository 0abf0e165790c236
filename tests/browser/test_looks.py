"""Every page and state a diner can reach, in light and dark, narrow and enlarged, under axe's eyes."""

import pytest
from playwright.sync_api import expect

from tests.browser import open_house
from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.running import Demo


@pytest.fixture
def diner(people: People) -> Diner:
    """Somebody whose phone draws plain pixels: a whole menu is a tall picture."""
    return people(device_scale_factor=1)


def test_arriving_looks_right(diner: Diner, demo: Demo) -> None:
    diner.page.goto(demo.site)
    diner.look("home")
    diner.page.goto(f"{demo.site}/r/{open_house.MERCHANT}/")
    diner.look("stores")
    diner.watch.expect(404)
    diner.open("/t/altered.code")
    diner.look("scan-bad")
    diner.page.goto(f"{demo.site}/nowhere")
    diner.look("error-404")


def test_choosing_looks_right(diner: Diner, tables: dict[str, str]) -> None:
    diner.watch.expect(422)
    diner.sit(tables["12"])
    diner.look("menu")
    form = diner.dish("GAL-COMPLETE")
    diner.look("sheet")
    diner.choose(form, "cuisson-galette=doree", "oeuf=miroir", "supplements=emmental", "accompagnement=frites")
    form.get_by_role("textbox").fill("Sans sel, merci")
    diner.put()
    diner.add("PAR-RILLETTES")
    diner.expect_basket(2, "€23.00")
    diner.look("menu-basket")
    diner.open("/d/GAL-COMPLETE")
    diner.look("dish")
    diner.open("/d/MENU-COMPTOIR")
    diner.look("set-menu")
    diner.open("/d/DES-GLACE")
    diner.look("dish-counts")
    diner.open("/basket")
    diner.look("basket")


def test_errors_in_a_dish_look_right(diner: Diner, tables: dict[str, str]) -> None:
    diner.watch.expect(422)
    diner.sit(tables["12"])
    diner.open("/d/DES-GLACE")
    diner.put()
    expect(diner.page.get_by_role("alert")).to_be_visible()
    diner.look("dish-errors")


def test_leaving_a_number_looks_right(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    diner.watch.expect(422)
    diner.sit(tables["12"])
    diner.open("/basket")
    diner.look("basket-empty")
    diner.open("/identify")
    diner.look("identify")
    diner.give("12")
    expect(diner.page.get_by_role("alert")).to_be_visible()
    diner.look("identify-error")
    diner.give(demo.member(64, "rew_cafe"))
    diner.title("Comptoir Sarrasin")
    diner.look("loyalty")
    diner.tap("Use another number")
    diner.give(demo.new_number())
    diner.title("Join Comptoir Sarrasin".replace("Comptoir Sarrasin", "%(programme)s"), programme="Comptoir Sarrasin")
    diner.look("join")


def test_paying_looks_right(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    diner.sit(tables["12"])
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "€7.90")
    diner.open("/identify")
    diner.give(demo.member(64, "rew_cafe"))
    diner.title("Check and pay")
    diner.look("checkout")
    diner.pay()
    diner.never_called_back()
    diner.at_bank("cancel")
    diner.title("The payment was cancelled")
    diner.look("unpaid")
    diner.open("/checkout")
    diner.pay()
    diner.at_bank("pay")
    number = diner.paid()
    diner.look("order-new")
    diner.expect_credited(7)
    demo.kitchen(number, "preparing")
    expect(diner.page.locator(".state-now")).to_have_text("The kitchen is preparing your order.")
    diner.look("order")


def test_collecting_looks_right(diner: Diner) -> None:
    diner.open("/?mode=collect")
    diner.look("menu-collect")
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "€7.90")
    diner.basket()
    diner.look("basket-collect")
    diner.go_on()
    diner.title("When will you collect?")
    diner.look("slot")
