"""A dish and a set menu: rules shown, prices ours alone, nonsense answered clearly and changing nothing."""

import pytest

from tests.shop import MERCHANT, STORE, Browser, Shop

HOME = f"/r/{MERCHANT}/{STORE}/"
PLAIN = f"{HOME}d/DES-FAR"
GALETTE = f"{HOME}d/GAL-COMPLETE"
GOOD = {"option-cuisson-galette": "doree", "option-oeuf": "sans"}


def basket_text(browser: Browser) -> str:
    """What the basket page says; opened in passing, so that the page shown stays."""
    before = browser.page
    text = browser.get(f"{HOME}basket").text
    browser.page = before
    return text


def test_one_tap_on_the_menu_adds_a_plain_dish(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(HOME)
    page = browser.post(PLAIN, {"quantity": "1"}, X_Fragment="1")
    assert page.status == 200
    assert not page.root.all("html")
    assert page.root.first("div", data_part="basket").attributes["data-message"].startswith("Prune far breton")
    assert "€5.20" in basket_text(browser)


def test_without_script_adding_leads_back_to_the_menu(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(PLAIN)
    page = browser.submit(quantity="2")
    assert page.path == HOME
    assert "€10.40" in basket_text(browser)


def test_what_must_be_chosen_is_asked_for_beside_its_field(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(GALETTE)
    page = browser.submit()
    assert page.status == 422
    summary = page.root.first("div", role="alert")
    wrong = [link.attributes["href"].removeprefix("#") for link in summary.all("a")]
    assert wrong == ["option-cuisson-galette", "option-oeuf"]
    for name in wrong:
        assert page.root.first("fieldset", id=name).all("p", class_="group-error")
    assert "empty" in basket_text(browser)


def test_options_are_charged_and_shown(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(GALETTE)
    browser.submit(GOOD, option__supplements__oeuf="2")
    text = basket_text(browser)
    assert "€12.80" in text
    assert "+ €3.00" in text


def test_what_is_wrong_is_said_with_everything_typed_kept(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(GALETTE)
    note = "no onion " * 1200
    page = browser.post(GALETTE, {**GOOD, "quantity": "1", "note": note})
    assert page.status == 422
    assert "too long" in page.text
    assert "".join(page.root.first("textarea").texts()) == note
    assert page.root.first("input", name="option-oeuf", value="sans").attributes.get("checked") == ""
    assert "empty" in basket_text(browser)


def test_control_characters_of_a_note_are_left_out(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(PLAIN)
    browser.submit(note="no\x00 nuts\x1b[31m\u202e\r\nplease")
    assert "“no nuts[31m please”" in basket_text(browser)


@pytest.mark.parametrize("quantity", ["0", "-1", "1000", "two", "", "1.5", "１", "9" * 5000])
def test_a_quantity_that_is_none_is_refused(shop: Shop, quantity: str) -> None:
    browser = shop.browser()
    browser.get(PLAIN)
    page = browser.submit(quantity=quantity)
    assert page.status == 422
    assert "from 1 to 99" in page.text
    assert "empty" in basket_text(browser)


@pytest.mark.parametrize(
    "field",
    [
        {"option-oeuf": "rotten"},
        {"option-cuisson-galette": "miroir"},
        {"option-supplements-oeuf": "3"},
        {"option-supplements-oeuf": "many"},
        {"option-supplements-jambon": "99"},
        {"option-accompagnement": ["mesclun", "frites"]},
    ],
)
def test_options_outside_their_rules_are_refused(shop: Shop, field: dict[str, str]) -> None:
    browser = shop.browser()
    browser.get(GALETTE)
    assert browser.post(GALETTE, {**GOOD, "quantity": "1", **field}).status == 422
    assert "empty" in basket_text(browser)


def test_a_posted_price_has_no_say(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(PLAIN)
    browser.submit(price="1", total="1", unit_price="1", amount="0")
    assert "€5.20" in basket_text(browser)


def test_a_sold_out_dish_is_refused(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(PLAIN)
    shop.sell_out("DES-FAR")
    page = browser.submit()
    assert page.status == 409
    assert "is sold out" in page.text
    assert not page.root.all("form", class_="dish-form")
    assert "empty" in basket_text(browser)


def test_a_dish_not_served_at_this_hour_is_refused_at_the_table(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}t/{shop.code()}")
    page = browser.post(f"{HOME}d/MAT-GRANOLA", {"quantity": "1"})
    assert page.status == 409
    assert "Served 08:00–11:00" in page.text


def test_a_dish_of_another_mode_is_refused(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(HOME)
    page = browser.post(f"{HOME}d/CRE-SUZETTE", {"quantity": "1"})
    assert page.status == 409
    assert "cannot be ordered this way" in page.text


def test_a_dish_of_another_store_is_not_here(shop: Shop) -> None:
    browser = shop.browser()
    elsewhere = f"/r/{MERCHANT}/saint-denis-reunion/"
    browser.get(elsewhere)
    page = browser.post(f"{elsewhere}d/GAL-SAINTJACQUES", {"quantity": "1"})
    assert page.status == 404
    assert "This store does not sell this dish" in page.text
    for sku in ("NOTHING", "%00", "..", "x" * 3000):
        assert browser.get(f"{HOME}d/{sku}").status == 404


def test_a_form_without_its_token_changes_nothing(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(PLAIN)
    assert browser.post(PLAIN, {"quantity": "1"}, token=False).status == 403
    assert browser.post(PLAIN, {"quantity": "1", "csrf_token": "forged"}, token=False).status == 403
    assert "empty" in basket_text(browser)


def test_the_token_of_another_browser_opens_nothing(shop: Shop) -> None:
    browser, other = shop.browser(), shop.browser()
    stolen = other.get(PLAIN).token
    browser.get(PLAIN)
    assert browser.post(PLAIN, {"quantity": "1", "csrf_token": stolen}, token=False).status == 403


def test_a_set_menu_asks_for_every_course(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}d/MENU-COMPTOIR")
    page = browser.submit(course__galette="GAL-FROMAGE")
    assert page.status == 422
    assert page.root.first("input", value="GAL-FROMAGE").attributes.get("checked") == ""
    assert page.root.first("fieldset", id="course-crepe").all("p", class_="group-error")


def test_options_belong_to_the_dish_chosen_for_the_course(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}d/MENU-COMPTOIR")
    browser.submit(
        {
            "course-galette": "GAL-FROMAGE",
            "course-galette-GAL-FROMAGE-option-cuisson-galette": "croustillante",
            "course-galette-GAL-COMPLETE-option-cuisson-galette": "doree",
            "course-galette-GAL-COMPLETE-option-supplements-oeuf": "2",
            "course-crepe": "CRE-SUCRE",
            "course-boisson": "FRA-LAIT-RIBOT",
        }
    )
    text = basket_text(browser)
    assert "€16.90" in text
    assert "Extra crisp" in text


def test_a_line_is_changed_in_place_of_itself(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(GALETTE)
    browser.post(GALETTE, {**GOOD, "quantity": "1"})
    page = browser.get(f"{HOME}basket")
    browser.get(page.link("Change"))
    assert browser.page.root.first("input", value="sans").attributes.get("checked") == ""
    page = browser.submit(quantity="3", note="well done")
    assert page.path == f"{HOME}basket"
    assert len(page.root.all("li", class_="line")) == 1
    assert "€29.40" in page.text
    assert "well done" in page.text


def test_a_line_of_another_browser_cannot_be_opened(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(GALETTE)
    browser.post(GALETTE, {**GOOD, "quantity": "1"})
    address = browser.get(f"{HOME}basket").link("Change")
    stranger = shop.browser()
    stranger.get(HOME)
    assert stranger.get(address).status == 404
    stranger.get(HOME)
    assert stranger.post(address, {**GOOD, "quantity": "1"}).status == 404
