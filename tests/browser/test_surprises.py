"""What nobody plans for: an old code, a dish that runs out, another language half-way."""

from playwright.sync_api import expect

from tests.browser.diner import Diner
from tests.browser.running import Demo


def test_a_revoked_code_opens_the_menu_and_nobodys_order(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    diner.watch.expect(410)
    demo.tables("--revoke", "16", "--renew")
    diner.page.goto(tables["16"])
    diner.title("This code is no longer in use")
    diner.tap("Read the menu of %(store)s", store="Paris République")
    expect(diner.page.locator(".place-words")).not_to_contain_text("Table")
    diner.sit(demo.tables()["16"])
    expect(diner.page.locator(".place-words")).to_contain_text("Table 16")


def test_a_dish_that_runs_out_is_said_in_the_open_basket(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    diner.sit(tables["11"])
    diner.add("FRA-COLA")
    diner.add("DES-FAR")
    diner.expect_basket(2, "€9.00")
    diner.basket()
    demo.sold_out("FRA-COLA")
    try:
        expect(_read_again(diner).line("FRA-COLA")).to_contain_text("Breton cola is sold out.")
        expect(diner.page.get_by_role("main")).to_contain_text("One line cannot be ordered as it is.")
        diner.page.get_by_role("button", name="Remove Breton cola").click()
        expect(diner.line("FRA-COLA")).to_have_count(0)
        diner.go_on()
        diner.tap("Continue without points")
        diner.title("Check and pay")
        diner.open("/")
        expect(diner.row("FRA-COLA")).to_contain_text("Sold out")
        expect(diner.row("FRA-COLA").get_by_role("button")).to_have_count(0)
    finally:
        demo.sold_out("FRA-COLA", "--back")


def _read_again(diner: Diner) -> Diner:
    """The basket, read again."""
    diner.page.reload()
    return diner


def test_the_basket_is_edited_in_place(diner: Diner, tables: dict[str, str]) -> None:
    diner.sit(tables["13"])
    diner.add("DES-FAR")
    form = diner.dish("GAL-COMPLETE")
    diner.choose(form, "cuisson-galette=doree", "oeuf=miroir")
    diner.put()
    diner.expect_basket(2, "€15.00")
    diner.basket()
    diner.page.get_by_role("button", name="One more: Prune far breton").click()
    expect(diner.line("DES-FAR")).to_contain_text("€10.40")
    expect(diner.page.locator(".bar")).to_contain_text("€20.20")
    diner.page.get_by_role("link", name="Change The Complète").click()
    form = diner.page.locator("form.dish-page")
    expect(form.locator('input[value="doree"]')).to_be_checked()
    diner.choose(form, "supplements=jambon")
    expect(form.locator("[data-total]")).to_have_text("€12.00")
    diner.put()
    diner.title("Your basket")
    expect(diner.line("GAL-COMPLETE")).to_contain_text("+ €2.20")
    expect(diner.page.locator(".bar")).to_contain_text("€22.40")
    diner.page.get_by_role("button", name="Remove The Complète").click()
    expect(diner.page.locator(".bar")).to_contain_text("€10.40")


def test_a_set_menu_is_chosen_course_by_course(diner: Diner, tables: dict[str, str]) -> None:
    diner.watch.expect(422)
    diner.sit(tables["14"])
    form = diner.dish("MENU-COMPTOIR")
    diner.choose(form, "course-galette=GAL-BURGER", "course-crepe=CRE-SUCRE", "course-boisson=FRA-LAIT-RIBOT")
    total = form.locator("[data-total]").inner_text()
    diner.put()
    expect(form.get_by_role("alert")).to_contain_text("Please choose")
    diner.choose(diner.page.locator("form.dish-page"), "option-cuisson-viande=saignant")
    diner.put()
    diner.expect_basket(1, total)


def test_the_language_can_change_half_way(diner: Diner, tables: dict[str, str]) -> None:
    diner.sit(tables["15"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.basket()
    diner.page.get_by_role("button", name="Français").click()
    diner.language = "fr"
    expect(diner.page.locator("html")).to_have_attribute("lang", "fr")
    diner.title("Your basket")
    expect(diner.line("DES-FAR")).to_contain_text("5,20 €")
    diner.go_on()
    diner.tap("Continue without points")
    diner.pay()
    expect(diner.page.get_by_role("button", name="Payer 5,20 €")).to_be_visible()
    diner.at_bank("pay")
    diner.paid()


def test_two_restaurants_visits_keep_their_own_baskets(diner: Diner, demo: Demo, tables: dict[str, str]) -> None:
    diner.sit(tables["1"])
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.page.goto(demo.store.replace("paris-republique", "lyon-terreaux") + "/basket")
    diner.title("Your basket is empty")
    diner.open("/basket")
    expect(diner.line("DES-FAR")).to_contain_text("€5.20")
