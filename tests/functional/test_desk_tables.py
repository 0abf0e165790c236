"""The tables desk: making, naming, revoking, printing; and the code typed when the camera fails."""

from datetime import timedelta

import pytest

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.shop import MERCHANT, NOON, STORE, Browser, Shop
from webapp.nouns.merchant.models import DiningTable, Store
from webapp.nouns.merchant.tables import tables_of

DESK = f"/desk/{MERCHANT}/s/{STORE}/tables"
STORES = f"/r/{MERCHANT}/"
HOME = f"{STORES}{STORE}/"
REFUSED = "opens no table here"


def tables(shop: Shop, store: str = STORE) -> list[DiningTable]:
    """The living tables of a store."""
    with shop.database.reading() as session:
        return tables_of(session, shop.store(store).id)


def type_code(browser: Browser, code: str, merchant: str = MERCHANT) -> int:
    """Type a code on the arrival page; the answer's status, wherever it led."""
    browser.get(f"/r/{merchant}/")
    return browser.submit(form=browser.page.form("/table"), code=code).status


def test_a_run_is_made_whole_or_not_at_all(shop: Shop) -> None:
    boss, before = owner(shop), len(tables(shop))
    boss.get(DESK)
    form = boss.page.form("/tables")
    page = boss.submit(form=form, button=("run", "1"), prefix="Jardin", first="1", last="8")
    assert "8 tables are made" in page.text
    assert [one.label for one in tables(shop)][before:] == [f"Jardin {number}" for number in range(1, 9)]
    again = boss.submit(form=form, button=("run", "1"), prefix="jardin", first="8", last="12")
    assert (again.status, "There is a table jardin 8 already" in again.text) == (422, True)
    assert len(tables(shop)) == before + 8
    assert len({one.typed_code for one in tables(shop)}) == before + 8


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"label": " "}, "1 to 40 signs"),
        ({"label": "x" * 41}, "1 to 40 signs"),
        ({"run": "1", "prefix": "x" * 40, "first": "1", "last": "2"}, "1 to 40 signs"),
        ({"run": "1", "prefix": "", "first": "9", "last": "x"}, "two whole numbers"),
        ({"run": "1", "prefix": "", "first": "1", "last": "900"}, "two whole numbers"),
        ({"label": "1"}, "There is a table 1 already"),
    ],
)
def test_bad_input_is_a_sentence_and_makes_nothing(shop: Shop, fields: dict[str, str], sentence: str) -> None:
    boss, before = owner(shop), len(tables(shop))
    boss.get(DESK)
    page = boss.post(DESK, fields)
    assert (page.status, sentence in page.text) == (422, True)
    assert len(tables(shop)) == before


def test_a_renamed_table_keeps_its_code_and_a_revoked_one_opens_the_friendly_page(shop: Shop) -> None:
    boss, code, first = owner(shop), shop.code(), tables(shop)[0]
    boss.get(f"{DESK}/{first.id}")
    boss.submit(form=boss.page.form(f"/{first.id}"), label="Fenêtre")
    assert "Fenêtre" in shop.browser().get(f"{HOME}t/{code}").text
    boss.get(f"{DESK}/{first.id}")
    assert "Orders already placed are not touched" in boss.page.text
    boss.submit(form=boss.page.form("/revoke"), button=("revoke", "1"))
    gone = shop.browser().get(f"{HOME}t/{code}")
    assert (gone.status, "no longer in use" in gone.text) == (410, True)
    assert type_code(shop.browser(), first.typed_code or "") == 422
    assert "had been revoked already" in boss.get(f"{DESK}/{first.id}").text


def test_a_table_with_a_new_code_has_its_old_name_and_the_old_codes_are_dead(shop: Shop) -> None:
    boss, code, first = owner(shop), shop.code(), tables(shop)[0]
    boss.get(f"{DESK}/{first.id}")
    assert "Table 1 has a new code" in boss.submit(form=boss.page.form("/revoke"), button=("renew", "1")).text
    fresh = tables(shop)[-1]
    assert fresh.label == first.label
    assert fresh.typed_code != first.typed_code
    assert shop.browser().get(f"{HOME}t/{code}").status == 410
    assert "renamed" not in boss.get(f"/desk/{MERCHANT}/log").text
    assert "gave a table a new code" in boss.page.text


def test_the_sheets_show_name_codes_and_address_in_both_languages(shop: Shop) -> None:
    page = owner(shop).get(f"{DESK}/print?per=8")
    tents = page.root.all("article")
    assert len(tents) == len(tables(shop))
    assert len(page.root.all("section")) == -(-len(tents) // 8)
    first = tables(shop)[0]
    assert tents[0].first("h2").text == "Table 1"
    assert (first.typed_code or "")[:3] in tents[0].first("p", class_="tent-letters").text
    assert "127.0.0.1:8000/r/comptoir-sarrasin/" in tents[0].text
    assert ("Scan, order, pay" in tents[0].text, "Scannez, commandez, payez" in tents[0].text) == (True, True)
    some = owner(shop).get(f"{DESK}/print?per=1&table={first.id}&table=999&table=x")
    assert len(some.root.all("article")) == 1
    assert owner(shop).get(f"{DESK}/print?per=1e9").status == 200


def test_tables_of_an_earlier_release_get_a_code_to_type_once(shop: Shop) -> None:
    with shop.database.transaction() as session:
        for one in tables_of(session, shop.store().id):
            one.typed_code = None
    boss = owner(shop)
    shown = [one.text for one in boss.get(DESK).root.all("code")]
    assert all(shown)
    assert len(set(shown)) == len(shown)
    assert [one.text for one in boss.get(DESK).root.all("code")] == shown


def test_typing_the_code_is_the_same_as_scanning(shop: Shop) -> None:
    browser, third = shop.browser(), tables(shop)[2]
    assert type_code(browser, f" {(third.typed_code or '').lower()[:3]}-{(third.typed_code or '')[3:]}") == 200
    assert browser.page.path == HOME
    assert browser.page.root.first("p", class_="place-words").text == "Table 3"


def test_every_refusal_of_a_typed_code_reads_alike(shop: Shop) -> None:
    own, foreign = tables(shop)[0].typed_code or "", ""
    with shop.database.reading() as session:
        foreign = tables_of(session, shop.store("marseille-panier", OTHER).id)[0].typed_code or ""
    boss = owner(shop)
    boss.get(f"{DESK}/{tables(shop)[0].id}")
    boss.submit(form=boss.page.form("/revoke"), button=("revoke", "1"))
    told = set()
    for code in (own, foreign, "ZZZZZZ", "", "x" * 400, "<script>", "AAAAAA"):
        browser = shop.browser()
        status = type_code(browser, code)
        told.add((status, browser.page.root.first("main").text))
    assert len(told) == 1
    status, words = told.pop()
    assert (status, REFUSED in words) == (422, True)


def test_after_ten_wrong_codes_even_the_right_one_waits(shop: Shop) -> None:
    browser, right = shop.browser(), tables(shop)[0].typed_code or ""
    for number in range(10):
        assert type_code(browser, f"AAAA{'ACEFHJKLMN'[number]}A") == 422
    assert type_code(browser, right) == 422
    assert type_code(shop.browser(), right) == 200
    shop.clock.set(NOON + timedelta(minutes=11))
    assert type_code(browser, right) == 200


def test_a_store_that_serves_no_tables_opens_to_no_code(shop: Shop) -> None:
    with shop.database.transaction() as session:
        session.get_one(Store, shop.store().id).modes = ["collect"]
    assert type_code(shop.browser(), tables(shop)[0].typed_code or "") == 422
    assert "does not serve tables now" in owner(shop).get(DESK).text


def test_another_merchants_tables_and_another_stores_are_nobodys(shop: Shop) -> None:
    hire(shop, "far@example.org", "owner", OTHER)
    stranger, first = sign_in(shop, "far@example.org"), tables(shop)[0]
    for path in (DESK, f"{DESK}/print", f"{DESK}/{first.id}"):
        assert stranger.raw(path).status_code == 404
    stranger.get(f"/desk/{OTHER}/settings")
    assert stranger.post(f"{DESK}/{first.id}/revoke", {"revoke": "1"}).status == 404
    boss = owner(shop)
    elsewhere = f"/desk/{MERCHANT}/s/nantes-bouffay/tables/{first.id}"
    boss.get(DESK)
    for path in (elsewhere, f"{DESK}/999999"):
        assert boss.raw(path).status_code == 404
        assert boss.post(f"{path}/revoke", {"revoke": "1"}).status == 404
        assert boss.post(path, {"label": "Mine"}).status == 404
    boss.get(DESK)
    assert tables(shop)[0].label == "1"
    hire(shop, "waiter@example.org", "staff")
    assert sign_in(shop, "waiter@example.org").raw(DESK).status_code == 403
