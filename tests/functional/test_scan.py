"""The code on a table: seats, forgives, and never tells whose order it was."""

from tests.shop import MERCHANT, STORE, Shop
from webapp.nouns.merchant.tables import revoke_table, table_by_code

HOME = f"/r/{MERCHANT}/{STORE}/"


def test_a_good_code_leads_to_the_menu_and_names_the_table(shop: Shop) -> None:
    page = shop.browser().get(f"{HOME}t/{shop.code()}")
    assert page.path == HOME
    assert page.root.first("p", class_="place-words").text == "Table 1"
    assert "Paris République" in page.root.first("h1").text
    assert "Comptoir Sarrasin" in page.root.first("header").text


def test_scanning_twice_changes_nothing_more(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}t/{shop.code()}")
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    page = browser.get(f"{HOME}t/{shop.code()}")
    assert "Table 1" in page.text
    assert "€5.20" in page.text


def test_moving_to_another_table_is_one_scan(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}t/{shop.code()}")
    assert "Table 3" in browser.get(f"{HOME}t/{shop.code(place=2)}").text


def test_leaving_the_table_to_collect(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}t/{shop.code()}")
    assert "Table 1" in browser.get(f"{HOME}?mode=table").text
    assert "Next pick-up today at 12:45" in browser.get(f"{HOME}?mode=collect").text


def test_an_altered_code_opens_a_friendly_page(shop: Shop) -> None:
    browser = shop.browser()
    code = shop.code()
    for wrong in (code[:-1] + ("a" if code[-1] != "a" else "b"), code.split(".")[0], "x", "é.é", "." * 300):
        page = browser.get(f"{HOME}t/{wrong}")
        assert page.status == 404
        assert page.link("Read the menu") == HOME
    assert "Table" not in browser.get(HOME).root.first("p", class_="place-words").text


def test_a_code_of_another_store_does_not_seat(shop: Shop) -> None:
    page = shop.browser().get(f"{HOME}t/{shop.code('lyon-terreaux')}")
    assert page.status == 410
    assert page.link("Read the menu") == HOME


def test_a_revoked_code_seats_nobody_and_unseats_who_sat(shop: Shop) -> None:
    seated, code = shop.browser(), shop.code()
    seated.get(f"{HOME}t/{code}")
    with shop.database.transaction() as session:
        table = table_by_code(session, shop.store().id, code.split(".")[0])
        assert table is not None
        revoke_table(session, table.id, shop.clock.now())
    page = shop.browser().get(f"{HOME}t/{code}")
    assert page.status == 410
    assert "no longer in use" in page.text
    assert "Table 1" not in seated.get(HOME).text


def test_the_code_is_in_no_address_after_the_scan(shop: Shop) -> None:
    code = shop.code()
    page = shop.browser().get(f"{HOME}t/{code}")
    assert code not in page.path
    assert code.split(".")[0] not in page.text
